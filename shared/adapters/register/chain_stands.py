"""Where every chain in the table stands: each row is looked at, and no list of feeds or cases is believed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from shared.adapters.register import keys
from shared.adapters.register.chains import KINDS, Place
from shared.adapters.register.documents import Entity
from shared.adapters.register.event_rows import read_event
from shared.adapters.register.rows import read_case
from shared.adapters.register.storage import Storage
from shared.domain.seals import Seal, Stand, is_seal
from shared.errors import FeedwardenError, UnexpectedAnswer


@dataclass(slots=True)
class _Rows:
    """What is known of one chain while its rows go by: nothing of a sound one but where it stands."""

    place: Place
    case: Seal | None = None
    unread: str = "there is no row of the case"
    events: int = 0
    head: str = ""
    lost_events: bool = False

    def take(self, kind: str, entity: Entity) -> None:
        """Look at one row; cases come before their events."""
        if kind == "case":
            self._take_case(entity)
        elif kind == "event" and self.case is None:
            try:
                self.head = read_event(entity).digest
                self.events += 1
            except UnexpectedAnswer:
                self.lost_events = True

    def _take_case(self, entity: Entity) -> None:
        try:
            case = read_case(entity)
            place = keys.feed_partition(case.feed), keys.case_row(case.name)
        except FeedwardenError as error:
            self.unread = f"the case cannot be read: {error}"
            return
        seal = Seal(self.place.subject, case.sequence, case.head)
        if place != (entity["PartitionKey"], entity["RowKey"]):
            self.unread = "the case is about something else: it was put into another's place"
        elif not is_seal(seal):
            self.unread = "the case names no event"
        else:
            self.case = seal

    def stand(self) -> Stand:
        """Return where it stands: by its case, else by its events if all of them could be read."""
        if self.case is not None:
            return Stand(self.place.subject, self.case)
        seal = Seal(self.place.subject, self.events, self.head)
        return Stand(self.place.subject, seal if is_seal(seal) and not self.lost_events else None, self.unread)


class TableChains:
    """Implements the port Chains."""

    def __init__(self, storage: Storage) -> None:
        """Keep the account."""
        self._storage = storage

    async def stands(self) -> AsyncIterator[Stand]:
        """Walk the table, partition by partition; one feed's chains are held at a time."""
        partition, gathered = "", dict[str, _Rows]()
        async for entity in self._storage.table(self._storage.names.register).everything():
            if entity["PartitionKey"] != partition:
                for stand in _stands(gathered):
                    yield stand
                partition, gathered = entity["PartitionKey"], {}
            kind, _, rest = entity["RowKey"].partition(keys.SEPARATOR)
            if kind in KINDS:
                name = rest if kind in {"case", "approval"} else rest.rpartition(keys.SEPARATOR)[0]
                gathered.setdefault(name, _Rows(Place(partition, name))).take(kind, entity)
        for stand in _stands(gathered):
            yield stand


def _stands(gathered: dict[str, _Rows]) -> Iterator[Stand]:
    return (rows.stand() for rows in gathered.values())
