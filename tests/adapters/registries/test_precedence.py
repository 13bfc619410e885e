"""Tests of finding the newest version."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.registries.precedence import highest, newest

# SemVer's own example of precedence, among releases and NuGet's fourth number; lowest first.
_ORDERED: Final = [
    *("1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11"),
    *("1.0.0-rc.1", "1.0.0", "1.0.0.1", "1.0.1", "1.9", "1.10.0", "99.0.0", "9000.0.0"),
]


@pytest.mark.parametrize(("lower", "higher"), list(pairwise(_ORDERED)))
def test_precedence(lower: str, higher: str) -> None:
    """In whatever order they come."""
    assert newest([lower, higher]) == newest([higher, lower]) == higher
    assert highest([lower, higher]) == highest([higher, lower]) == higher


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ([], None),
        (["no version", "", "1." + "9" * 5000, "1.2.3.4.5", "\u0661.0"], None),
        (["junk", "1.0.0"], "1.0.0"),
        (["2.0.0-rc.1", "1.0.0"], "1.0.0"),
        (["2.0.0-RC.2", "2.0.0-rc.10"], "2.0.0-rc.10"),
        (["1.0.0+build.7", "0.9.0"], "1.0.0+build.7"),
    ],
)
def test_what_is_no_version_is_skipped(versions: list[str], expected: str | None) -> None:
    """A release wins over every prerelease."""
    assert newest(versions) == expected


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ([], None),
        (["junk", "1.0.0"], "1.0.0"),
        (["1.0.0", "99.0.0-rc.1"], "99.0.0-rc.1"),
        (["99.0.0", "99.0.0-rc.1", "100"], "100"),
    ],
)
def test_the_highest_may_be_a_prerelease(versions: list[str], expected: str | None) -> None:
    """It is installed wherever it is asked for."""
    assert highest(versions) == expected


@given(
    st.lists(st.text(max_size=20) | st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){0,4}(-[a-z0-9.]{1,6})?", fullmatch=True))
)
def test_junk_raises_nothing(versions: list[str]) -> None:
    """What is found is one of those that were given."""
    assert newest(versions) in [None, *versions]
    assert highest(versions) in [None, *versions]
