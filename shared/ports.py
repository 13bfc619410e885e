"""What the application needs from the world, as Protocols; adapters and test fakes implement them.

All methods raise only FeedwardenError subclasses: UpstreamUnavailable for what may pass, the other
UpstreamErrors for what a person must mend. Times are aware UTC.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from shared.domain.advisories import Advisories
from shared.domain.approvals import Approval
from shared.domain.audit import AuditEvent
from shared.domain.cases import Case
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import OrganizationPolicy, Proof, UpstreamingBehavior
from shared.domain.feeds import Feed, FeedRef
from shared.domain.findings import Finding, Likeness
from shared.domain.hints import Hint
from shared.domain.letters import Letter
from shared.domain.names import PackageName
from shared.domain.notices import Notice
from shared.domain.owners import FeedOwners, Ownership
from shared.domain.public_sources import PublicSource
from shared.domain.seals import DayDigest, Stand
from shared.domain.subscriptions import SubscriptionList
from shared.domain.twins import PublicTwin
from shared.domain.versions import FeedVersion

type Clock = Callable[[], datetime]
type Sleep = Callable[[timedelta], Awaitable[None]]
type NewId = Callable[[], str]


@dataclass(frozen=True, slots=True)
class ListedPackage:
    """A package as the feed's list shows it; `package_id` is the GUID that its versions are asked by.

    `maybe_internal` is false only where the list proves that every version came from a public
    registry; `maybe_external` is false only where it proves that none did. `holds_external` is true only
    where it proves that a live version came from a public registry.
    """

    package_id: str
    name: PackageName
    maybe_internal: bool
    maybe_external: bool
    holds_external: bool = False


@dataclass(frozen=True, slots=True)
class PackagePage:
    """One page of a feed's packages. `refused` are names that no registry could hold, for the log.

    `next_skip` is where the next page begins; None = this was the last. Fat pages hold fewer packages than others.
    """

    packages: tuple[ListedPackage, ...]
    refused: tuple[str, ...]
    next_skip: int | None


@dataclass(frozen=True, slots=True)
class ChangePage:
    """Packages that changed after a token, each once, and the token to go on from.

    `exhausted` = nothing came after the token.
    """

    packages: tuple[ListedPackage, ...]
    refused: tuple[str, ...]
    token: str
    exhausted: bool


class FetchOutcome(StrEnum):
    """What came of fetching a version: NOT_OFFERED also while an opened switch has not taken effect yet."""

    FETCHED = "fetched"
    NOT_OFFERED = "not-offered"
    UNSUPPORTED = "unsupported"


class FeedService(Protocol):
    """Azure Artifacts: the feeds, what they hold, and the switch."""

    async def feeds(self) -> tuple[Feed, ...]:
        """Return every feed of the organization that we may see, of all projects; disabled feeds too."""
        ...

    async def feed(self, ref: FeedRef) -> Feed:
        """Return one feed as it is now. Raises FeedNotFound."""
        ...

    async def package_positions(self) -> Mapping[FeedRef, str]:
        """Return the newest package change token of every feed that we may see, in one call or few."""
        ...

    async def packages(self, feed: Feed, *, skip: int) -> PackagePage:
        """Return one page of up to 1,000 packages of guarded ecosystems, deleted ones too, from `skip` on."""
        ...

    async def package_changes(self, feed: Feed, *, token: str | None) -> ChangePage:
        """Return what changed after the token; None = from the feed's beginning."""
        ...

    async def find_package(self, feed: Feed, name: PackageName) -> ListedPackage | None:
        """Return the package of that canonical name; None where the feed holds none."""
        ...

    async def versions(self, feed: Feed, package: ListedPackage) -> tuple[FeedVersion, ...]:
        """Return all versions, deleted ones too, each with its origin."""
        ...

    async def organization_policy(self) -> OrganizationPolicy:
        """Return whether additional protections are on; anything unreadable is UNKNOWN, never an error."""
        ...

    async def get_upstreaming_behavior(self, feed: Feed, name: PackageName) -> UpstreamingBehavior:
        """Read the switch. Raises PermissionMissing, NoUpstreamingBehavior."""
        ...

    async def allow_external_versions(self, feed: Feed, name: PackageName) -> None:
        """Open the switch ("Set Upstreaming Behavior")."""
        ...

    async def clear_upstreaming_behavior(self, feed: Feed, name: PackageName) -> None:
        """Set the switch back to `auto` ("Clear Upstreaming Behavior"). Idempotent."""
        ...

    async def fetch_version(self, feed: Feed, name: PackageName, version: str) -> FetchOutcome:
        """Download every file of one version through the feed, as a client does, so that the feed saves it.

        What is downloaded is thrown away. Raises PermissionMissing, UpstreamError.
        """
        ...

    async def proof(self, feed: Feed, name: PackageName, held: Sequence[FeedVersion]) -> Proof:
        """Ask the feed's own package index whether it offers versions beyond the held ones.

        Errors become Proof.UNKNOWN, an ecosystem whose index is not read Proof.UNAVAILABLE.
        """
        ...


