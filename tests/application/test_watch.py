"""Following the registries' change feeds, and the feeds' own changes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from shared.application.messages import SweepKind, SweepRequest
from shared.application.standings import Knowledge, Standings
from shared.application.watch import RegistryWatcher, cursor_key
from shared.domain.cases import CaseState
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import OrganizationPolicy, UpstreamingBehavior
from shared.domain.feeds import Feed, FeedRef, UpstreamSource
from shared.domain.names import PackageName
from shared.domain.policy import Protection
from shared.domain.public_sources import PublicSource
from shared.errors import NoNameList, UnexpectedAnswer, UpstreamUnavailable
from shared.ports import ChangedNames, ChangeFeed, QueueName
from tests.application.house import BILLING, LEDGER, House
from tests.fakes import FakeFeedService, Faults, MemoryPublicNames, ScriptedList, public_source

OPEN = UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS
NPM = Ecosystem.NPM
SOURCE = PublicSource.at(NPM, "https://npm.example.test/")


@dataclass(slots=True)
class ScriptedFeed:
    """A change feed: a list of names, read in batches; the position is how many were read."""

    names: list[str] = field(default_factory=list)
    batch: int = 100
    lossy: str = ""
    faults: Faults = field(default_factory=Faults)

    async def changes(self, *, position: str | None) -> ChangedNames:
        """Return one batch."""
        await self.faults.begin("changes")
        if position is None:
            return ChangedNames((), str(len(self.names)))
        start = int(position)
        names = tuple(self.names[start : start + self.batch])
        lossy, self.lossy = self.lossy, ""
        end = start + len(names)
        return ChangedNames(names, str(end), lossy, more=end < len(self.names))


@dataclass(slots=True)
class Watched:
    """A house, a feed that holds one internal package, and a scripted registry: its changes and its list."""

    house: House
    feed: Feed
    registry: ScriptedFeed
    listed: ScriptedList = field(default_factory=lambda: ScriptedList([["lodash"]]))

    def __post_init__(self) -> None:
        """Wire real standings and a real set of names; only npm has a change feed and a list here."""
        house = self.house
        house.standings = Standings(house.cursors, house.clock)
        house.public_names = MemoryPublicNames()
        house.lookup = replace(house.lookup, standings=house.standings, public_names=house.public_names)
        # As the settings have it: the address is configured for npm, whichever registry it turns out to be of.
        house.name_lists = lambda source: self.listed if source.ecosystem is NPM else None
        house.change_feeds = self.change_feed

    def change_feed(self, ecosystem: Ecosystem, location: str) -> ChangeFeed | None:
        """Return the scripted feed for npm alone."""
        assert location == SOURCE.location or ecosystem is not NPM
        return self.registry if ecosystem is NPM else None

    def watcher(self) -> RegistryWatcher:
        """Build the use case."""
        return self.house.watcher

    async def checks(self) -> list[str]:
        """Return the causes of the checks that wait now."""
        return self.house.queue.visible(QueueName.PACKAGE_CHECKS)

    async def knowledge(self) -> Knowledge:
        """Say how well npm is known."""
        return await self.house.standings.knowledge(SOURCE)


async def watched(*, behavior: UpstreamingBehavior = OPEN) -> Watched:
    """Set up a registry that is already followed, and a feed whose internal name is indexed."""
    house = House()
    feed = house.service.world.add_feed("core")
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"], behavior=behavior)
    scene = Watched(house, feed, ScriptedFeed(["older"]))
    await scene.watcher().poll()
    await house.names.add(feed.ref, [BILLING])
    await house.pump()
    assert await scene.knowledge() is Knowledge.CURRENT
    return scene


async def test_a_twin_is_noticed_by_its_name_alone() -> None:
    """A change of an internal name leads to its check; all other names lead nowhere."""
    scene = await watched()
    scene.house.attack(BILLING)
    scene.registry.names += ["lodash", BILLING.spelling, "Bad Name", BILLING.spelling]
    scene.house.npm.locations.clear()
    told = await scene.watcher().poll()
    assert list(told.values()) == ["1 hits"]
    assert scene.house.npm.locations == []
    await scene.house.pump(within=timedelta(minutes=1))
    assert (await scene.house.case(scene.feed, BILLING)).state is CaseState.PROTECTED


async def test_no_internal_name_is_asked_about_before_it_is_public() -> None:
    """A thousand changes of other names disclose nothing."""
    scene = await watched()
    scene.registry.names += [f"other-{number}" for number in range(1000)]
    scene.house.npm.locations.clear()
    await scene.watcher().poll()
    await scene.house.pump(within=timedelta(hours=1))
    assert scene.house.npm.locations == []


async def test_the_first_look_takes_the_position_before_the_present_state() -> None:
    """Position first, then every feed is walked, then the position is saved: nothing can fall between."""
    house = House()
    feed = house.service.world.add_feed("core")
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"], behavior=OPEN)
    house.attack(BILLING)
    scene = Watched(house, feed, ScriptedFeed(["older"]))
    house.crash_at("queue", "put", nth=1, after=True, error=RuntimeError("the plug is pulled"))
    with pytest.raises(RuntimeError):
        await scene.watcher().poll()
    assert await house.cursors.read(cursor_key(SOURCE)) is None
    scene.listed.pages_of_names.append([BILLING.spelling])
    await scene.watcher().poll()
    await house.pump(within=timedelta(minutes=1))
    assert (await house.case(feed, BILLING)).state is CaseState.PROTECTED


async def test_a_lossy_feed_is_answered_with_a_reconcile_of_that_registry() -> None:
    """A reset or an overflown window: the whole list is read again, and counted; nothing is absent meanwhile."""
    scene = await watched()
    scene.house.attack(BILLING)
    scene.listed.pages_of_names = [["lodash", BILLING.spelling]]
    scene.registry.lossy = "the sequence was reset"
    await scene.watcher().poll()
    assert await scene.knowledge() is Knowledge.BEING_READ
    (text,) = scene.house.queue.visible(QueueName.FEED_SWEEPS)
    request = SweepRequest.of(text)
    assert (request.kind, request.only) == (SweepKind.PUBLIC_NAMES, "npm")
    assert "reset" in request.cause
    standing = await scene.house.standings.read(SOURCE)
    assert standing.losses == 1
    assert "the sequence was reset" in standing.loss
    await scene.house.pump(within=timedelta(minutes=1))
    assert (await scene.house.case(scene.feed, BILLING)).state is CaseState.PROTECTED


async def test_a_registry_without_a_list_begins_a_round_after_a_loss() -> None:
    """What its change feed did not tell is asked for."""
    scene = await watched()
    scene.house.name_lists = lambda _source: None
    await scene.watcher().poll()
    assert await scene.knowledge() is Knowledge.BY_NAME
    for _ in range(2):
        await scene.house.rounds.go_on()
        scene.house.clock.advance(timedelta(minutes=1))
    scene.house.npm.locations.clear()
    scene.registry.lossy = "the window overflowed"
    await scene.watcher().poll()
    await scene.house.rounds.go_on()
    assert len(scene.house.npm.locations) == 1


async def test_a_sweep_covers_a_registry_whose_list_nobody_can_read() -> None:
    """Without NPM_REPLICATION_URL a twin that came after the last round is found after the next sweep."""
    scene = await watched()
    house = scene.house
    house.name_lists = lambda _source: None
    house.change_feeds = lambda _ecosystem, _location: None
    house.lookup = replace(house.lookup, name_lists=house.name_lists)
    for _ in range(3):
        await scene.watcher().poll()
        await house.rounds.go_on()
        house.clock.advance(timedelta(minutes=1))
    house.attack(BILLING)
    await house.rounds.go_on()
    assert await scene.checks() == []
    await house.sweeper.begin()
    for _ in range(3):
        await house.rounds.go_on()
        house.clock.advance(timedelta(minutes=1))
    await house.pump(within=timedelta(minutes=1))
    assert (await house.case(scene.feed, BILLING)).state is CaseState.PROTECTED


async def test_what_changed_is_known_as_public_from_then_on() -> None:
    """A name that becomes internal later is compared with what was public before."""
    scene = await watched()
    scene.registry.names.append("contoso-ledger")
    await scene.watcher().poll()
    later = PackageName.of(NPM, "contoso-ledger")
    assert await scene.house.public_names.known(SOURCE, [later, BILLING]) == {later}


async def test_the_public_side_is_written_before_the_internal_side_is_asked() -> None:
    """Whoever adds the internal name in between finds the public one."""
    scene = await watched()
    scene.registry.names.append(BILLING.spelling)
    scene.house.names.faults.fail("holders", RuntimeError("the plug is pulled"))
    with pytest.raises(RuntimeError):
        await scene.watcher().poll()
    assert await scene.house.public_names.known(SOURCE, [BILLING]) == {BILLING}


def custom_source() -> UpstreamSource:
    """Return an upstream source that leads to somebody's own npm registry."""
    return replace(public_source(NPM), source_id="custom", location="https://custom.example.test/")


