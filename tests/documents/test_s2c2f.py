"""The mapping names the requirements of the framework, each at its level and none that does not exist."""

from __future__ import annotations

import re
from typing import Final

from tests.documents.pages import text_of

# Requirements and levels. Source: "Secure Supply Chain Consumption Framework Requirements",
# https://github.com/ossf/s2c2f/blob/main/specification/framework.md
LEVELS: Final = {
    "L1": "ING-1 ING-2 SCA-1 SCA-2 INV-1 UPD-1",
    "L2": "SCA-3 INV-2 UPD-2 UPD-3 AUD-2 AUD-3 ENF-1",
    "L3": "ING-3 ING-4 SCA-4 SCA-5 AUD-1 ENF-2",
    "L4": "AUD-4 REB-1 REB-2 REB-3 REB-4 FIX-1",
}
REQUIREMENTS: Final = {each: level for level, names in LEVELS.items() for each in names.split()}


def test_every_requirement_is_told_with_its_level() -> None:
    """Also those that Feedwarden does nothing for."""
    rows = re.findall(r"^\| ([A-Z]{3}-\d) \| (L\d) \|", text_of("docs/s2c2f.md"), re.MULTILINE)
    assert dict(rows) == REQUIREMENTS
    assert len(rows) == len(REQUIREMENTS)


def test_nothing_else_looks_like_a_requirement() -> None:
    """In the text around the table neither."""
    named = set(re.findall(r"\b(?:ING|SCA|INV|UPD|AUD|ENF|REB|FIX)-\d+", text_of("docs/s2c2f.md")))
    assert named == set(REQUIREMENTS)
