"""The whole application over fakes, and a pump that does what the platform does with its queues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from shared.application.abandon import Abandoner
from shared.application.approve.advance import Advancer
from shared.application.canary_row import Accepted
from shared.application.check import Checker
from shared.application.elsewhere import Neighbours, Spreader
from shared.application.feed_book import FeedBook
from shared.application.follow import Follower
from shared.application.gather import Gatherer
from shared.application.hook_row import HookReport
from shared.application.hooks import HookInspector
from shared.application.journal import Journal
from shared.application.look_alikes import LookAlikeReporter
from shared.application.lookup import TwinLookup
from shared.application.messages import CheckRequest, SweepRequest
from shared.application.notify import Messenger
from shared.application.notify_outlets import Outlets
from shared.application.notify_windows import Windows
from shared.application.notify_world import Announcer
from shared.application.packs import Packer
from shared.application.public_list import ListReader
from shared.application.readiness import Readiness
from shared.application.relay import Relay
from shared.application.rounds import Rounds
from shared.application.setbacks import Setbacks
from shared.application.standings import Standings
from shared.application.sweep import Sweeper
from shared.application.switches import SwitchReader
from shared.application.walk import Walker
from shared.application.watch import Offers, RegistryWatcher
from shared.application.watch_feeds import FeedWatcher
from shared.domain.audit import flaws, subject_of
from shared.domain.cases import Case, CaseEvent
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import Feed
from shared.domain.letter_rules import Outlet
from shared.domain.names import PackageName
from shared.domain.ours import NOTHING_OURS, Ours
from shared.domain.policy import Mode, Stance
from shared.domain.rules import GuardPolicy
from shared.errors import StaleWrite
from shared.ports import ChangeFeeds, LetterChannel, NameLists, PublicNames, QueueName
from tests.fakes import (
    ORGANIZATION,
    CountingIds,
    FakeAdvisories,
    FakeFeedService,
    FakeHooks,
    FakeOwners,
    FakeRegistry,
    FollowedNames,
    FollowedStandings,
    MemoryCursors,
    MemoryDeliveries,
    MemoryNamesIndex,
    MemoryQueue,
    MemoryRegister,
    RecordingChannel,
    ScriptedList,
    SettableClock,
)

BILLING: Final = PackageName.of(Ecosystem.NPM, "@contoso/billing")
LEDGER: Final = PackageName.of(Ecosystem.PYPI, "contoso-ledger")
ENFORCE: Final = GuardPolicy(Stance(Mode.ENFORCE))
AUDIT: Final = GuardPolicy(Stance(Mode.AUDIT))


@dataclass(slots=True)
class House:
    """Fakes and use cases, wired as in production."""

    policy: GuardPolicy = ENFORCE
    clock: SettableClock = field(default_factory=SettableClock)
    service: FakeFeedService = field(default_factory=FakeFeedService)
    npm: FakeRegistry = field(default_factory=FakeRegistry)
    pypi: FakeRegistry = field(default_factory=FakeRegistry)
    register: MemoryRegister = field(default_factory=MemoryRegister)
    names: MemoryNamesIndex = field(default_factory=MemoryNamesIndex)
    cursors: MemoryCursors = field(default_factory=MemoryCursors)
    deliveries: MemoryDeliveries = field(default_factory=MemoryDeliveries)
    channel: RecordingChannel = field(default_factory=RecordingChannel)
    ids: CountingIds = field(default_factory=CountingIds)
    queue: MemoryQueue = field(init=False)
    book: FeedBook = field(init=False)
    lookup: TwinLookup = field(init=False)
    public_names: PublicNames = field(init=False)
    standings: Standings = field(init=False)
    change_feeds: ChangeFeeds = field(default=lambda _ecosystem, _location: None)
    name_lists: NameLists = field(default=lambda _source: None)
    replicated: Mapping[Ecosystem, str] = field(default_factory=dict)
    ours: Ours = NOTHING_OURS
    advisories: FakeAdvisories = field(default_factory=FakeAdvisories)
    owners: FakeOwners = field(default_factory=FakeOwners)
    letters: dict[Outlet, LetterChannel] = field(default_factory=dict)
    hooks: FakeHooks = field(default_factory=FakeHooks)
    base_url: str = ""
    asks: bool = False
    canary: PackageName | None = None

    def __post_init__(self) -> None:
        """Share the one clock."""
        self.queue = MemoryQueue(clock=self.clock)
        self.book = FeedBook(self.service, self.clock)
        self.advisories.clock = self.clock
        # Two registries, so that tests can see what happens to an ecosystem that nobody can be asked about.
        registries = {Ecosystem.NPM: self.npm, Ecosystem.PYPI: self.pypi}
        self.public_names = FollowedNames(registries)
        self.standings = FollowedStandings(self.cursors, self.clock)
        # Whether a list can be read is not what most tests are about: here all registries have one.
        self.lookup = TwinLookup(
            registries, self.clock, self.public_names, self.standings, lambda _source: ScriptedList()
        )

    @property
    def journal(self) -> Journal:
        """The journal over the register."""
        return Journal(self.register, self.clock, self.ids)

    @property
    def setbacks(self) -> Setbacks:
        """What was given up."""
        return Setbacks(self.cursors, self.clock)

    @property
    def checker(self) -> Checker:
        """The main use case."""
        neighbours = Neighbours(self.service, self.book, self.names)
        packer = Packer(self.advisories, self.ours, self.clock)
        gatherer = Gatherer(self.service, self.book, self.lookup, self.clock, neighbours, packer)
        spreader = Spreader(self.book, self.names, self.register, self.queue, self.accepted)
        return Checker(
            gatherer,
            self.service,
            self.register,
            self.journal,
            self.queue,
            self.policy,
            self.clock,
            spreader,
            self.advancer,
        )

    @property
    def accepted(self) -> Accepted:
        """Which package is an exercise's."""
        return Accepted(self.cursors, self.canary)

    @property
    def advancer(self) -> Advancer:
        """What follows of decisions."""
        return Advancer(
            self.service, self.register, self.journal, self.queue, self.policy, self.clock, self.ids, asks=self.asks
        )

    @property
    def follower(self) -> Follower:
        """From hints to checks."""
        return Follower(self.service, self.book, self.lookup, self.names, self.cursors, self.deliveries, self.queue)

    @property
    def sweeper(self) -> Sweeper:
        """From nothing to checks."""
        return Sweeper(
            self.service,
            self.book,
            self.lookup,
            self.names,
            self.register,
            self.queue,
            self.setbacks,
            self.clock,
            self.policy,
            self.watcher,
        )

    @property
    def lists(self) -> ListReader:
        """Readings of registries' lists."""
        return ListReader(self.name_lists, self.public_names, self.standings, self.book, self.queue, self.clock)

    @property
    def look_alikes(self) -> LookAlikeReporter:
        """Names that resemble ours."""
        registries = self.lookup.registries
        return LookAlikeReporter(
            self.names, self.register, registries, self.ours, ORGANIZATION, self.queue, self.clock, self.ids, self.book
        )

    @property
    def watcher(self) -> RegistryWatcher:
        """The registries' change feeds."""
        return RegistryWatcher(
            Offers(self.change_feeds, self.replicated),
            self.name_lists,
            self.lists,
            self.public_names,
            self.standings,
            self.book,
            self.names,
            self.look_alikes,
            self.cursors,
            self.queue,
            self.clock,
        )

    @property
    def rounds(self) -> Rounds:
        """Names that have to be asked for."""
        return Rounds(
            self.lookup, self.standings, self.book, self.names, self.cursors, self.queue, self.clock, self.sleep
        )

    async def sleep(self, _duration: timedelta) -> None:
        """Wait no time: what is paced is counted by the clock that a test turns."""

    @property
    def switches(self) -> SwitchReader:
        """Switches that are read in turn."""
        return SwitchReader(self.service, self.book, self.names, self.register, self.cursors, self.queue)

    @property
    def walker(self) -> Walker:
        """The queue `feed-sweeps`."""
        return Walker(self.follower, self.sweeper, self.lists, self.look_alikes, self.queue)

    @property
    def feed_watcher(self) -> FeedWatcher:
        """The feeds' own changes."""
        return FeedWatcher(self.service, self.book, self.cursors, self.register, self.queue, self.switches)

    @property
    def readiness(self) -> Readiness:
        """What is not there."""
        may_ask = self.lookup.may_ask_by_name
        return Readiness(
            self.service,
            self.book,
            self.setbacks,
            self.queue,
            self.standings,
            may_ask,
            self.outlets,
            self.register,
            sign_in=True if self.asks else None,
            hooks=HookReport(self.cursors, self.base_url),
        )

    @property
    def outlets(self) -> Outlets:
        """The ways to people."""
        return Outlets(self.letters, self.cursors, self.clock)

    @property
    def notices(self) -> Relay:
        """From the outbox to the queue."""
        return Relay(self.register, self.queue, Windows(self.cursors), self.policy, self.clock)

    @property
    def messenger(self) -> Messenger:
        """From the queue to people."""
        return Messenger(self.channel, self.outlets, self.owners, self.policy, self.queue)

    @property
    def announcer(self) -> Announcer:
        """What is about no package."""
        return Announcer(self.service, self.book, self.standings, self.cursors, self.queue, self.clock, ORGANIZATION)

    @property
    def hook_inspector(self) -> HookInspector:
        """The service hooks that call us."""
        return HookInspector(self.hooks, self.book, self.cursors, self.queue, self.clock, ORGANIZATION, self.base_url)

    @property
    def abandoner(self) -> Abandoner:
        """The poison queues."""
        return Abandoner(self.register, self.journal, self.setbacks, self.lists, self.clock)

    async def pump(self, *, within: timedelta = timedelta(0), rounds: int = 200) -> None:
        """Handle every message that becomes visible within a time, as the platform would.

        Fails where the queues do not run dry: work that begets itself without waiting.
        """
        end = self.clock() + within
        for _ in range(rounds):
            if await self._handle_visible():
                continue
            waits = [w for q in QueueName for w in self.queue.delays(q)]
            if not waits or self.clock() + min(waits) > end:
                return
            self.clock.advance(min(waits))
        raise AssertionError("the queues do not run dry")

    async def _handle_visible(self) -> bool:
        texts = self.queue.take(QueueName.FEED_SWEEPS)
        for text in texts:
            await self.walker.take(SweepRequest.of(text))
        checks = self.queue.take(QueueName.PACKAGE_CHECKS)
        for text in checks:
            await self.checker.check(CheckRequest.of(text))
        return bool(texts or checks)

    async def pump_check_until_error(self, request: CheckRequest) -> None:
        """Check, and handle what that queues, however long it waits, until something is raised."""
        await self.checker.check(request)
        await self.pump(within=timedelta(days=1))

    def crash_at(self, part: str, method: str, *, nth: int, after: bool, error: Exception) -> None:
        """Let the n-th call of a part's method crash, before or after it did its work."""
        parts = {"service": self.service.faults, "register": self.register.faults, "queue": self.queue.faults}
        parts[part].fail(method, error, after=after, spared=nth - 1)

    @staticmethod
    def stale() -> StaleWrite:
        """The error of a writer that came second."""
        return StaleWrite("changed meanwhile")

    async def relay(self) -> None:
        """Send every notice to people."""
        await self.notices.relay()
        for text in self.queue.take(QueueName.NOTICES):
            await self.messenger.send(text)

    async def case(self, feed: Feed, name: PackageName) -> Case:
        """Return the case that must exist."""
        stored = await self.register.case(feed.ref, name)
        assert stored is not None, f"no case of {name}"
        return stored.case

    async def story(self, feed: Feed, name: PackageName) -> list[CaseEvent]:
        """Return what happened to a case, after checking that its chain is sound."""
        events = [event async for event in self.register.events(feed.ref, name)]
        case = await self.case(feed, name)
        assert flaws(subject_of(feed.ref, name), events, sequence=case.sequence, head=case.head) == ()
        return [event.kind for event in events]

    def attack(self, name: PackageName) -> None:
        """Let the attacker publish 99.0.0 under the name, where feeds and Feedwarden both see it."""
        self.service.world.publish(name, "99.0.0")
        (self.npm if name.ecosystem is Ecosystem.NPM else self.pypi).publish(name)
