"""Canonical names: the table of spellings, and what must hold of any text."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packaging.utils import canonicalize_name

from shared.domain.ecosystems import Ecosystem
from shared.domain.names import RULES, PackageName
from shared.errors import RefusedName

# Two cores may be busy with other tests: how long an example takes says nothing.
_PATIENT: Final = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

_VECTORS: Final = yaml.safe_load(Path(__file__).with_name("canonical_names.yaml").read_text("utf-8"))
_ROWS: Final = [
    pytest.param(Ecosystem(kind), spelling, key, id=f"{kind} {spelling!r}: {why}")
    for kind, rows in _VECTORS.items()
    for spelling, key, why in rows
]
_LONGEST: Final = {
    Ecosystem.NPM: 214,
    Ecosystem.PYPI: 214,
    Ecosystem.NUGET: 100,
    Ecosystem.MAVEN: 255,
    Ecosystem.CARGO: 64,
}

# Texts that are often admitted, so that the properties say something, and any other text.
_SPELLINGS: Final = st.one_of(
    st.from_regex(r"\A(@[a-zA-Z_-]{1,4}/)?[a-zA-Z0-9._\-]{1,8}(:[a-zA-Z0-9._\-]{1,4})?\Z"), st.text(max_size=12)
)


def _admitted(ecosystem: Ecosystem, spelling: str) -> PackageName | None:
    try:
        return PackageName.of(ecosystem, spelling)
    except RefusedName:
        return None


def test_the_table_speaks_of_every_ecosystem() -> None:
    """The vectors cover all five, with names and refusals of each."""
    assert set(_VECTORS) == set(Ecosystem)
    assert len(_ROWS) >= 80
    for rows in _VECTORS.values():
        assert {key == "refused" for _, key, _ in rows} == {True, False}


@pytest.mark.parametrize(("ecosystem", "spelling", "key"), _ROWS)
def test_each_spelling_has_its_key_or_is_refused(ecosystem: Ecosystem, spelling: str, key: str) -> None:
    """The table holds."""
    name = _admitted(ecosystem, spelling)
    assert (name.canonical if name else "refused") == key


@pytest.mark.parametrize(("ecosystem", "longest"), _LONGEST.items())
def test_a_name_may_be_as_long_as_the_rule_says_and_no_longer(ecosystem: Ecosystem, longest: int) -> None:
    """The last admitted length is admitted, the next is not."""
    stem = "g:" if ecosystem is Ecosystem.MAVEN else ""
    assert _admitted(ecosystem, stem + "a" * (longest - len(stem)))
    assert not _admitted(ecosystem, stem + "a" * (longest - len(stem) + 1))


def test_every_ecosystem_has_a_rule() -> None:
    """A sixth ecosystem cannot come in without its rule."""
    assert set(RULES) == set(Ecosystem) == set(_LONGEST)


@_PATIENT
@given(ecosystem=st.sampled_from(Ecosystem), spelling=_SPELLINGS)
def test_a_canonical_name_is_its_own_canonical_name(ecosystem: Ecosystem, spelling: str) -> None:
    """Canonical of canonical changes nothing, and is never refused."""
    name = _admitted(ecosystem, spelling)
    if name is not None:
        again = PackageName.of(ecosystem, name.canonical)
        assert again.canonical == name.canonical
        assert again == name
        assert name.spelling == spelling


@_PATIENT
@given(ecosystem=st.sampled_from(Ecosystem), spelling=st.text())
def test_any_text_is_admitted_or_refused(ecosystem: Ecosystem, spelling: str) -> None:
    """RefusedName is all that any text can raise, and its text can be printed."""
    try:
        PackageName.of(ecosystem, spelling)
    except RefusedName as error:
        assert str(error).isprintable()  # noqa: PT017  # both outcomes are right, the error's text is checked


@_PATIENT
@given(one=_SPELLINGS, other=_SPELLINGS)
def test_pypi_agrees_with_the_packaging_library(one: str, other: str) -> None:
    """Two admitted spellings have equal keys exactly where the packaging authority's code says so."""
    names = _admitted(Ecosystem.PYPI, one), _admitted(Ecosystem.PYPI, other)
    if names[0] and names[1]:
        assert (names[0] == names[1]) == (canonicalize_name(one) == canonicalize_name(other))


@pytest.mark.parametrize(
    ("ecosystem", "alike"),
    [
        (Ecosystem.NPM, lambda one, other: one == other),
        (Ecosystem.MAVEN, lambda one, other: one == other),
        (Ecosystem.NUGET, lambda one, other: one.upper() == other.upper()),
        (Ecosystem.CARGO, lambda one, other: one.replace("-", "_").upper() == other.replace("-", "_").upper()),
    ],
)
def test_equal_keys_are_the_registrys_own_equality(ecosystem: Ecosystem, alike: object) -> None:
    """Over all short ASCII spellings: same key if and only if the registry takes the two for one package."""
    assert callable(alike)
    prefix = "g:" if ecosystem is Ecosystem.MAVEN else ""
    texts = [prefix + a + b + c for a in "aAb" for b in "-_.aA" for c in "aAb"]
    names = [name for text in texts if (name := _admitted(ecosystem, text))]
    assert len(names) > 10
    for one in names:
        for other in names:
            assert (one == other) == alike(one.spelling, other.spelling)


def test_names_of_two_ecosystems_are_never_equal() -> None:
    """The ecosystem is part of the key."""
    assert PackageName.of(Ecosystem.NPM, "acme") != PackageName.of(Ecosystem.PYPI, "acme")


def test_an_npm_name_shows_its_scope() -> None:
    """Scope and rest are read from the name; other names have no scope."""
    scoped, plain = PackageName.of(Ecosystem.NPM, "@acme/core"), PackageName.of(Ecosystem.NPM, "core")
    assert (scoped.npm_scope, scoped.unscoped) == ("acme", "core")
    assert (plain.npm_scope, plain.unscoped) == (None, "core")
    assert PackageName.of(Ecosystem.PYPI, "core").npm_scope is None


def test_a_maven_name_shows_its_coordinates() -> None:
    """Group and artifact are parted at the colon."""
    assert PackageName.of(Ecosystem.MAVEN, "com.acme:core").maven_coordinates == ("com.acme", "core")


def test_a_name_prints_its_ecosystem_and_spelling() -> None:
    """What people read is the spelling of the feed."""
    assert str(PackageName.of(Ecosystem.PYPI, "My_Pkg")) == "pypi:My_Pkg"


def test_a_refusal_says_what_is_admitted() -> None:
    """The text helps, and repeats no more than 60 characters of what came in."""
    with pytest.raises(RefusedName, match="beginning with a letter") as caught:
        PackageName.of(Ecosystem.CARGO, "-" * 1000)
    assert len(str(caught.value)) < 250
