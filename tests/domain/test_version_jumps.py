"""How far a public version is above ours, in words and as a verdict."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.version_jumps import (
    HIGHEST_ORDINARY_MAJOR,
    SUSPICIOUS_MAJORS_ABOVE,
    jump,
    jumped,
    numbers_of,
)


@pytest.mark.parametrize(
    ("public", "ours", "words"),
    [
        ("99.10.9", "2.1.0", "99.10.9 is 97 major versions above ours, 2.1.0"),
        ("3.0.0", "2.1.0", "3.0.0 is 1 major version above ours, 2.1.0"),
        ("2.1.1", "2.1.0", "2.1.1 is above ours, 2.1.0"),
        ("2.10", "2.9.9", "2.10 is above ours, 2.9.9"),
        ("1!0.1", "2.1.0", "1!0.1 is above ours, 2.1.0, by its epoch"),
        ("v3.0.0", "V2.0", "v3.0.0 is 1 major version above ours, V2.0"),
        ("2.1.0", "2.1.0", ""),
        ("2.1", "2.1.0.0", ""),
        ("2.1.0-rc.1", "2.1.0", ""),
        ("2.0.9", "2.1.0", ""),
        ("5.0", "1!0.1", ""),
        ("99.0.0", None, ""),
        (None, "2.1.0", ""),
        ("latest", "2.1.0", ""),
        ("99.0.0", "main", ""),
        ("", "", ""),
        ("9" * 201, "2.1.0", ""),
        ("\u0669\u0669.0", "2.1.0", ""),
    ],
)
def test_a_jump_is_told_in_words(public: str | None, ours: str | None, words: str) -> None:
    """Nothing where it is not above, or cannot be read."""
    assert jump(public, ours) == words


@pytest.mark.parametrize(
    ("public", "ours", "verdict"),
    [
        (f"{2 + SUSPICIOUS_MAJORS_ABOVE}.0.0", "2.9.9", True),
        (f"{1 + SUSPICIOUS_MAJORS_ABOVE}.9.9", "2.0.0", False),
        ("2026.1.0", "3.1.0", True),
        ("2026.1.0", "2025.12.1", False),
        ("1!0.1", "2.1.0", True),
        ("99.0", "1!0.1", False),
        ("0.0.1", "2.1.0", False),
        (f"{HIGHEST_ORDINARY_MAJOR + 1}.0", None, True),
        (f"{HIGHEST_ORDINARY_MAJOR}.9", None, None),
        (None, "2.1.0", None),
        ("latest", "2.1.0", None),
    ],
)
def test_a_suspicious_version_is_told_from_an_ordinary_one(public: str, ours: str | None, *, verdict: bool) -> None:
    """And from one of which nothing can be said."""
    assert jumped(public, ours) is verdict


@pytest.mark.parametrize(
    "version", ["1.2.3", "1.2.3-rc.1", "1.2.3+build", "1.2.3.Final", "1.2.3rc1", "v1.2.3", "1.2.3/x"]
)
def test_what_stands_behind_the_numbers_is_passed_over(version: str) -> None:
    """Each ecosystem writes it in its own way."""
    assert numbers_of(version) == numbers_of("1.2.3")


@given(public=st.none() | st.text(max_size=230), ours=st.none() | st.text(max_size=230))
def test_any_text_is_read_or_not(public: str | None, ours: str | None) -> None:
    """Versions are whatever strangers wrote: none is an error."""
    assert bool(jump(public, ours)) <= (numbers_of(public) is not None)
    assert not (jump(public, ours) and jump(ours, public))