CUSTOM = PublicSource.at(NPM, "https://custom.example.test/")


async def test_another_npm_registry_changes_nothing_for_the_one_that_is_followed() -> None:
    """Whoever may edit a feed must not have our names asked at the registry whose names we know."""
    scene = await watched()
    scene.house.service.world.put_feed(replace(scene.feed, upstreams=(*scene.feed.upstreams, custom_source())))
    await scene.watcher().poll()
    assert await scene.knowledge() is Knowledge.CURRENT
    assert "NPM_REPLICATION_OF" in (await scene.house.standings.read(CUSTOM)).why_asked


async def test_a_custom_registry_is_not_judged_by_the_names_of_another() -> None:
    """The feed's one npm source is changed to somebody's: what is not on another's list may still be there."""
    scene = await watched()
    scene.house.service.world.put_feed(replace(scene.feed, upstreams=(custom_source(),)))
    scene.house.npm.publish(BILLING)
    await scene.watcher().poll()
    assert await scene.house.standings.knowledge(CUSTOM) is Knowledge.BY_NAME
    for _ in range(3):
        await scene.house.rounds.go_on()
        scene.house.clock.advance(timedelta(minutes=1))
    assert len(await scene.checks()) == 1


async def test_a_setting_may_say_which_registry_is_replicated() -> None:
    """With several at the first look nobody guesses."""
    scene = await watched()
    del scene.house.cursors.rows["replicated|npm"]
    scene.house.service.world.put_feed(replace(scene.feed, upstreams=(*scene.feed.upstreams, custom_source())))
    looks = scene.registry.faults.count("changes")
    await scene.watcher().poll()
    assert scene.registry.faults.count("changes") == looks
    assert await scene.knowledge() is Knowledge.BY_NAME
    scene.house.replicated = {NPM: "HTTPS://npm.example.test"}
    await scene.watcher().poll()
    assert (await scene.house.standings.read(SOURCE)).why_asked == ""
    assert "NPM_REPLICATION_OF" in (await scene.house.standings.read(CUSTOM)).why_asked


