"""The register in memory: the same contract as the tables."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from shared.domain.audit import AuditEvent
from shared.domain.cases import Case
from shared.domain.feeds import FeedRef
from shared.domain.findings import Finding, Likeness
from shared.domain.names import PackageName
from shared.domain.notices import Notice
from shared.errors import StaleWrite
from shared.ports import CaseChange, StoredCase
from tests.fakes.faults import Faults

type _Likeness = tuple[FeedRef, PackageName, Likeness, str]
type _Subject = tuple[FeedRef, PackageName]


@dataclass(slots=True)
class MemoryRegister:
    """Cases, events, findings and outbox. A change is checked as a whole before any of it is kept."""

    faults: Faults = field(default_factory=Faults)
    stored: dict[_Subject, StoredCase] = field(default_factory=dict)
    chains: dict[_Subject, dict[int, AuditEvent]] = field(default_factory=dict)
    waiting: dict[tuple[FeedRef, str], Notice] = field(default_factory=dict)
    found: dict[_Likeness, Finding] = field(default_factory=dict)
    _writes: int = 0

    async def case(self, feed: FeedRef, name: PackageName) -> StoredCase | None:
        """Read one case."""
        await self.faults.begin("case", feed=feed, name=name)
        return self.stored.get((feed, name))

    async def commit(self, change: CaseChange) -> StoredCase:
        """Write one change; refuse it as a whole where the case moved, or a row of it exists."""
        subject = (change.case.feed, change.case.name)
        call = await self.faults.begin("commit", feed=subject[0], name=subject[1])
        if any(notice.feed != change.case.feed for notice in change.notices):
            raise ValueError("a notice of another feed cannot move together with this case")
        chain = self.chains.setdefault(subject, {})
        notices = {(notice.feed, notice.notice_id): notice for notice in change.notices}
        current = self.stored.get(subject)
        if (None if current is None else current.tag) != change.replaces:
            raise StaleWrite(f"the case of {change.case.name} changed since it was read")
        if change.event.sequence in chain or notices.keys() & self.waiting.keys():
            raise StaleWrite(f"the case of {change.case.name} already holds a row of this change")
        self._writes += 1
        stored = self.stored[subject] = StoredCase(change.case, f"tag-{self._writes}")
        chain[change.event.sequence] = change.event
        self.waiting.update(notices)
        self.faults.end(call)
        return stored

    async def cases(self, feed: FeedRef | None = None) -> AsyncIterator[Case]:
        """Walk the cases by feed and name."""
        await self.faults.begin("cases", feed=feed)
        for (ref, _), stored in tuple(self.stored.items()):
            if feed in (None, ref):
                yield stored.case

    async def events(self, feed: FeedRef, name: PackageName) -> AsyncIterator[AuditEvent]:
        """Walk one chain in sequence order."""
        await self.faults.begin("events", feed=feed, name=name)
        for _, event in sorted(self.chains.get((feed, name), {}).items()):
            yield event

    async def outbox(self) -> AsyncIterator[Notice]:
        """Walk what is not yet relayed, oldest first."""
        await self.faults.begin("outbox")
        for _, notice in sorted(self.waiting.items(), key=lambda item: item[0][1]):
            yield notice

    async def remove_from_outbox(self, notice: Notice) -> None:
        """Forget a relayed notice."""
        call = await self.faults.begin("remove_from_outbox", feed=notice.feed)
        self.waiting.pop((notice.feed, notice.notice_id), None)
        self.faults.end(call)

    async def report(self, finding: Finding, notices: Sequence[Notice]) -> bool:
        """Keep a finding with its notices, once."""
        call = await self.faults.begin("report", feed=finding.feed, name=finding.public)
        if any(notice.feed != finding.feed for notice in notices):
            raise ValueError("a notice of another feed cannot move together with this finding")
        key = (finding.feed, finding.public, finding.likeness, finding.resembles)
        if key in self.found:
            return False
        added = {(notice.feed, notice.notice_id): notice for notice in notices}
        if added.keys() & self.waiting.keys():
            raise StaleWrite(f"a notice about {finding.public} waits already")
        self.found[key] = finding
        self.waiting.update(added)
        self.faults.end(call)
        return True

    async def findings(self) -> AsyncIterator[Finding]:
        """Walk all findings."""
        await self.faults.begin("findings")
        for finding in tuple(self.found.values()):
            yield finding
