"""Approved versions as texts: bounded as the row of a case is, and readable whatever a version is called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.register.documents import cut_list
from shared.domain.approved_texts import MOST_APPROVED, bounded, told_text, told_versions


@given(st.lists(st.text()))
def test_what_is_told_is_read(versions: list[str]) -> None:
    """Commas, quotation marks and half characters included."""
    assert told_versions(told_text(versions)) == frozenset(versions)


@given(st.text())
def test_junk_is_none(text: str) -> None:
    """Whatever an event says, it is a set of texts or nothing."""
    found = told_versions(text)
    assert found is None or all(isinstance(version, str) for version in found)


@pytest.mark.parametrize("text", ["", "{}", "[5]", "null", "[" * 100_000])
def test_other_forms_are_none(text: str) -> None:
    """Nothing is made up for them."""
    assert told_versions(text) is None


@pytest.mark.parametrize("version", ["1.0.0", "é" * 50, "x" * MOST_APPROVED])
def test_a_case_keeps_what_its_row_holds(version: str) -> None:
    """Or the row would say less than its events."""
    many = [f"{version}{number}" for number in range(5_000)]
    kept = bounded(many)
    assert len(kept) < len(many)
    assert list(kept) == cut_list(many, MOST_APPROVED)
    assert bounded(kept) == kept
