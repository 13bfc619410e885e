"""Reason codes and the page that explains them are equal."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from shared.domain.reasons import Reason

_PAGE: Final = (Path(__file__).parents[2] / "docs" / "reasons.md").read_text("utf-8")
_SECTIONS: Final = dict(re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", _PAGE, flags=re.MULTILINE | re.DOTALL))
_PARTS: Final = ("What it means", "Why it matters", "What to do")


def test_every_code_has_its_section_and_every_section_its_code() -> None:
    """Both ways, in the alphabet's order."""
    assert list(_SECTIONS) == sorted(reason.value for reason in Reason)


@pytest.mark.parametrize("reason", Reason)
def test_a_section_says_meaning_importance_and_remedy(reason: Reason) -> None:
    """Three parts, in this order, each at least a sentence."""
    found = re.findall(r"^\*\*([^*]+)\.\*\* (.+?)(?=\n\n|\Z)", _SECTIONS[reason.value], flags=re.MULTILINE | re.DOTALL)
    assert tuple(title for title, _ in found) == _PARTS
    assert all(text.strip().endswith(".") and len(text) > 7 for _, text in found)


def test_a_code_is_its_members_name() -> None:
    """So that whoever reads one finds the other."""
    for reason in Reason:
        assert reason.value == reason.name.lower().replace("_", "-")
