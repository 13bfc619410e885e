"""The register in table storage: one partition a feed, every change one transaction."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TYPE_CHECKING, Final

from shared.adapters.register import keys
from shared.adapters.register.approval_rows import read_alive, read_past
from shared.adapters.register.changes import needs_standing, operations_of, waiting
from shared.adapters.register.documents import Entity
from shared.adapters.register.event_rows import read_event, read_notice
from shared.adapters.register.failures import RowMissing
from shared.adapters.register.finding_rows import read_finding, write_finding
from shared.adapters.register.known_feeds import KnownFeeds
from shared.adapters.register.operations import Insert, Remove
from shared.adapters.register.rows import read_case
from shared.adapters.register.storage import Storage
from shared.domain.approvals import Approval
from shared.domain.audit import AuditEvent, subject_of
from shared.domain.cases import Case
from shared.domain.feeds import FeedRef
from shared.domain.findings import Finding
from shared.domain.names import PackageName
from shared.domain.notices import Notice
from shared.errors import FeedwardenError, StaleWrite, UnexpectedAnswer
from shared.logs import told
from shared.ports import CaseChange, NewId, StoredCase

if TYPE_CHECKING:  # loading it loads the SDK
    from shared.adapters.register.table import Table

logger = logging.getLogger(__name__)

_WRITE: Final = "write"


class TableRegister:
    """Cases, audit events, approvals, findings and the outbox.

    The notices of a change or a finding must be about its own feed: one transaction stays in one partition.
    """

    def __init__(self, storage: Storage, *, new_id: NewId) -> None:
        """Keep the account; `new_id` marks each write, so that we know our own when its answer was lost."""
        self._storage = storage
        self._new_id = new_id
        self._feeds = KnownFeeds(storage)
        self._unreadable: set[tuple[str, str]] = set()

    async def case(self, feed: FeedRef, name: PackageName) -> StoredCase | None:
        """Read one case."""
        row = await self._table.get(keys.feed_partition(feed), keys.case_row(name))
        return None if row is None else StoredCase(read_case(row.entity), row.tag)

    async def commit(self, change: CaseChange) -> StoredCase:
        """Write the change in one transaction, and log the new head. Raises StaleWrite, TooLarge."""
        case, write = change.case, self._new_id()
        # Whoever makes an approval alive, or ends it, moves the case too: what is read here is as old as the case's tag
        # at the most, or the case's row refuses the whole change.
        standing = await self.approval(case.feed, case.name) if needs_standing(change) else None
        operations = operations_of(change, mark={_WRITE: write}, standing=standing)
        await self._feeds.note(case.feed)
        try:
            tags = await self._table.write(operations)
        except (StaleWrite, RowMissing) as error:
            stored = await self._own_write(change, write, error)
        else:
            stored = StoredCase(change.case, tags[0])
        _anchor(stored.case)
        return stored

    async def cases(self, feed: FeedRef | None = None) -> AsyncIterator[Case]:
        """Walk the cases of one feed, or feed by feed; the table is never scanned.

        A row that cannot be read is logged, counted and passed over: it must not hide the others.
        """
        async for entity in self._rows("case", feed):
            case = self._readable_case(entity)
            if case is not None:
                yield case

    async def events(self, feed: FeedRef, name: PackageName) -> AsyncIterator[AuditEvent]:
        """Walk the events of one case by their padded numbers."""
        span = keys.below(keys.event_rows(name))
        async for entity in self._table.rows(keys.feed_partition(feed), span):
            yield read_event(entity)

    async def approval(self, feed: FeedRef, name: PackageName) -> Approval | None:
        """Read the approval that is alive. Raises UnexpectedAnswer where its row cannot be read."""
        row = await self._table.get(keys.feed_partition(feed), keys.approval_row(name))
        return None if row is None else read_alive(row.entity)

    async def past_approval(self, feed: FeedRef, name: PackageName, approval_id: str) -> Approval | None:
        """Read one that has ended. Raises UnexpectedAnswer where its row cannot be read."""
        row = await self._table.get(keys.feed_partition(feed), keys.past_approval_row(name, approval_id))
        return None if row is None else read_past(row.entity)

    async def alive_approvals(self, feed: FeedRef | None = None) -> AsyncIterator[Approval]:
        """Walk what is alive; an approval that cannot be read hides no other."""
        async for entity in self._rows("approval", feed):
            approval = _readable("approval", read_alive, entity)
            if approval is not None:
                yield approval

    async def outbox(self) -> AsyncIterator[Notice]:
        """Walk the waiting notices, oldest first within each feed; one that cannot be read holds up no other."""
        async for entity in self._rows("outbox", None):
            notice = _readable("notice", read_notice, entity)
            if notice is not None:
                yield notice

    async def remove_from_outbox(self, notice: Notice) -> None:
        """Forget a relayed notice; one that is gone already is fine."""
        place = keys.feed_partition(notice.feed), keys.outbox_row(notice.notice_id)
        try:
            await self._table.write([Remove(*place)])
        except RowMissing:
            return

    async def report(self, finding: Finding, notices: Sequence[Notice]) -> bool:
        """Insert a finding and its notices in one transaction; a finding that is there already is told no second time.

        Raises:
            StaleWrite: a notice of such an id waits already, so nothing was written.
        """
        write = self._new_id()
        partition, row = place = keys.feed_partition(finding.feed), keys.finding_row(finding)
        inserts = [Insert(*place, write_finding(finding) | {_WRITE: write}), *waiting(finding.feed, notices)]
        await self._feeds.note(finding.feed)
        try:
            await self._table.write(inserts)
        except StaleWrite:
            stored = await self._table.get(partition, row)
            if stored is None:
                raise
            return stored.entity.get(_WRITE) == write  # our own write, whose lost answer made us send it again
        return True

    async def findings(self) -> AsyncIterator[Finding]:
        """Walk all findings, feed by feed; one that cannot be read hides no other."""
        async for entity in self._rows("finding", None):
            finding = _readable("finding", read_finding, entity)
            if finding is not None:
                yield finding

    @property
    def unreadable_cases(self) -> int:
        """How many case rows could not be read when a walk of this process last met them."""
        return len(self._unreadable)

    @property
    def _table(self) -> Table:
        return self._storage.table(self._storage.names.register)

    async def _rows(self, kind: str, feed: FeedRef | None) -> AsyncIterator[Entity]:
        if feed is not None:
            async for entity in self._table.rows(keys.feed_partition(feed), keys.below(kind)):
                yield entity
            return
        async for known in self._feeds.walk():
            async for entity in self._rows(kind, known):
                yield entity

    def _readable_case(self, entity: Entity) -> Case | None:
        place = entity["PartitionKey"], entity["RowKey"]
        case = _readable("case row", read_case, entity)
        if case is None:
            self._unreadable.add(place)
        else:
            self._unreadable.discard(place)
        return case

    async def _own_write(self, change: CaseChange, write: str, conflict: FeedwardenError) -> StoredCase:
        """Tell a true conflict from our own write, done already when its lost answer made us send it again."""
        row = await self._table.get(keys.feed_partition(change.case.feed), keys.case_row(change.case.name))
        if row is None or row.entity.get(_WRITE) != write:
            raise StaleWrite(f"the case of {change.case.name} changed since it was read") from conflict
        return StoredCase(change.case, row.tag)


def _anchor(case: Case) -> None:
    """Log the head where whoever can write to the table cannot reach: a rewritten chain then shows."""
    subject = ascii(subject_of(case.feed, case.name))[1:-1]
    logger.info("audit head %s %s %s", subject, case.sequence, case.head)


def _readable[T](what: str, read: Callable[[Entity], T], entity: Entity) -> T | None:
    """Read a row in a walk; one that cannot be read is told and passed over."""
    try:
        return read(entity)
    except UnexpectedAnswer as error:
        place = {"partition": entity.get("PartitionKey"), "row": entity.get("RowKey")}
        # The text says it all; the stack is our own reader's.
        logger.error(told(f"{what} not readable: passed over", **place, error=error))  # noqa: TRY400  # as said above
        return None
