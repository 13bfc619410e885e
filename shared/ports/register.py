"""Cases, their events and approvals, and the seals over them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from shared.domain.approvals import Approval
from shared.domain.audit import AuditEvent
from shared.domain.cases import Case
from shared.domain.feeds import FeedRef
from shared.domain.findings import Finding
from shared.domain.names import PackageName
from shared.domain.notices import Notice
from shared.domain.seals import DayDigest, Stand


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A case and the tag of the row it was read from."""

    case: Case
    tag: str


@dataclass(frozen=True, slots=True)
class CaseChange:
    """What moves together or not at all: the case as it will be, its event, the notices it causes, its approvals.

    `replaces` is the tag that was read; None = the case must not exist yet. Of `approvals` one may be alive: it takes
    the place of the one that was; those that are not were alive before, or are not on record yet.
    """

    case: Case
    event: AuditEvent
    notices: tuple[Notice, ...]
    replaces: str | None
    approvals: tuple[Approval, ...] = ()


class Register(Protocol):
    """Cases, their audit events and the outbox: one partition a feed."""

    async def case(self, feed: FeedRef, name: PackageName) -> StoredCase | None:
        """Read one case."""
        ...

    async def commit(self, change: CaseChange) -> StoredCase:
        """Write one change in one transaction. Raises StaleWrite."""
        ...

    def cases(self, feed: FeedRef | None = None) -> AsyncIterator[Case]:
        """Walk the cases of one feed, or of all feeds."""
        ...

    def events(self, feed: FeedRef, name: PackageName) -> AsyncIterator[AuditEvent]:
        """Walk the audit events of one case in sequence order."""
        ...

    async def approval(self, feed: FeedRef, name: PackageName) -> Approval | None:
        """Read the approval of a package that is alive; None = there is none."""
        ...

    async def past_approval(self, feed: FeedRef, name: PackageName, approval_id: str) -> Approval | None:
        """Read one approval of a package that has ended."""
        ...

    def alive_approvals(self, feed: FeedRef | None = None) -> AsyncIterator[Approval]:
        """Walk the approvals that are alive, of one feed, or of all feeds."""
        ...

    def outbox(self) -> AsyncIterator[Notice]:
        """Walk the notices not yet relayed, oldest first within each feed."""
        ...

    async def remove_from_outbox(self, notice: Notice) -> None:
        """Forget a relayed notice. Idempotent."""
        ...

    async def report(self, finding: Finding, notices: Sequence[Notice]) -> bool:
        """Insert a finding and its notices in one transaction; return False where it was there already."""
        ...

    def findings(self) -> AsyncIterator[Finding]:
        """Walk all findings, feed by feed."""
        ...


class Chains(Protocol):
    """The audit chains, as whatever row is there tells of them; no list is believed."""

    def stands(self) -> AsyncIterator[Stand]:
        """Walk all chains; one whose rows cannot be read is told as that, and hides no other."""
        ...


class Digests(Protocol):
    """Where the digests of the audit chains are kept, once and for all."""

    async def keep(self, digest: DayDigest) -> bool:
        """Write the digest of a day; False where that day has one, which stays as it is."""
        ...
