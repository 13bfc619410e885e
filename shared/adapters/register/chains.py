"""The audit chains as they lie in the table, read without trust: for verification, not for work.

The register's own walk starts at its list of feeds and shows cases. Somebody who removes a row would
hide from that, so this walks every row, and reports events without their case.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import UTC
from typing import Final

from shared.adapters.register import keys
from shared.adapters.register.approval_flaws import approval_flaws
from shared.adapters.register.approval_rows import read_alive, read_past
from shared.adapters.register.conclusions import contradictions
from shared.adapters.register.documents import Entity
from shared.adapters.register.event_rows import read_event
from shared.adapters.register.rows import read_case
from shared.adapters.register.storage import Storage
from shared.domain.approvals import Approval
from shared.domain.audit import AuditEvent, flaws, subject_of
from shared.domain.cases import Case
from shared.domain.seals import DayDigest, breaches, omission
from shared.errors import UnexpectedAnswer, UpstreamUnavailable

_TRIES: Final = 5
KINDS: Final = frozenset({"case", "event", "approval", "past-approval"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a chain lies: the partition of its feed, and the rest of its rows' keys."""

    partition: str
    rest: str

    @property
    def subject(self) -> str:
        """What a chain at this place is about, in the words of `subject_of`."""
        try:
            return "/".join((*keys.parts_of(self.partition), *keys.parts_of(self.rest)))
        except UnexpectedAnswer:
            return f"{self.partition}/{self.rest}"


@dataclass(frozen=True, slots=True)
class Chain:
    """One case, its events in the order of their keys, and what is wrong with its rows and its approvals' rows."""

    subject: str
    case: Case | None
    events: tuple[AuditEvent, ...]
    damaged: tuple[str, ...] = ()
    place: Place | None = None


def flaws_of(chain: Chain) -> tuple[str, ...]:
    """Verify one chain; empty = sound."""
    if chain.case is None:
        last = chain.events[-1].digest if chain.events else ""
        kept = flaws(chain.subject, chain.events, sequence=len(chain.events), head=last)
        missing = () if chain.damaged else ("there are events, and the case that they are about is gone",)
        return (*chain.damaged, *missing, *kept)
    about = subject_of(chain.case.feed, chain.case.name)
    moved = () if about == chain.subject else (f"the case says that it is {about}: it was put into another's place",)
    told = flaws(chain.subject, chain.events, sequence=chain.case.sequence, head=chain.case.head)
    return (*chain.damaged, *moved, *told, *contradictions(chain.case, chain.events))


def misfits(chain: Chain, sealed: DayDigest) -> tuple[str, ...]:
    """Compare one chain with the digest of a day; empty = it grew since, stayed as it was, or is younger."""
    seal = sealed.seals.get(chain.subject)
    if seal is not None:
        return breaches(seal, chain.events)
    known = [event.at for event in chain.events] + ([chain.case.opened_at] if chain.case else [])
    return omission(sealed, chain.subject, min(known).astimezone(UTC).date() if known else None)


@dataclass(slots=True)
class _Rows:
    """The rows of one chain while they are collected."""

    case: Case | None = None
    events: list[AuditEvent] = field(default_factory=list)
    approvals: list[Approval] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)

    def take(self, kind: str, entity: Entity) -> None:
        """Read one row; a row that cannot be read is a finding, not an end."""
        try:
            match kind:
                case "case":
                    self.case = read_case(entity)
                    self._compare(entity, state=self.case.state, protection=self.case.protection)
                case "event":
                    self.events.append(read_event(entity))
                case _:
                    self.approvals.append(read_alive(entity) if kind == "approval" else read_past(entity))
                    self._compare(entity, state=self.approvals[-1].state)
        except UnexpectedAnswer as error:
            self.damaged.append(f"the row {entity['RowKey']} cannot be read: {error}")

    def _compare(self, entity: Entity, **columns: str) -> None:
        if any(entity.get(name) != text for name, text in columns.items()):
            self.damaged.append(f"the row {entity['RowKey']} says another {' or '.join(columns)} outside its body")

    def chain(self, place: Place) -> Chain:
        """Return what was collected; approvals are compared here, so that an export tells of them and holds none."""
        # Where a row could not be read, whatever else does not fit may be for that.
        told = self.damaged or approval_flaws(self.case, self.events, self.approvals)
        return Chain(place.subject, self.case, tuple(self.events), tuple(told), place)


async def chains(storage: Storage) -> AsyncIterator[Chain]:
    """Walk all chains, feed by feed; one that changes meanwhile may look flawed: read it again on its own."""
    partition, gathered = "", dict[str, _Rows]()
    async for entity in storage.table(storage.names.register).everything():
        if entity["PartitionKey"] != partition:
            for chain in _finished(partition, gathered):
                yield chain
            partition, gathered = entity["PartitionKey"], {}
        kind, _, rest = entity["RowKey"].partition(keys.SEPARATOR)
        if kind in KINDS:
            name = rest if kind in {"case", "approval"} else rest.rpartition(keys.SEPARATOR)[0]
            gathered.setdefault(name, _Rows()).take(kind, entity)
    for chain in _finished(partition, gathered):
        yield chain


def _finished(partition: str, gathered: dict[str, _Rows]) -> Iterable[Chain]:
    return [rows.chain(Place(partition, rest)) for rest, rows in gathered.items()]


async def read_chain(storage: Storage, place: Place) -> Chain:
    """Read one chain as it stood at one time. Raises UpstreamUnavailable where it changes all the while."""
    table = storage.table(storage.names.register)
    case_row, alive_row = (f"{kind}{keys.SEPARATOR}{place.rest}" for kind in ("case", "approval"))
    for _ in range(_TRIES):
        rows, before = _Rows(), await table.get(place.partition, case_row)
        if before is not None:
            rows.take("case", before.entity)
        alive = await table.get(place.partition, alive_row)
        if alive is not None:
            rows.take("approval", alive.entity)
        for kind in ("event", "past-approval"):
            async for entity in table.rows(place.partition, keys.below(f"{kind}{keys.SEPARATOR}{place.rest}")):
                rows.take(kind, entity)
        after = await table.get(place.partition, case_row)
        if (before and before.tag) == (after and after.tag):
            return rows.chain(place)
    raise UpstreamUnavailable(f"{place.subject} changes all the while", service="table storage")