async def test_a_change_feed_that_is_not_there_does_not_keep_the_list_from_being_read() -> None:
    """A service index without a catalog has neither: that it gives no list is learned by asking for the list."""
    house = House()
    feed = house.service.world.add_feed("core")
    scene = Watched(house, feed, ScriptedFeed(), ScriptedList([["a"]], errors={0: NoNameList("no catalog")}))
    scene.registry.faults.fail("changes", UnexpectedAnswer("no catalog", service="registry"), times=None)
    await scene.watcher().poll()
    await house.pump(within=timedelta(minutes=1))
    assert await scene.knowledge() is Knowledge.BY_NAME


async def test_without_the_setting_every_npm_registry_says_that_it_is_missing() -> None:
    """And none that it is another's."""
    scene = await watched()
    scene.house.name_lists = lambda _source: None
    scene.house.service.world.put_feed(replace(scene.feed, upstreams=(*scene.feed.upstreams, custom_source())))
    await scene.watcher().poll()
    for source in (SOURCE, CUSTOM):
        assert (await scene.house.standings.read(source)).why_asked == "NPM_REPLICATION_URL is not set"


async def test_one_registry_that_is_written_by_too_many_holds_up_no_other() -> None:
    """Nor the sweep that comes after the look."""
    scene = await watched()
    scene.house.cursors.faults.fail("save", scene.house.stale(), times=None)
    scene.house.clock.advance(timedelta(minutes=10))
    told = await scene.watcher().poll()
    assert any("too many" in outcome or "hits" in outcome for outcome in told.values())
    assert await scene.house.sweeper.begin() == 1


