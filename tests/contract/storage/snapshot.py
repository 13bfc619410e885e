"""What one version left in its tables and queues, kept as a file; and how to take such a file of this version.

    python -m tests.contract.storage.snapshot tests/contract/storage/earlier

writes one for the commit that is checked out, named by it: do that for each release (docs/upgrades.md).
"""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
import sys
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from local import azurite
from shared.adapters.register import Patience, Storage, StorageAddress, TableNames
from shared.adapters.register.operations import Insert
from tests.contract.storage.lived import Story, live

EARLIER: Final = Path(__file__).with_name("earlier")

type Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Rows by the product's own word for the table, messages by queue, and what their writer read in them."""

    commit: str
    subject: str
    written: str
    tables: dict[str, list[Row]]
    messages: dict[str, list[str]]
    expected: Story

    @classmethod
    def load(cls, file: Path) -> Snapshot:
        """Read a file."""
        return cls(**json.loads(file.read_text(encoding="utf-8")))

    @classmethod
    def newest(cls) -> Snapshot:
        """Return what the latest of the versions left that are kept."""
        return max(map(cls.load, EARLIER.glob("*.json")), key=lambda snapshot: snapshot.written)

    def rows(self, table: str, kind: str = "") -> list[Row]:
        """Return the rows whose key begins with a kind, bytes as bytes."""
        listed = [_unpacked(row) for row in self.tables.get(table, [])]
        return [row for row in listed if row["RowKey"].startswith(kind)]

    async def lay(self, storage: Storage) -> None:
        """Put all rows into an account, as they were."""
        for table in self.tables:
            for row in self.rows(table):
                place = row.pop("PartitionKey"), row.pop("RowKey")
                await storage.table(getattr(storage.names, table)).write([Insert(*place, row)])


async def take(storage: Storage, commit: tuple[str, str, str] = ("", "", "")) -> Snapshot:
    """Live, and take what is left."""
    messages, expected = await live(storage)
    names = {each.name: getattr(storage.names, each.name) for each in fields(TableNames)}
    tables = {word: await laid_out(storage, name) for word, name in names.items()}
    return Snapshot(*commit, tables, messages, expected)


async def laid_out(storage: Storage, table: str) -> list[Row]:
    """Return all rows of a table as a file keeps them."""
    return [_packed(dict(row)) async for row in storage.table(table).everything()]


def _packed(row: Row) -> Row:
    return {name: {"base64": base64.b64encode(v).decode()} if isinstance(v, bytes) else v for name, v in row.items()}


def _unpacked(row: Row) -> Row:
    return {name: base64.b64decode(v["base64"]) if isinstance(v, dict) else v for name, v in row.items()}


async def _take_alone(commit: str, subject: str, written: str) -> Snapshot:
    with azurite.start() as running:
        address = StorageAddress(connection=running.connection_string)
        storage = Storage(address, patience=Patience(limit=timedelta(seconds=30)))
        snapshot = await take(storage, (commit, subject, written))
        await storage.close()
    return snapshot


def _main(folder: Path) -> None:
    said = subprocess.run(["git", "log", "-1", "--format=%H%n%s%n%cI"], capture_output=True, text=True, check=True)
    commit, subject, written = said.stdout.splitlines()
    snapshot = asyncio.run(_take_alone(commit, subject, written))
    text = json.dumps(asdict(snapshot), indent=1, ensure_ascii=True)
    (folder / f"{commit[:7]}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
