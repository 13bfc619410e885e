"""One twin out of those that several registries hold under one name."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.evidence_pack import TwinClass
from shared.domain.twins import Presence, PublicTwin, all_versions, joined, kept
from tests.domain.packs import OUR_ACCOUNT, STRANGER, TWINS, on, pack, twin

_OTHER: Final = PublicTwin(
    Presence.PRESENT,
    detail="last changed there on a day",
    first_published=on("2026-01-01"),
    latest_version="99.0.0-rc.1",
    maintainers=("Mallory", "Al"),
    publishers=("mallory", "al"),
    latest_published=on("2026-01-02"),
    install_scripts=("preinstall",),
    repository="https://code.example.test/mallory/x",
    description="Other bills.",
    releases=1,
    withdrawn=0,
    name="Acme-Billing",
)


def test_each_fact_is_the_one_that_reassures_least() -> None:
    """Whoever installs may get either."""
    expected = replace(
        _OTHER,
        maintainers=("Zoe", "Al", "Mallory"),
        publishers=("zoe", "al", "mallory"),
        releases=None,
        withdrawn=None,
    )
    assert joined((STRANGER, _OTHER)) == expected


def test_the_order_of_the_registries_changes_no_judgement() -> None:
    """Nor the digest of the evidence."""
    third = twin(latest_version="3.2.0", publishers=("trent",))
    assert len({pack(joined(order)).digest() for order in permutations((STRANGER, _OTHER, third))}) == 1


def test_a_single_one_stays_as_it_is() -> None:
    """Its counts, too."""
    assert joined((STRANGER,)) == STRANGER


@pytest.mark.parametrize(
    ("silent", "member", "expected"),
    [
        ({"publishers": ()}, "publishers", ()),
        ({"first_published": None}, "first_published", None),
        ({"latest_published": None}, "latest_published", STRANGER.latest_published),
        ({"maintainers": ()}, "maintainers", STRANGER.maintainers),
        ({"latest_version": None}, "latest_version", STRANGER.latest_version),
        ({"latest_version": None, "description": "stub"}, "description", STRANGER.description),
        ({"install_scripts": None}, "install_scripts", None),
        ({"install_scripts": ("install",)}, "install_scripts", ("install",)),
        ({"install_scripts": ()}, "install_scripts", ()),
    ],
)
def test_a_registry_that_keeps_silent(silent: dict[str, object], member: str, expected: object) -> None:
    """What reassures needs every registry's word; what warns needs one."""
    for pair in permutations((STRANGER, twin(**silent))):
        assert getattr(joined(pair), member) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("1.0", "2.0"), ("2.0", "3.0"), ("1.0", "2.0", "3.0")),
        (("1.0",), (), ("1.0",)),
        ((), (), ()),
        (("1.0",), None, None),
    ],
)
def test_a_version_is_there_where_any_registry_has_it(
    one: tuple[str, ...], other: tuple[str, ...] | None, expected: tuple[str, ...] | None
) -> None:
    """That it is nowhere takes every registry's word."""
    assert joined((twin(versions=one), twin(versions=other))).versions == expected
    assert all_versions((twin(versions=one), PublicTwin(Presence.ABSENT))) == one


def test_which_versions_there_are_is_not_kept() -> None:
    """Everything else is."""
    assert kept(twin(versions=("1.0",))) == STRANGER


def test_known_scripts_stay_known() -> None:
    """Beside a registry that tells none, too; where nobody tells, nobody knows."""
    quiet = twin(install_scripts=None)
    assert joined((quiet, _OTHER)).install_scripts == ("preinstall",)
    assert joined((quiet, quiet)).install_scripts is None


def test_no_version_anywhere_is_none() -> None:
    """Two graves are a grave."""
    graves = [PublicTwin(Presence.TOMBSTONE, words, releases=3) for words in ("unpublished", "yanked")]
    assert joined(graves) == PublicTwin(Presence.TOMBSTONE, "unpublished")


def test_a_strangers_package_elsewhere_is_not_ours() -> None:
    """Nor one whose publisher nobody tells."""
    ours = twin(publishers=(OUR_ACCOUNT,))
    assert pack(joined((ours, ours))).classification.kind is TwinClass.OURS
    assert pack(joined((ours, STRANGER))).classification.kind is not TwinClass.OURS
    assert pack(joined((ours, twin(publishers=())))).classification.kind is not TwinClass.OURS


@given(st.lists(TWINS, min_size=1, max_size=4))
def test_any_twins_can_be_joined(twins: list[PublicTwin]) -> None:
    """Nothing is told that none of them told."""
    one = joined(twins)
    assert one.latest_version in [each.latest_version for each in twins]
    assert set(one.publishers) <= {account for each in twins for account in each.publishers}