class Publisher(Protocol):
    """What publishes the canary's versions, and nothing else."""

    async def publish(self, feed: Feed, name: PackageName, version: str) -> None:
        """Publish one version of an npm package that does nothing.

        Raises UpstreamError, also where the number was used before.
        """
        ...


class HookSubscriptions(Protocol):
    """The service hooks of the organization that call webhooks."""

    async def subscriptions(self) -> SubscriptionList:
        """Return those that we may see, of all projects, to any address. Raises PermissionMissing, UpstreamError."""
        ...


class Owners(Protocol):
    """Who owns a feed: by its permissions, inherited ones too, by those for all feeds, and through groups.

    What stands for the whole organization in the place of a feed is owned by those who own every feed.
    """

    async def owners_of(self, feed: FeedRef) -> FeedOwners:
        """Return the people who certainly own the feed, as of a minute ago at most, and what is in doubt.

        For showing and telling; never for deciding. Raises UpstreamError.
        """
        ...

    async def is_owner(self, feed: FeedRef, *, tenant: str, object_id: str) -> Ownership:
        """Say whether a person owns the feed now, asked anew; every failure is UNKNOWN, with its reason."""
        ...


class PublicRegistry(Protocol):
    """One kind of public registry."""

    async def look_up(self, name: PackageName, *, location: str) -> PublicTwin:
        """Ask the registry at that (untrusted) location; every failure is a twin of unknown presence."""
        ...


@dataclass(frozen=True, slots=True)
class ChangedNames:
    """What a registry's change feed told after a position.

    `names` are the registry's own spellings, each once. `position` is where to go on. `lossy` says why
    something may have been missed (a reset, an overflown window, a lost position); empty = nothing
    was. `more` = ask again at once.
    """

    names: tuple[str, ...]
    position: str
    lossy: str = ""
    more: bool = False


class ChangeFeed(Protocol):
    """One registry's change feed."""

    async def changes(self, *, position: str | None) -> ChangedNames:
        """Return what changed after the position; None = begin now: no names, and the newest position.

        Never skips: an unreadable answer is an error, not an empty one. Raises UpstreamError, AddressRefused.
        """
        ...


type ChangeFeeds = Callable[[Ecosystem, str], ChangeFeed | None]
"""The change feed of the registry at a location; None where there is none, or none is configured."""

type Registries = Mapping[Ecosystem, PublicRegistry]


@dataclass(frozen=True, slots=True)
class NamePage:
    """A part of a registry's list of all its names, in the registry's own spellings.

    `token` is where to go on after this page, or what to hand in at the next reading of the whole list; None = the
    reading cannot be taken up here. `last` = with this page the list is whole.
    """

    names: tuple[str, ...]
    token: str | None
    last: bool = False


class NameList(Protocol):
    """The list of all names of one registry: read it, and no name has to be asked for."""

    def pages(self, *, token: str | None) -> AsyncGenerator[NamePage]:
        """Walk the list from a token on; None = from its beginning.

        Ends with a page that is `last`; that one has no names where nothing changed since its token was given out.
        Raises UpstreamError, AddressRefused; NoNameList where the registry documents that it has none.
        """
        ...


type NameLists = Callable[[PublicSource], NameList | None]
"""The name list of a registry; None where there is none, or none is configured."""


class PublicNames(Protocol):
    """Which names are, or were, taken on a registry: what makes asking about an internal name unnecessary.

    Over-inclusive: a name is never taken out. Names are kept as digests.
    """

    async def add(self, source: PublicSource, names: Iterable[PackageName]) -> int:
        """Add names; return how many were new. Idempotent, and safe with several writers at once."""
        ...

    async def known(self, source: PublicSource, names: Iterable[PackageName]) -> frozenset[PackageName]:
        """Return those of the names that are known to be, or to have been, public there."""
        ...


class AdvisorySource(Protocol):
    """A database of malicious packages; only names that are public are ever asked."""

    async def ask(self, name: PackageName) -> Advisories:
        """Ask about one name, in the spelling given; every failure is AdvisoryState.UNKNOWN."""
        ...


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


