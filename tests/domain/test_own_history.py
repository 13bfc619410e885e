"""Our side of a collision."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.evidence_pack import OwnHistory
from shared.domain.own_history import highest, own_history
from shared.domain.versions import FeedVersion, Origin

_FIRST = datetime(2024, 3, 1, tzinfo=UTC)


def _ours(number: str, *, days: int | None = 0, deleted: bool = False) -> FeedVersion:
    at = None if days is None else _FIRST + timedelta(days=days)
    return FeedVersion(number, Origin.INTERNAL, deleted, at)


@pytest.mark.parametrize(
    ("lower", "higher"),
    [
        ("1.9.0", "1.10.0"),
        ("1.0", "1.0.1"),
        ("1.0.0-beta.2", "1.0.0-beta.10"),
        ("1.0.0-rc.1", "1.0.0"),
        ("2.0rc1", "2.0"),
        ("2.0.dev1", "2.0"),
        ("2.0", "2.0.post1"),
        ("1.0-SNAPSHOT", "1.0"),
        ("9.0", "1!1.0"),
        ("1.0.0-beta", "1.0.0+build"),
        ("latest", "0.0.1"),
        ("9" * 300, "1"),
        ("1.2.3.4", "1.2.3.10"),
    ],
)
def test_versions_are_ordered_as_people_read_them(lower: str, higher: str) -> None:
    """Numbers as numbers, what stands before a release below it; in any order of the list."""
    assert highest([lower, higher]) == highest([higher, lower]) == higher


@given(st.lists(st.text(max_size=30)))
def test_any_texts_have_a_highest(versions: list[str]) -> None:
    """Versions are others' texts: none of them is an error."""
    assert highest(versions) == (highest(reversed(versions)) if versions else None)


def test_the_first_internal_version_counts_though_it_is_deleted() -> None:
    """The name is ours since then; the highest version is one that is there."""
    gone, external = _ours("9.0.0", deleted=True), FeedVersion("99.0.0", Origin.EXTERNAL, deleted=False)
    assert own_history([_ours("1.0.0", days=5), gone, external]) == OwnHistory(_FIRST, "1.0.0")
    assert own_history([gone]) == OwnHistory(_FIRST, "9.0.0")


def test_a_version_without_a_date_may_be_the_first() -> None:
    """A date that is too late would make the public package look older than ours: it is not told then."""
    assert own_history([_ours("1.0.0"), _ours("0.9.0", days=None)]) == OwnHistory(None, "1.0.0")


def test_nothing_of_ours_has_no_history() -> None:
    """Neither time nor version."""
    assert own_history([]) == OwnHistory(None, None)
