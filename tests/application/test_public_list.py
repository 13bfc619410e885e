"""Taking a registry's present state in, without asking for each name."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from shared.application import public_list
from shared.application.messages import SweepKind, SweepRequest
from shared.application.standings import Knowledge, Standings
from shared.domain.cases import CaseState
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import UpstreamingBehavior
from shared.domain.feeds import Feed
from shared.domain.names import PackageName
from shared.domain.public_sources import PublicSource
from shared.errors import NoNameList, UnexpectedAnswer, UntrustedInput, UpstreamUnavailable
from shared.ports import QueueName
from tests.application.house import BILLING, House
from tests.fakes import MemoryPublicNames, ScriptedList, internal_source, public_source

NPM = Ecosystem.NPM
SOURCE = PublicSource.at(NPM, "https://npm.example.test/")
OPEN = UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS


@dataclass(slots=True)
class Intake:
    """A house that knows no registry yet, a feed that pulls from one, and that registry's list."""

    listed: ScriptedList = field(default_factory=ScriptedList)
    house: House = field(default_factory=House)
    feed: Feed = field(init=False)

    def __post_init__(self) -> None:
        """Wire real standings and a real set of names."""
        house = self.house
        house.standings = Standings(house.cursors, house.clock)
        house.public_names = MemoryPublicNames()
        house.name_lists = lambda source: self.listed if source == SOURCE else None
        house.lookup = replace(house.lookup, standings=house.standings, public_names=house.public_names)
        self.feed = house.service.world.add_feed("core", upstreams=[public_source(NPM)])
        house.service.world.add_package(self.feed, BILLING, internal=["1.0.0"], behavior=OPEN)

    async def knowledge(self) -> Knowledge:
        """Say how the registry is known; its change feed is not what is tested here."""
        now = self.house.clock()
        await self.house.standings.change(SOURCE, lambda known: replace(known, followed_at=now))
        return await self.house.standings.knowledge(SOURCE)

    def waiting(self) -> list[SweepRequest]:
        """Return what waits in the queue of walks."""
        return [SweepRequest.of(text) for text in self.house.queue.visible(QueueName.FEED_SWEEPS)]


async def test_the_whole_list_is_read_and_then_every_feed_is_walked() -> None:
    """A twin that was there before us is found, and nobody was asked about any other name."""
    intake = Intake(ScriptedList([["lodash", BILLING.spelling], ["Bad Name", "react"]]))
    house = intake.house
    secret = PackageName.of(NPM, "@contoso/secret")
    house.service.world.add_package(intake.feed, secret, internal=["1.0.0"], behavior=OPEN)
    house.attack(BILLING)
    await house.lists.begin(SOURCE, "test")
    assert await intake.knowledge() is Knowledge.BEING_READ
    await house.pump(within=timedelta(minutes=1))
    assert await intake.knowledge() is Knowledge.CURRENT
    assert (await house.case(intake.feed, BILLING)).state is CaseState.PROTECTED
    asked = {call.name for call in house.npm.faults.calls}
    assert asked == {BILLING}


