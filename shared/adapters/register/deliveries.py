"""Deliveries in table storage: the insert that succeeds is the first of its id."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from shared.adapters.register import keys
from shared.adapters.register.documents import SCHEMA, SERVICE, pack, require_schema, write_time
from shared.adapters.register.operations import Insert, Merge
from shared.adapters.register.storage import Storage
from shared.domain.hints import Hint
from shared.errors import StaleWrite, UnexpectedAnswer
from shared.ports import DeliveryState

if TYPE_CHECKING:  # loading it loads the SDK
    from shared.adapters.register.table import Table


class TableDeliveries:
    """Deliveries by source and id; a row says how far its work came, and what the delivery said."""

    def __init__(self, storage: Storage) -> None:
        """Keep the account."""
        self._storage = storage

    async def take_in(self, hint: Hint, *, source: str, at: datetime) -> DeliveryState:
        """Insert the delivery; return NEW, or how far the earlier one came."""
        said = {
            "source": source,
            "delivery_id": hint.delivery_id,
            "event": hint.event,
            "project": hint.project,
            "feed": hint.feed,
            "ecosystem": hint.ecosystem,
            "package": hint.package,
            "version": hint.version,
            "at": write_time(at),
        }
        entity = pack(said) | {"state": DeliveryState.TAKEN_IN.value}
        try:
            await self._table.write([Insert(*keys.delivery_keys(source, hint.delivery_id), entity)])
        except StaleWrite:
            return await self.state(source, hint.delivery_id)
        return DeliveryState.NEW

    async def state(self, source: str, delivery_id: str) -> DeliveryState:
        """Return how far a delivery came; NEW = never seen. Raises UnexpectedAnswer: a row of another schema."""
        row = await self._table.get(*keys.delivery_keys(source, delivery_id))
        if row is None:
            return DeliveryState.NEW
        # A row that holds nothing but the mark of `mark_handled` has no number.
        require_schema(row.entity.get("schema", SCHEMA))
        try:
            return DeliveryState(row.entity["state"])
        except (KeyError, ValueError) as error:
            raise UnexpectedAnswer("a delivery in no state that we know", service=SERVICE) from error

    async def mark_handled(self, source: str, delivery_id: str) -> None:
        """Record that its work is done."""
        done = {"state": DeliveryState.HANDLED.value}
        await self._table.write([Merge(*keys.delivery_keys(source, delivery_id), done)])

    @property
    def _table(self) -> Table:
        return self._storage.table(self._storage.names.deliveries)
