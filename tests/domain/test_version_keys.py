"""When two texts are one version: as the ecosystems' own programs see it, and never otherwise."""

from __future__ import annotations

import re
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from packaging.version import InvalidVersion, Version

from shared.adapters.azure_devops.index_wire import INDEXES
from shared.domain.approved_versions import same_version
from shared.domain.ecosystems import Ecosystem
from shared.domain.version_keys import npm_key, nuget_key, pypi_key, version_key


@pytest.mark.parametrize(
    ("ecosystem", "one", "other", "same"),
    [
        (Ecosystem.NPM, "2.1.0", "2.1.0+build.7", True),
        (Ecosystem.NPM, "2.1.0", "2.1", False),
        (Ecosystem.NPM, "2.1.0-RC", "2.1.0-rc", False),
        (Ecosystem.PYPI, "2.1", "2.1.0", True),
        (Ecosystem.PYPI, "v2.1.0", "2.1", True),
        (Ecosystem.PYPI, "2.1.0RC1", "2.1rc1", True),
        (Ecosystem.PYPI, "1.0-RC.1", "1.0rc1", True),
        (Ecosystem.PYPI, "1.0.preview1", "1rc1", True),
        (Ecosystem.PYPI, "1.0alpha2", "1.0a2", True),
        (Ecosystem.PYPI, "1.0.post1", "1.0.rev1", True),
        (Ecosystem.PYPI, "1.0a1", "1.0b1", False),
        (Ecosystem.PYPI, "1.0.dev1", "1.0", False),
        (Ecosystem.PYPI, "2.10", "2.1", False),
        (Ecosystem.PYPI, "2.0.1", "2.1", False),
        (Ecosystem.PYPI, "2.1.0+local", "2.1.0", False),
        (Ecosystem.NUGET, "2.1.0.0", "2.1.0", True),
        (Ecosystem.MAVEN, "2.1", "2.1.0", False),
        (Ecosystem.NPM, "latest+1", "latest", False),
        (Ecosystem.PYPI, "1.0-1", "1.0.post1", True),
        (Ecosystem.PYPI, "1.0rc", "1.0rc0", True),
        (Ecosystem.PYPI, "1.0.post", "1.0-0", True),
        (Ecosystem.PYPI, "1.0.dev", "1.0dev00", True),
        (Ecosystem.PYPI, "1.01", "1.1", True),
        (Ecosystem.PYPI, "0!1.0", "1", True),
        (Ecosystem.PYPI, "1!1.0", "1.0", False),
        (Ecosystem.PYPI, "1.0+Ubuntu-01", "1+ubuntu.1", True),
        (Ecosystem.PYPI, " 1.0\n", "1.0", True),
        (Ecosystem.PYPI, "1.0rc1", "1.0rc1.post0", False),
        (Ecosystem.PYPI, "1.0rc1", "1.0rc10", False),
        (Ecosystem.PYPI, "1.0.x", "1.x", False),
        (Ecosystem.PYPI, "1.0.\u0661", "1.0.1", False),
        (Ecosystem.NUGET, "2.1.3-rc.1", "2.1.3-rc.1.0", False),
        (Ecosystem.NUGET, "2.1.3-rc.1", "2.1.3-RC.1+build", True),
        (Ecosystem.NUGET, "1.01.0", "1.1.0", True),
        (Ecosystem.NUGET, "1", "1.0.0", True),
        (Ecosystem.NUGET, "1.0.0.1", "1.0.0", False),
        (Ecosystem.NUGET, "1.0.0.0-a", "1.0-A", True),
        (Ecosystem.NUGET, "v1.0.0", "1.0.0", False),
        (Ecosystem.NUGET, "1.0.0.0.0", "1.0.0", False),
        (Ecosystem.CARGO, "1.0.0", "1.0.0+build", False),
    ],
)
def test_a_feed_may_spell_a_version_in_its_own_way(ecosystem: Ecosystem, one: str, other: str, *, same: bool) -> None:
    """Two spellings are one version where the ecosystem says so, and never otherwise."""
    assert same_version(ecosystem, one, other) is same
    assert same_version(ecosystem, other, one) is same


_NUMBER: Final = st.sampled_from(["0", "00", "1", "01", "10", "2"])
_SIGN: Final = st.sampled_from(["", ".", "-", "_"])
_NUMBER_OR_NONE: Final = st.just("") | _NUMBER