async def test_a_crash_in_the_middle_reads_on_from_the_last_kept_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was kept is not read again, what was not is."""
    monkeypatch.setattr(public_list, "_NAMES_A_WRITE", 1)
    intake = Intake(ScriptedList([["a"], ["b"], ["c"]], errors={2: UpstreamUnavailable("503", service="npm")}))
    await intake.house.lists.begin(SOURCE, "test")
    await intake.house.pump(within=timedelta(minutes=5))
    assert intake.listed.read == [0, 1, 2]
    assert await intake.knowledge() is Knowledge.CURRENT


async def test_what_was_read_before_a_failure_is_kept() -> None:
    """Trouble at each fifteenth page must not let a long list begin anew for ever."""
    intake = Intake(ScriptedList([["a"], ["b"]], errors={1: UpstreamUnavailable("503", service="npm")}))
    await intake.house.lists.begin(SOURCE, "test")
    await intake.house.pump(within=timedelta(minutes=5))
    assert intake.listed.read == [0, 1]
    assert await intake.house.public_names.known(SOURCE, [PackageName.of(NPM, "a")])


async def test_a_long_list_is_read_in_slices() -> None:
    """After a while the rest goes back to the queue."""
    intake = Intake(ScriptedList([[f"name-{number}"] for number in range(5)]))
    intake.listed.on_page = lambda: intake.house.clock.advance(timedelta(seconds=60))
    await intake.house.lists.begin(SOURCE, "test")
    (first,) = intake.house.queue.take(QueueName.FEED_SWEEPS)
    await intake.house.walker.take(SweepRequest.of(first))
    assert intake.listed.read == [0, 1]
    assert [request.kind for request in intake.waiting()] == [SweepKind.PUBLIC_NAMES]
    await intake.house.pump(within=timedelta(minutes=1))
    assert intake.listed.read == [0, 1, 2, 3, 4]


async def test_a_registry_that_says_that_it_has_no_list_is_asked_by_name() -> None:
    """Its own word, kept for a day."""
    intake = Intake(ScriptedList([["a"]], errors={0: NoNameList("no catalog")}))
    await intake.house.lists.begin(SOURCE, "test")
    await intake.house.pump(within=timedelta(minutes=1))
    assert await intake.knowledge() is Knowledge.BY_NAME
    await intake.house.lists.refresh([SOURCE])
    assert intake.waiting() == []
    intake.house.clock.advance(timedelta(days=1))
    await intake.house.lists.refresh([SOURCE])
    await intake.house.pump(within=timedelta(minutes=1))
    assert await intake.knowledge() is Knowledge.CURRENT


async def test_a_list_is_refreshed_once_a_day_and_by_one_reader() -> None:
    """Nothing is queued while one reads, or while it is fresh; a reading that was lost is begun again."""
    intake = Intake(ScriptedList([["a"]]))
    lists, queue = intake.house.lists, intake.house.queue
    await lists.refresh([SOURCE])
    await lists.refresh([SOURCE])
    assert len(intake.waiting()) == 1
    queue.take(QueueName.FEED_SWEEPS)
    intake.house.clock.advance(timedelta(hours=2))
    await lists.refresh([SOURCE])
    assert len(intake.waiting()) == 1
    await intake.house.pump(within=timedelta(minutes=1))
    await lists.refresh([SOURCE])
    assert intake.waiting() == []
    intake.house.clock.advance(timedelta(days=1))
    await lists.refresh([SOURCE])
    assert len(intake.waiting()) == 1


async def test_a_reading_anew_concludes_nothing_from_the_list_before() -> None:
    """After a loss the old list is no proof of absence."""
    intake = Intake(ScriptedList([["a"]]))
    await intake.house.lists.begin(SOURCE, "test")
    await intake.house.pump(within=timedelta(minutes=1))
    await intake.house.lists.begin(SOURCE, "daily")
    assert await intake.knowledge() is Knowledge.CURRENT
    await intake.house.lists.begin(SOURCE, "lost", anew=True)
    assert await intake.knowledge() is Knowledge.BEING_READ


async def test_feeds_that_reach_the_registry_through_others_are_walked_too() -> None:
    """What comes in through an upstream feed comes in."""
    intake = Intake(ScriptedList([["a"]]))
    world = intake.house.service.world
    behind = world.add_feed("behind", upstreams=[internal_source(NPM, intake.feed)])
    world.add_feed("apart", upstreams=[public_source(Ecosystem.PYPI)])
    await public_list.queue_walks(SOURCE, "test", book=intake.house.book, queue=intake.house.queue)
    assert {request.feed for request in intake.waiting()} == {intake.feed.ref, behind.ref}
    assert {request.only for request in intake.waiting()} == {"npm"}


async def test_a_source_that_is_no_longer_configured_is_let_go() -> None:
    """A message that is older than the setting does no harm."""
    intake = Intake()
    intake.house.name_lists = lambda _source: None
    request = SweepRequest(SweepKind.PUBLIC_NAMES, "old", only="npm", location="https://npm.example.test")
    await intake.house.lists.read_on(request)
    assert intake.waiting() == []


@pytest.mark.parametrize(
    "request_", [SweepRequest(SweepKind.PUBLIC_NAMES, "x"), SweepRequest(SweepKind.PUBLIC_NAMES, "x", only="npm")]
)
async def test_a_request_that_names_no_registry_is_refused(request_: SweepRequest) -> None:
    """It can only come from somebody else."""
    with pytest.raises(UntrustedInput, match="names no registry"):
        await Intake().house.walker.take(request_)


async def test_a_list_that_stops_without_an_end_is_not_whole() -> None:
    """Never taken for complete."""
    intake = Intake(ScriptedList([["a"], ["b"]], endless=True))
    await intake.house.lists.begin(SOURCE, "test")
    with pytest.raises(Exception, match="without an end"):
        await intake.house.pump(within=timedelta(minutes=1))
    assert await intake.knowledge() is Knowledge.BEING_READ


async def test_a_reading_that_began_before_a_loss_does_not_declare_the_list_whole() -> None:
    """It may have read its part before the loss: only the reading that was begun last counts."""
    intake = Intake(ScriptedList([["a"], ["b"]]))
    lists = intake.house.lists
    await lists.begin(SOURCE, "first")
    (first,) = intake.house.queue.take(QueueName.FEED_SWEEPS)
    intake.house.clock.advance(timedelta(seconds=1))
    await lists.begin(SOURCE, "lost", anew=True)
    await lists.read_on(SweepRequest.of(first))
    assert intake.listed.read == []
    assert await intake.knowledge() is Knowledge.BEING_READ
    await intake.house.pump(within=timedelta(minutes=1))
    assert await intake.knowledge() is Knowledge.CURRENT


async def test_a_reading_that_is_overtaken_writes_nothing_over_the_newer_one() -> None:
    """Two messages at once, as the platform hands them out."""
    intake = Intake(ScriptedList([[f"name-{number}"] for number in range(4)]))
    lists = intake.house.lists
    await lists.begin(SOURCE, "first")
    (first,) = intake.house.queue.take(QueueName.FEED_SWEEPS)

    async def loss() -> None:
        intake.house.clock.advance(timedelta(seconds=1))
        await lists.begin(SOURCE, "lost", anew=True)

    intake.listed.before_page = {2: loss}
    await lists.read_on(SweepRequest.of(first))
    standing = await intake.house.standings.read(SOURCE)
    assert (standing.token, standing.complete_at) == (None, None)


async def test_a_crash_between_the_end_and_the_walks_walks_all_the_same() -> None:
    """The end is read again, and the walks are queued."""
    intake = Intake(ScriptedList([["a"]]))
    await intake.house.lists.begin(SOURCE, "test")
    (text,) = intake.house.queue.take(QueueName.FEED_SWEEPS)
    intake.house.crash_at("queue", "put", nth=1, after=False, error=RuntimeError("the plug is pulled"))
    with pytest.raises(RuntimeError):
        await intake.house.lists.read_on(SweepRequest.of(text))
    await intake.house.lists.read_on(SweepRequest.of(text))
    assert [request.kind for request in intake.waiting()] == [SweepKind.EVERY_PACKAGE]


async def test_a_list_that_shrank_is_not_taken_for_whole() -> None:
    """Registries grow: it was cut."""
    intake = Intake(ScriptedList([["a", "b", "c", "d"]]))
    await intake.house.lists.begin(SOURCE, "test")
    await intake.house.pump(within=timedelta(minutes=1))
    intake.listed.pages_of_names = [["a"]]
    await intake.house.lists.begin(SOURCE, "lost", anew=True)
    with pytest.raises(UnexpectedAnswer, match="1 names, where there were 4"):
        await intake.house.pump(within=timedelta(minutes=1))
    assert await intake.knowledge() is Knowledge.BEING_READ


async def test_a_list_is_read_from_its_beginning_once_a_month() -> None:
    """Whatever was lost here is healed, though the registry says that nothing changed."""
    intake = Intake(ScriptedList([["a"]]))
    intake.listed.last_token = "etag"
    await intake.house.lists.begin(SOURCE, "test")
    await intake.house.pump(within=timedelta(minutes=1))
    await intake.house.lists.begin(SOURCE, "daily")
    assert (await intake.house.standings.read(SOURCE)).token == "etag"
    intake.house.clock.advance(timedelta(days=30))
    await intake.house.lists.begin(SOURCE, "daily")
    assert (await intake.house.standings.read(SOURCE)).token is None


async def test_a_reading_that_failed_too_often_is_begun_again_soon() -> None:
    """Ten minutes after its message was given up, and readiness tells which registry it was."""
    intake = Intake(ScriptedList([["a"]]))
    await intake.house.lists.begin(SOURCE, "test")
    (text,) = intake.house.queue.take(QueueName.FEED_SWEEPS)
    await intake.house.abandoner.abandon_sweep(text)
    assert SOURCE.location in str(await intake.house.setbacks.all())
    await intake.house.lists.refresh([SOURCE])
    assert intake.waiting() == []
    intake.house.clock.advance(timedelta(minutes=10))
    await intake.house.lists.refresh([SOURCE])
    await intake.house.pump(within=timedelta(minutes=1))
    assert await intake.knowledge() is Knowledge.CURRENT
