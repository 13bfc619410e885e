"""The register in memory: the same contract as the tables."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from shared.domain.approvals import Approval
from shared.domain.audit import AuditEvent, subject_of
from shared.domain.cases import Case
from shared.domain.feeds import FeedRef
from shared.domain.findings import Finding, Likeness
from shared.domain.names import PackageName
from shared.domain.notices import Notice
from shared.domain.seals import Seal, Stand
from shared.errors import StaleWrite
from shared.ports import CaseChange, StoredCase
from tests.fakes.faults import Faults

type _Likeness = tuple[FeedRef, PackageName, Likeness, str]
type _Subject = tuple[FeedRef, PackageName]
type _Past = tuple[FeedRef, PackageName, str]


@dataclass(slots=True)
class MemoryRegister:
    """Cases, events, approvals, findings and outbox. A change is checked as a whole before any of it is kept."""

    faults: Faults = field(default_factory=Faults)
    stored: dict[_Subject, StoredCase] = field(default_factory=dict)
    chains: dict[_Subject, dict[int, AuditEvent]] = field(default_factory=dict)
    waiting: dict[tuple[FeedRef, str], Notice] = field(default_factory=dict)
    found: dict[_Likeness, Finding] = field(default_factory=dict)
    alive: dict[_Subject, Approval] = field(default_factory=dict)
    past: dict[_Past, Approval] = field(default_factory=dict)
    spoilt: dict[_Subject, str] = field(default_factory=dict)
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
        _check_approvals(change)
        chain = self.chains.setdefault(subject, {})
        notices = {(notice.feed, notice.notice_id): notice for notice in change.notices}
        current = self.stored.get(subject)
        if (None if current is None else current.tag) != change.replaces:
            raise StaleWrite(f"the case of {change.case.name} changed since it was read")
        ended = {(*subject, each.approval_id): each for each in change.approvals if not each.is_alive}
        if change.event.sequence in chain or notices.keys() & self.waiting.keys() or ended.keys() & self.past.keys():
            raise StaleWrite(f"the case of {change.case.name} already holds a row of this change")
        self._writes += 1
        stored = self.stored[subject] = StoredCase(change.case, f"tag-{self._writes}")
        chain[change.event.sequence] = change.event
        self.waiting.update(notices)
        self._move_approvals(subject, change.approvals, ended)
        self.faults.end(call)
        return stored

    def _move_approvals(self, subject: _Subject, moved: Sequence[Approval], ended: dict[_Past, Approval]) -> None:
        standing = self.alive.get(subject)
        if standing is not None and (*subject, standing.approval_id) in ended:
            del self.alive[subject]
        self.alive.update((subject, approval) for approval in moved if approval.is_alive)
        self.past.update(ended)

    async def approval(self, feed: FeedRef, name: PackageName) -> Approval | None:
        """Read the approval of a package that is alive."""
        await self.faults.begin("approval", feed=feed, name=name)
        return self.alive.get((feed, name))

    async def past_approval(self, feed: FeedRef, name: PackageName, approval_id: str) -> Approval | None:
        """Read one approval that has ended."""
        await self.faults.begin("past_approval", feed=feed, name=name)
        return self.past.get((feed, name, approval_id))

    async def alive_approvals(self, feed: FeedRef | None = None) -> AsyncIterator[Approval]:
        """Walk what is alive."""
        await self.faults.begin("alive_approvals", feed=feed)
        for (ref, _), approval in tuple(self.alive.items()):
            if feed in (None, ref):
                yield approval

    async def cases(self, feed: FeedRef | None = None) -> AsyncIterator[Case]:
        """Walk the cases by feed and name."""
        await self.faults.begin("cases", feed=feed)
        for (ref, _), stored in tuple(self.stored.items()):
            if feed in (None, ref):
                yield stored.case

    async def stands(self) -> AsyncIterator[Stand]:
        """Walk all chains, as the port Chains does; those that a test calls spoilt are not sealed."""
        for (feed, name), stored in tuple(self.stored.items()):
            subject, why = subject_of(feed, name), self.spoilt.get((feed, name), "")
            yield Stand(subject, None if why else Seal(subject, stored.case.sequence, stored.case.head), why)

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


def _check_approvals(change: CaseChange) -> None:
    if any((each.feed, each.name) != (change.case.feed, change.case.name) for each in change.approvals):
        raise ValueError("an approval of another package cannot move together with this case")
    if sum(each.is_alive for each in change.approvals) > 1:
        raise ValueError("of one package one approval is alive at most")
