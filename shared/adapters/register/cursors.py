"""Cursors in table storage, guarded by the tag of the row that was read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.adapters.register import keys
from shared.adapters.register.documents import SERVICE, pack, unpack
from shared.adapters.register.failures import RowMissing
from shared.adapters.register.operations import Insert, Operation, Replace
from shared.adapters.register.storage import Storage
from shared.errors import StaleWrite, UnexpectedAnswer
from shared.ports import Cursor

if TYPE_CHECKING:  # loading it loads the SDK
    from shared.adapters.register.table import Table

_PARTITION: Final = "cursor"


class TableCursors:
    """Positions in change feeds."""

    def __init__(self, storage: Storage) -> None:
        """Keep the account."""
        self._storage = storage

    async def read(self, key: str) -> Cursor | None:
        """Return a position; None = never saved."""
        row = await self._table.get(_PARTITION, keys.key(key))
        if row is None:
            return None
        value = unpack(row.entity).get("value")
        if not isinstance(value, str):
            raise UnexpectedAnswer("a cursor without a position", service=SERVICE)
        return Cursor(value, row.tag)

    async def save(self, key: str, value: str, *, replaces: Cursor | None) -> None:
        """Save a position where nobody else was faster; a cursor without a tag is one that no row exists for."""
        place, entity = (_PARTITION, keys.key(key)), pack({"value": value})
        tag = None if replaces is None else replaces.tag
        operation: Operation = Insert(*place, entity) if tag is None else Replace(*place, entity, tag)
        try:
            await self._table.write([operation])
        except (StaleWrite, RowMissing) as error:
            raise StaleWrite(f"cursor {key} moved since it was read") from error

    @property
    def _table(self) -> Table:
        return self._storage.table(self._storage.names.cursors)
