"""The runbook knows every alert and every section of readiness."""

from __future__ import annotations

import re
from typing import Final

import pytest

from tests.documents.pages import ROOT, sections, text_of
from tests.infra.bicep import module

PAGE: Final = "docs/runbook.md"
ALERTS: Final = [rule["name"] for rule in module("alerts")["variables"]["rules"]["value"]]
READINESS: Final = re.findall(
    r'^            "([a-z-]+)": (?:await _ask\()?self\._',
    (ROOT / "shared/application/readiness.py").read_text("utf-8"),
    re.MULTILINE,
)
PARTS: Final = ("What it means.", "Look here.", "Do this.")
_TEXTS: Final = sections(PAGE, level=3)


def _below(heading: str) -> set[str]:
    return set(re.findall(r"^### `([a-z-]+)`$", sections(PAGE)[heading], re.MULTILINE))


def test_every_alert_has_its_heading() -> None:
    """And no heading is of an alert that there is not."""
    assert _below("Alerts") == set(ALERTS)


def test_every_section_of_readiness_has_its_heading() -> None:
    """In the words that it is shown under."""
    assert READINESS
    told = set(re.findall(r"^### `([a-z-]+)` in readiness$", text_of(PAGE), re.MULTILINE))
    assert told == set(READINESS)


@pytest.mark.parametrize("heading", _TEXTS)
def test_each_says_what_it_means_where_to_look_and_what_to_do(heading: str) -> None:
    """In this order."""
    found = [part for part in re.findall(r"\*\*([^*]+)\*\*", _TEXTS[heading]) if part in PARTS]
    assert tuple(found) == PARTS