async def test_a_feed_that_is_not_followed_for_an_hour_makes_absence_unknown() -> None:
    """Nobody would have told of a new public name."""
    scene = await watched()
    scene.house.clock.advance(timedelta(hours=1))
    assert await scene.knowledge() is Knowledge.STALE
    await scene.watcher().poll()
    assert await scene.knowledge() is Knowledge.CURRENT


async def test_hits_are_queued_before_the_position_is_saved() -> None:
    """A crash in between repeats the batch."""
    scene = await watched()
    scene.registry.names.append(BILLING.spelling)
    scene.house.cursors.faults.fail("save", RuntimeError("the plug is pulled"))
    with pytest.raises(RuntimeError):
        await scene.watcher().poll()
    assert len(await scene.checks()) == 1
    await scene.watcher().poll()
    assert len(await scene.checks()) == 2
    await scene.watcher().poll()
    assert len(await scene.checks()) == 2


async def test_two_instances_at_once_do_no_harm() -> None:
    """The slower one sees that the position moved, and stops."""
    scene = await watched()
    scene.registry.names.append(BILLING.spelling)
    scene.house.cursors.faults.fail("save", scene.house.stale())
    await scene.watcher().poll()
    await scene.watcher().poll()
    await scene.house.pump(within=timedelta(minutes=10))
    assert await scene.checks() == []


async def test_full_batches_are_read_on() -> None:
    """Up to a bound a run; the next run goes on from there."""
    scene = await watched()
    scene.registry.batch = 10
    scene.registry.names += [f"other-{number}" for number in range(999)]
    await scene.watcher().poll()
    assert scene.registry.faults.count("changes") == 21
    await scene.watcher().poll()
    assert scene.registry.faults.count("changes") == 41


async def test_a_registry_that_does_not_answer_is_told_and_harms_no_other() -> None:
    """Its position stays; the trouble is in the answer."""
    scene = await watched()
    scene.registry.faults.fail("changes", UpstreamUnavailable("503", service="npm changes"))
    told = await scene.watcher().poll()
    assert "503" in next(iter(told.values()))
    scene.registry.names.append(BILLING.spelling)
    await scene.watcher().poll()
    assert len(await scene.checks()) == 1


async def test_a_page_that_lags_behind_the_feed_is_waited_for() -> None:
    """Asked again after 15 s, 60 s and 5 min, before "not found" is anything."""
    scene = await watched()
    scene.registry.names.append(BILLING.spelling)
    await scene.watcher().poll()
    scene.house.npm.locations.clear()
    await scene.house.pump(within=timedelta(seconds=80))
    assert len(scene.house.npm.locations) == 3
    scene.house.attack(BILLING)
    await scene.house.pump(within=timedelta(minutes=10))
    assert (await scene.house.case(scene.feed, BILLING)).protection is Protection.PROTECTED


async def test_a_page_that_never_comes_is_no_twin() -> None:
    """After the last wait the answer is believed."""
    scene = await watched(behavior=UpstreamingBehavior.AUTO)
    scene.registry.names.append(BILLING.spelling)
    await scene.watcher().poll()
    await scene.house.pump(within=timedelta(minutes=30))
    assert await scene.house.register.case(scene.feed.ref, BILLING) is None
    assert scene.house.queue.delays(QueueName.PACKAGE_CHECKS) == []


async def settled() -> tuple[House, Feed]:
    """Set up a feed that has been looked at before."""
    house = House()
    feed = house.service.world.add_feed("core")
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"])
    await house.feed_watcher.poll()
    await house.pump()
    await house.feed_watcher.poll()
    await house.pump()
    assert await house.feed_watcher.poll() == 0
    return house, feed


