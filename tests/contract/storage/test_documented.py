"""docs/upgrades.md names everything that is stored."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from tests.contract.storage.snapshot import Snapshot

_ROOT: Final = Path(__file__).parents[3]
_PAGE: Final = (_ROOT / "docs" / "upgrades.md").read_text("utf-8")
# How the use cases name their positions: a constant, or a key that is made of one word and what it is about.
_KEYS: Final = re.compile(r'(?:\bkey =|KEY(?:: Final)? =|return) f?"([a-z-]+)(?:\||"$)', re.MULTILINE)


def test_every_kind_of_row_is_named() -> None:
    """Of each table, as the newest kept version wrote them."""
    newest = Snapshot.newest()
    kinds = {row["RowKey"].split("|")[0] for row in newest.rows("register")}
    kinds |= {row["PartitionKey"] for row in newest.rows("cursors")} | {"lookalike"}
    tables = {"publicnames" if table == "public_names" else table for table in newest.tables}
    assert {name for name in kinds | tables if f"`{name}`" not in _PAGE} == set()


def test_every_position_is_named() -> None:
    """And none that there is no more."""
    (listed,) = re.findall(r"^Positions are a text each: ([^.]+)\.", _PAGE, re.MULTILINE)
    sources = (_ROOT / "shared" / "application").glob("*.py")
    texts = [text for file in sources if "cursors" in (text := file.read_text("utf-8")) or "Cursor" in text]
    assert set(re.findall(r"`([a-z-]+)`", listed)) == {found for text in texts for found in _KEYS.findall(text)}