def _joined(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map("".join)


def _suffix(*words: str) -> st.SearchStrategy[str]:
    return st.just("") | _joined(_SIGN, st.sampled_from(words), _SIGN, _NUMBER_OR_NONE)


_RELEASE: Final = st.lists(_NUMBER, min_size=1, max_size=4).map(".".join)
_PYPI_TEXTS: Final = _joined(
    st.sampled_from(["", "", "v", "V", " "]),
    st.sampled_from(["", "", "0!", "1!", "01!"]),
    _RELEASE,
    _suffix("a", "alpha", "b", "beta", "c", "rc", "RC", "pre", "Preview"),
    _suffix("post", "rev", "r", "POST") | _joined(st.just("-"), _NUMBER),
    _suffix("dev", "Dev"),
    st.sampled_from(["", "", "+a", "+A.1", "+a-01", "+a_1", "+1", "+01", "+0a", "+"]),
)
_TEXTS: Final = _PYPI_TEXTS | st.text(alphabet="0123vabcrdepost.-_+! ", max_size=12) | st.text(max_size=6)


def _of_packaging(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


@given(_TEXTS, _TEXTS)
@example("1.0-1", "1.0.post1")
@example("1.0a-1", "1.0a1")
@example("1.0a--1", "1.0a0.post1")
@example("1.0\u212a", "1.0+\u212a")
def test_python_versions_are_the_same_as_packaging_says(one: str, other: str) -> None:
    """By PEP 440; what is no version there equals only itself."""
    ours, theirs = (_of_packaging(one), _of_packaging(other))
    assert (pypi_key(one) is None, pypi_key(other) is None) == (ours is None, theirs is None)
    expected = one == other if ours is None or theirs is None else ours == theirs
    assert same_version(Ecosystem.PYPI, one, other) is expected


@given(_PYPI_TEXTS)
def test_a_python_version_is_the_one_that_packaging_writes(text: str) -> None:
    """However it was spelt."""
    version = _of_packaging(text)
    assert version is None or same_version(Ecosystem.PYPI, text, str(version))


_IDENTIFIER: Final = st.sampled_from(["rc", "RC", "1", "0", "01", "a-b"])
_PRERELEASE: Final = st.just("") | st.lists(_IDENTIFIER, min_size=1, max_size=3).map(lambda p: "-" + ".".join(p))
_METADATA: Final = st.sampled_from(["", "", "+build", "+1.x"])


def _numbers_of_nuget(text: str) -> list[int]:
    return ([int(number) for number in re.split("[-+]", text)[0].split(".")] + [0, 0, 0])[:4]


@given(_joined(_RELEASE, _PRERELEASE, _METADATA), _joined(_RELEASE, _PRERELEASE, _METADATA))
def test_nuget_versions_are_the_same_by_numbers_and_prerelease(one: str, other: str) -> None:
    """Four numbers, those that are missing are zeros; the prerelease in any letter case; never the metadata."""

    def parts(text: str) -> tuple[list[int], str]:
        return _numbers_of_nuget(text), text.partition("+")[0].partition("-")[2].lower()

    assert same_version(Ecosystem.NUGET, one, other) is (parts(one) == parts(other))


@given(_joined(_RELEASE, _PRERELEASE, _METADATA))
def test_a_normalized_nuget_version_is_the_same_and_stays_as_it_is(text: str) -> None:
    """It becomes part of an address."""
    key = nuget_key(text)
    assert key is not None
    assert nuget_key(key) == key
    assert same_version(Ecosystem.NUGET, text, key)
    assert re.fullmatch(r"[0-9]+(\.[0-9]+){2,3}(-[0-9a-z.-]+)?", key)


_THREE: Final = st.lists(_NUMBER, min_size=3, max_size=3).map(".".join)


@given(_joined(_THREE, _PRERELEASE, _METADATA), _joined(_THREE, _PRERELEASE, _METADATA))
def test_npm_versions_are_the_same_as_the_index_says(one: str, other: str) -> None:
    """Where the proof compares them."""
    index = INDEXES[Ecosystem.NPM]
    assert same_version(Ecosystem.NPM, one, other) is (index.version(one) == index.version(other))


@given(st.sampled_from(Ecosystem), st.text())
def test_every_text_has_a_key(ecosystem: Ecosystem, text: str) -> None:
    """Junk equals itself, and nothing that is a version."""
    assert same_version(ecosystem, text, text)
    hash(version_key(ecosystem, text))


def test_numbers_of_any_length_are_compared() -> None:
    """Longer ones than Python reads; nothing is refused for its length alone."""
    long = "9" * 5_000
    for key in (pypi_key, nuget_key, npm_key):
        assert key(f"{long}.0.0") == key(f"{long}.0.0")
        assert key(f"{long}.0.0") != key(f"{long}9.0.0")