async def test_a_new_internal_name_is_protected_minutes_after_its_first_publish() -> None:
    """One call tells that the feed changed; its changes lead to the check and to the index."""
    house, feed = await settled()
    house.attack(LEDGER)
    house.service.world.add_package(feed, LEDGER, internal=["1.0"], behavior=OPEN)
    assert await house.feed_watcher.poll() == 1
    await house.pump(within=timedelta(minutes=1))
    assert (await house.case(feed, LEDGER)).state is CaseState.PROTECTED
    assert await house.names.holders(LEDGER) == (feed.ref,)
    assert await house.feed_watcher.poll() == 0


async def test_a_quiet_organization_costs_one_call_for_all_feeds() -> None:
    """Positions, the list of feeds, the policy: nothing a feed; and a few switches that are read in turn."""
    house, _ = await settled()
    house.service.faults.calls.clear()
    await house.feed_watcher.poll()
    calls = [c.method for c in house.service.faults.calls if c.method != "get_upstreaming_behavior"]
    assert calls == ["package_positions", "feeds", "organization_policy"]


async def test_changed_upstream_sources_have_the_feed_walked() -> None:
    """A public source that was added can expose every package at once."""
    house, feed = await settled()
    house.attack(BILLING)
    house.service.world.put_feed(replace(feed, upstreams=(public_source(NPM),)))
    house.service.world.held(feed, BILLING).behavior = OPEN
    assert await house.feed_watcher.poll() == 1
    await house.pump(within=timedelta(minutes=1))
    assert (await house.case(feed, BILLING)).state is CaseState.PROTECTED


async def test_the_policy_switched_off_has_every_case_checked() -> None:
    """It exposes all protected packages at once, and no change of a package would tell."""
    house, feed = await settled()
    house.attack(BILLING)
    await house.sweeper.begin()
    await house.pump(within=timedelta(minutes=1))
    house.service.policy = OrganizationPolicy.OFF
    await house.feed_watcher.poll()
    await house.pump(within=timedelta(minutes=1))
    assert (await house.case(feed, BILLING)).protection is Protection.EXPOSED


async def test_a_crash_before_the_save_looks_again() -> None:
    """The work is queued first, so the next look queues it again rather than never."""
    house = House()
    house.service.world.add_feed("core")
    house.cursors.faults.fail("save", RuntimeError("the plug is pulled"))
    with pytest.raises(RuntimeError):
        await house.feed_watcher.poll()
    assert len(house.queue.visible(QueueName.FEED_SWEEPS)) == 1
    assert await house.feed_watcher.poll() == 1


async def test_two_watchers_at_once_do_no_harm() -> None:
    """The slower one's save fails, and that is all."""
    house = House()
    house.service.world.add_feed("core")
    house.cursors.faults.fail("save", house.stale())
    assert await house.feed_watcher.poll() == 1


async def test_names_of_another_ecosystem_are_not_joined() -> None:
    """The same spelling on another registry is another package."""
    scene = await watched()
    other = PackageName.of(Ecosystem.PYPI, "contoso-ledger")
    scene.house.service.world.add_package(scene.feed, other, internal=["1.0"])
    scene.registry.names.append("contoso-ledger")
    await scene.watcher().poll()
    assert await scene.checks() == []


class TokenlessFeeds(FakeFeedService):
    """A service that stopped telling where the feeds' changes stand."""

    async def package_positions(self) -> dict[FeedRef, str]:
        """Tell of no feed."""
        return {}


async def test_a_feed_whose_position_is_not_told_is_not_taken_for_unchanged() -> None:
    """Its changes are read, since nobody says that there are none."""
    house, feed = await settled()
    house.attack(LEDGER)
    house.service.world.add_package(feed, LEDGER, internal=["1.0"], behavior=OPEN)
    watcher = replace(house.feed_watcher, service=TokenlessFeeds(house.service.world))
    assert await watcher.poll() == 1
    await house.pump(within=timedelta(minutes=1))
    assert (await house.case(feed, LEDGER)).state is CaseState.PROTECTED