@dataclass(frozen=True, slots=True)
class HeldName:
    """An internal name and one feed that holds it."""

    name: PackageName
    feed: FeedRef


@dataclass(frozen=True, slots=True)
class HeldNames:
    """A part of the index, and the place to go on from; None = this was the end."""

    held: tuple[HeldName, ...]
    place: str | None


class NamesIndex(Protocol):
    """Which feeds hold which internal name: the reverse index for watches; may be over-inclusive."""

    async def add(self, feed: FeedRef, names: Iterable[PackageName]) -> None:
        """Add names of one feed. Idempotent."""
        ...

    async def holders(self, name: PackageName) -> tuple[FeedRef, ...]:
        """Return the feeds that hold the name, by one range query."""
        ...

    async def walk(self, ecosystem: Ecosystem, *, after: str | None, most: int) -> HeldNames:
        """Return about `most` entries of one ecosystem in a stable order, from a place on; None = the beginning.

        An entry that is there during a whole round is met in it; added entries may be met in the next.
        """
        ...

    async def add_look_alikes(self, feed: FeedRef, names: Iterable[PackageName]) -> None:
        """Add what unscoped public names would resemble each scoped internal name; other names are passed over."""
        ...

    async def resembling(self, public: PackageName) -> tuple[tuple[HeldName, Likeness], ...]:
        """Return the internal names that a public name resembles, by one range query."""
        ...


class DeliveryState(StrEnum):
    """How far a delivery came."""

    NEW = "new"
    TAKEN_IN = "taken-in"
    HANDLED = "handled"


class Deliveries(Protocol):
    """Deliveries, inserted once by id."""

    async def take_in(self, hint: Hint, *, source: str, at: datetime) -> DeliveryState:
        """Insert the delivery; return NEW, or how far the earlier one of that id came."""
        ...

    async def state(self, source: str, delivery_id: str) -> DeliveryState:
        """Return how far a delivery came; NEW = never seen."""
        ...

    async def mark_handled(self, source: str, delivery_id: str) -> None:
        """Record that its work is done. Idempotent."""
        ...


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position, and the tag of the row it was read from; tag None = no row yet."""

    value: str
    tag: str | None


class Cursors(Protocol):
    """Positions in feeds' and registries' change feeds."""

    async def read(self, key: str) -> Cursor | None:
        """Return a position; None = never saved."""
        ...

    async def save(self, key: str, value: str, *, replaces: Cursor | None) -> None:
        """Save a position read as `replaces`. Raises StaleWrite where another writer was faster."""
        ...


class QueueName(StrEnum):
    """The queues; each has a `-poison` companion that the platform fills."""

    PACKAGE_CHECKS = "package-checks"
    FEED_SWEEPS = "feed-sweeps"
    NOTICES = "notices"


class Queue(Protocol):
    """Where work waits."""

    async def put(self, queue: QueueName, text: str, *, delay: timedelta = timedelta(0)) -> None:
        """Add one message, visible after the delay (at most 7 days)."""
        ...

    async def waiting(self, queue: QueueName) -> int:
        """Return about how many messages are in the queue, delayed ones too."""
        ...


class Door(Protocol):
    """One source of deliveries: proves the sender, reads the body."""

    def read(self, *, headers: Mapping[str, str], body: bytes, at: datetime) -> Hint:
        """Return the hint. Raises BadSignature, UntrustedInput. Header names are matched without case."""
        ...


@dataclass(frozen=True, slots=True)
class RequestRef:
    """What a link names: one request for external versions of one package in one feed."""

    feed: FeedRef
    name: PackageName
    approval_id: str


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says once its signature holds: what it names, and whether its time is over. It grants nothing."""

    target: RequestRef | FeedRef
    made_at: datetime
    expired: bool


class Links(Protocol):
    """Addresses that people get in letters. Each names something, is signed, and expires."""

    def to_request(self, ref: RequestRef) -> str:
        """Return the address of the page of one request."""
        ...

    def to_requests_of(self, feed: FeedRef) -> str:
        """Return the address of the page that lists the open requests of one feed."""
        ...

    def read(self, token: str) -> Link:
        """Read the token of an address of ours. Raises BadLink."""
        ...


class LetterChannel(Protocol):
    """One way to carry letters to people."""

    async def send(self, letter: Letter) -> None:
        """Deliver one letter, at least once.

        Raises UpstreamUnavailable for what may pass, another UpstreamError for what a person must mend.
        """
        ...


class NoticeChannel(Protocol):
    """A way to reach people."""

    async def send(self, notice: Notice) -> None:
        """Deliver one notice."""
        ...
