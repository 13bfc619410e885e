"""Names that have to be asked for: seldom, evenly, and never faster than the budget."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise

import pytest

from shared.application.messages import CheckRequest
from shared.application.rounds import PERIOD, Round, Rounds, restart_round
from shared.application.standings import Change, Standing
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import Feed
from shared.domain.names import PackageName
from shared.domain.public_sources import PublicSource
from shared.domain.twins import PublicTwin, unknown_twin
from shared.ports import QueueName
from tests.application.house import House
from tests.fakes import START, FakeRegistry, FollowedStandings, public_source

MAVEN = Ecosystem.MAVEN
SOURCE = PublicSource.at(MAVEN, "https://maven.example.test/")
MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class TimedRegistry(FakeRegistry):
    """Remembers when it was asked, and about what."""

    asked: list[tuple[timedelta, str]] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    house: House | None = None
    slow: timedelta = timedelta(0)
    answers_in_half_an_hour: int | None = None

    async def look_up(self, name: PackageName, *, location: str) -> PublicTwin:
        """Note the time and answer, where the limit allows."""
        assert self.house is not None
        now = self.house.clock() - START
        self.asked.append((now, name.canonical))
        self.house.clock.advance(self.slow)
        window = [at for at, _ in self.asked if at // timedelta(minutes=30) == now // timedelta(minutes=30)]
        if self.answers_in_half_an_hour is not None and len(window) > self.answers_in_half_an_hour:
            return unknown_twin("429")
        self.answered.append(name.canonical)
        return await FakeRegistry.look_up(self, name, location=location)


@dataclass(frozen=True, slots=True)
class NotedStandings(FollowedStandings):
    """Shows the scene what is noted."""

    scene: Scene | None = None

    async def change(self, source: PublicSource, change: Change) -> Standing:
        """Note what it would be."""
        assert self.scene is not None
        self.scene.noted = change(await self.read(source))
        return self.scene.noted


@dataclass(slots=True)
class Scene:
    """A feed with Maven packages, and a repository that gives no list."""

    count: int
    house: House = field(default_factory=House)
    registry: TimedRegistry = field(default_factory=TimedRegistry)
    feed: Feed = field(init=False)
    noted: Standing = field(default_factory=Standing)

    def __post_init__(self) -> None:
        """Wire it."""
        house = self.house
        self.registry.house = house
        house.standings = NotedStandings(house.cursors, house.clock, Standing(by_name="no list"), self)
        house.lookup = replace(house.lookup, registries={MAVEN: self.registry}, standings=house.standings)
        self.feed = house.service.world.add_feed("core", upstreams=[public_source(MAVEN)])

    def name(self, number: int) -> PackageName:
        """Return one of the names."""
        return PackageName.of(MAVEN, f"com.contoso:part-{number:05}")

    async def indexed(self) -> Scene:
        """Put all names into the index."""
        await self.house.names.add(self.feed.ref, [self.name(number) for number in range(self.count)])
        return self

    async def run(self, duration: timedelta) -> None:
        """Let the timer fire once a minute, but never while a run is under way; waiting takes its time."""
        end = self.house.clock() + duration
        while self.house.clock() < end:
            began = self.house.clock()
            await self.rounds().go_on()
            self.house.clock.advance(max(MINUTE - (self.house.clock() - began), timedelta(seconds=1)))

    def rounds(self) -> Rounds:
        """Build the use case; what it waits passes."""

        async def sleep(duration: timedelta) -> None:
            self.house.clock.advance(duration)

        return replace(self.house.rounds, sleep=sleep)


async def test_each_name_is_asked_once_in_a_period() -> None:
    """Three hundred names, a day: four rounds."""
    scene = await Scene(300).indexed()
    await scene.run(timedelta(days=1))
    times: dict[str, list[timedelta]] = {}
    for at, name in scene.registry.asked:
        times.setdefault(name, []).append(at)
    assert len(times) == 300
    assert {len(asked) for asked in times.values()} == {4}
    gaps = [later - earlier for asked in times.values() for earlier, later in pairwise(asked[1:])]
    assert timedelta(hours=5) < min(gaps)
    assert max(gaps) <= timedelta(hours=12)


async def test_a_round_is_spread_evenly_once_its_size_is_known() -> None:
    """The second round asks about as much in each hour."""
    scene = await Scene(360).indexed()
    await scene.run(2 * PERIOD + timedelta(minutes=10))
    second = [at - PERIOD for at, _ in scene.registry.asked if PERIOD <= at < 2 * PERIOD]
    by_hour = [sum(1 for at in second if at // timedelta(hours=1) == hour) for hour in range(6)]
    assert sum(by_hour) in range(345, 361)
    assert max(by_hour[:5]) - min(by_hour[:5]) <= 3


async def test_no_run_asks_more_than_the_budget() -> None:
    """One request in two seconds, however many names wait, and however long nobody ran; and a run ends in time."""
    scene = await Scene(5000).indexed()
    await scene.run(timedelta(minutes=5))
    scene.house.clock.advance(timedelta(hours=5))
    began = scene.house.clock()
    await scene.rounds().go_on()
    assert scene.house.clock() - began <= timedelta(minutes=5)
    gaps = [later - earlier for (earlier, _), (later, _) in pairwise(scene.registry.asked)]
    assert min(gaps) >= timedelta(seconds=2)
    assert len(scene.registry.asked) > 100


async def test_a_slow_registry_ends_a_run_in_time_and_loses_nothing() -> None:
    """Each answer takes half a minute; the place is saved all the same, and other registries do not wait."""
    scene = await Scene(60).indexed()
    scene.registry.slow = timedelta(seconds=30)
    for _ in range(12):
        began = scene.house.clock()
        await scene.rounds().go_on()
        assert scene.house.clock() - began < timedelta(minutes=10)
        scene.house.clock.advance(MINUTE)
    assert len({name for _, name in scene.registry.asked}) == 60
    assert len(scene.registry.asked) == 60


async def test_names_that_are_never_answered_do_not_hide_the_others() -> None:
    """Whole parts of them are tried for an hour and then passed over; readiness tells how many there were."""
    scene = await Scene(100).indexed()
    for number in range(20, 40):
        scene.registry.put(scene.name(number), unknown_twin("403"))
    scene.registry.publish(scene.name(5))
    scene.registry.publish(scene.name(90))
    await scene.run(timedelta(hours=5))
    assert {name for _, name in scene.registry.asked} == {scene.name(n).canonical for n in range(100)}
    checks = [CheckRequest.of(text).name for text in scene.house.queue.visible(QueueName.PACKAGE_CHECKS)]
    assert sorted(name.canonical for name in checks) == [scene.name(n).canonical for n in (5, 90)]
    assert len(scene.registry.asked) <= 600
    assert scene.noted.unanswered == 20


async def test_single_names_without_an_answer_hold_nothing_up() -> None:
    """Three that are refused side by side among a hundred: an hour later the round goes on without them."""
    scene = await Scene(100).indexed()
    for number in (20, 21, 22):
        scene.registry.put(scene.name(number), unknown_twin("403"))
    await scene.run(timedelta(hours=2))
    assert {name for _, name in scene.registry.asked} == {scene.name(n).canonical for n in range(100)}
    assert scene.noted.unanswered == 3


async def test_a_limit_on_questions_slows_a_round_and_loses_none() -> None:
    """Twenty questions in half an hour are answered: what was answered is not asked again."""
    scene = await Scene(100).indexed()
    scene.registry.answers_in_half_an_hour = 20
    await scene.run(timedelta(hours=5))
    answered = scene.registry.answered
    assert len(answered) == len(set(answered)) == 100


async def test_a_taken_name_is_checked() -> None:
    """The check is told that the name is public, so that it asks at once."""
    scene = await Scene(3).indexed()
    scene.registry.publish(scene.name(1))
    await scene.run(timedelta(minutes=2))
    (text,) = scene.house.queue.visible(QueueName.PACKAGE_CHECKS)
    check = CheckRequest.of(text)
    assert (check.name, check.feed, check.expects_twin) == (scene.name(1), scene.feed.ref, True)


async def test_feeds_that_nothing_can_come_into_are_not_asked_about() -> None:
    """Their names stay at home; so do those of feeds that are gone."""
    scene = await Scene(0).indexed()
    closed = scene.house.service.world.add_feed("closed", upstreams=[])
    await scene.house.names.add(closed.ref, [scene.name(1)])
    await scene.house.names.add(replace(closed.ref, feed_id="gone"), [scene.name(2)])
    await scene.run(timedelta(minutes=5))
    assert scene.registry.asked == []


async def test_a_name_that_two_feeds_hold_is_asked_once_and_checked_twice() -> None:
    """The registry has one answer for both."""
    scene = await Scene(1).indexed()
    other = scene.house.service.world.add_feed("other", upstreams=[public_source(MAVEN)])
    await scene.house.names.add(other.ref, [scene.name(0)])
    scene.registry.publish(scene.name(0))
    await scene.rounds().go_on()
    scene.house.clock.advance(MINUTE)
    await scene.rounds().go_on()
    feeds = {CheckRequest.of(text).feed for text in scene.house.queue.visible(QueueName.PACKAGE_CHECKS)}
    assert feeds == {scene.feed.ref, other.ref}


async def test_a_crash_asks_some_names_twice_and_none_never() -> None:
    """The place is saved after what was found is queued."""
    scene = await Scene(5).indexed()
    scene.house.cursors.faults.fail("save", scene.house.stale())
    assert (await scene.rounds().go_on())[SOURCE.key] == "changed meanwhile"
    await scene.run(timedelta(minutes=5))
    assert {name for _, name in scene.registry.asked} == {scene.name(n).canonical for n in range(5)}


async def test_a_restarted_round_begins_at_once() -> None:
    """What a change feed lost is asked for now, not in six hours."""
    scene = await Scene(5).indexed()
    await scene.run(timedelta(minutes=5))
    scene.registry.asked.clear()
    await scene.run(timedelta(minutes=5))
    assert scene.registry.asked == []
    await restart_round(SOURCE, scene.house.cursors)
    await scene.run(timedelta(minutes=5))
    assert len({name for _, name in scene.registry.asked}) == 5


@pytest.mark.parametrize("spoilt", ['{"place": 1', "[" * 100_000, "endless"])
async def test_a_place_that_cannot_be_read_begins_anew(spoilt: str) -> None:
    """Some names are asked twice."""
    scene = await Scene(2).indexed()
    if spoilt == "endless":
        spoilt = Round(START, START).text().replace('"asked": 0', '"asked": 1e999')
        assert "1e999" in spoilt
    await scene.house.cursors.save(f"round|{SOURCE.key}", spoilt, replaces=None)
    await scene.run(timedelta(minutes=2))
    assert len(scene.registry.asked) >= 2


async def test_names_are_kept_at_home_where_the_setting_says_so() -> None:
    """`never` asks nobody."""
    scene = await Scene(3).indexed()
    scene.house.lookup = replace(scene.house.lookup, may_ask_by_name=False)
    assert await scene.rounds().go_on() == {}
    assert scene.registry.asked == []


async def test_a_registry_with_a_list_has_no_rounds() -> None:
    """Nothing needs to be asked."""
    scene = await Scene(3).indexed()
    scene.house.standings = FollowedStandings(scene.house.cursors, scene.house.clock)
    assert await scene.rounds().go_on() == {}


async def test_a_round_that_met_an_empty_index_is_begun_again_soon() -> None:
    """The first look comes before the first sweep has filled it."""
    scene = Scene(3)
    await scene.run(timedelta(minutes=2))
    await scene.indexed()
    await scene.run(timedelta(minutes=20))
    assert len({name for _, name in scene.registry.asked}) == 3


async def test_entries_of_feeds_that_pull_from_elsewhere_are_passed_over_at_once() -> None:
    """A few names of a small feed among thousands of others are met by the first runs."""
    scene = Scene(0)
    closed = scene.house.service.world.add_feed("closed", upstreams=[])
    await scene.house.names.add(closed.ref, [scene.name(number) for number in range(2000)])
    await scene.house.names.add(scene.feed.ref, [scene.name(number) for number in (1000, 1999)])
    await scene.run(timedelta(minutes=5))
    assert {name for _, name in scene.registry.asked} == {scene.name(n).canonical for n in (1000, 1999)}
