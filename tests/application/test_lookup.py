"""Looking names up without telling anybody which names we have."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from shared.application.lookup import ABSENCE_LASTS, TwinLookup
from shared.application.reach import Reach
from shared.application.standings import Standing
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import PublicUpstream
from shared.domain.public_sources import PublicSource
from shared.domain.twins import Presence, PublicTwin
from shared.errors import UpstreamUnavailable
from tests.application.house import BILLING
from tests.fakes import (
    START,
    FakeRegistry,
    FollowedNames,
    FollowedStandings,
    MemoryCursors,
    ScriptedList,
    SettableClock,
)

LOCATION = "https://npm.example.test/"
OUT = Reach(PublicUpstream.ENABLED, (LOCATION,))
TWO_WAYS = Reach(PublicUpstream.ENABLED, (LOCATION, "https://other.example.test/"))
HALF_SEEN = Reach(PublicUpstream.ENABLED, (LOCATION,), complete=False)
UNAVAILABLE = UpstreamUnavailable("503", service="npm registry")


@dataclass(slots=True)
class Desk:
    """A look-up over one fake registry."""

    registry: FakeRegistry = field(default_factory=FakeRegistry)
    clock: SettableClock = field(default_factory=SettableClock)
    standing: Standing | None = None
    may_ask_by_name: bool = True
    listed: ScriptedList | None = field(default_factory=ScriptedList)
    lookup: TwinLookup = field(init=False)
    names: FollowedNames = field(init=False)

    def __post_init__(self) -> None:
        """Wire it."""
        self.names = FollowedNames({Ecosystem.NPM: self.registry})
        standings = FollowedStandings(MemoryCursors(), self.clock, self.standing)
        registries = {Ecosystem.NPM: self.registry}
        self.lookup = TwinLookup(
            registries,
            self.clock,
            self.names,
            standings,
            lambda _source: self.listed,
            may_ask_by_name=self.may_ask_by_name,
        )

    async def presence(self, out: Reach = OUT) -> Presence:
        """Look the one name up."""
        return (await self.lookup.look_up(BILLING, out)).presence

    async def told(self, location: str = LOCATION) -> None:
        """Let the registry at a location tell of the name by itself."""
        await self.names.add(PublicSource.at(Ecosystem.NPM, location), [BILLING])


STALE = Standing(complete_at=START, followed_at=START - timedelta(days=1))
BY_NAME = Standing(by_name="it has no list")


async def test_a_name_that_is_not_public_is_absent_and_nobody_is_asked() -> None:
    """The registry learns nothing of it."""
    desk = Desk()
    assert await desk.presence() is Presence.ABSENT
    assert desk.registry.locations == []


async def test_a_public_name_is_asked_about() -> None:
    """Who knows it already may be asked."""
    desk = Desk()
    desk.registry.publish(BILLING)
    assert await desk.presence() is Presence.PRESENT
    assert desk.registry.locations == [LOCATION]


@pytest.mark.parametrize("standing", [STALE, Standing()])
async def test_half_known_registries_are_unknown_not_asked(standing: Standing) -> None:
    """A list that is being read, or is old, neither reassures nor makes us ask."""
    desk = Desk(standing=standing)
    assert await desk.presence() is Presence.UNKNOWN
    assert desk.registry.locations == []
    await desk.told()
    assert await desk.presence() is Presence.ABSENT
    assert desk.registry.locations == [LOCATION]


async def test_a_registry_without_a_list_is_asked_once_in_six_hours() -> None:
    """However often the package changes here; what a change feed told is asked at once."""
    desk = Desk(standing=BY_NAME)
    for _ in range(3):
        assert await desk.presence() is Presence.ABSENT
    assert len(desk.registry.locations) == 1
    desk.registry.publish(BILLING)
    desk.names.registries = {}
    assert await desk.presence() is Presence.ABSENT
    desk.clock.advance(ABSENCE_LASTS)
    assert await desk.presence() is Presence.PRESENT


async def test_what_a_change_feed_told_is_asked_at_once() -> None:
    """However lately it was not found."""
    desk = Desk(standing=BY_NAME)
    assert await desk.presence() is Presence.ABSENT
    desk.registry.publish(BILLING)
    await desk.told()
    assert await desk.presence() is Presence.PRESENT


async def test_what_one_registry_holds_is_not_asked_at_another() -> None:
    """A partner's registry has the name; the public one, whose list we know, has not, and must not learn it."""
    desk = Desk()
    await desk.told("https://other.example.test/")
    assert await desk.presence(TWO_WAYS) is Presence.ABSENT
    assert desk.registry.locations == ["https://other.example.test/"]
    assert not await desk.lookup.may_be_told(BILLING, OUT)


async def test_only_a_name_that_everybody_can_see_is_told_to_third_parties() -> None:
    """A custom npm registry beside the one whose list is read may belong to anybody."""
    followed, custom, single = Desk(), Desk(standing=BY_NAME), Desk(standing=BY_NAME, listed=None)
    for desk in (followed, custom, single):
        assert not await desk.lookup.may_be_told(BILLING, OUT)
        await desk.told()
    assert await followed.lookup.may_be_told(BILLING, OUT)
    assert not await custom.lookup.may_be_told(BILLING, OUT)
    assert await single.lookup.may_be_told(BILLING, OUT)


async def test_a_registry_whose_list_nobody_can_read_is_asked_before_any_watch() -> None:
    """That no list is configured is known from the start."""
    desk = Desk(standing=Standing(), listed=None)
    assert await desk.presence() is Presence.ABSENT
    assert len(desk.registry.locations) == 1


async def test_only_an_absence_is_remembered() -> None:
    """Trouble is asked about again."""
    desk = Desk(standing=BY_NAME)
    desk.registry.faults.fail("look_up", UNAVAILABLE)
    assert await desk.presence() is Presence.UNKNOWN
    assert await desk.presence() is Presence.ABSENT


async def test_names_that_must_not_be_told_are_unknown_where_there_is_no_list() -> None:
    """`never` is kept, and reassures nobody."""
    desk = Desk(standing=BY_NAME, may_ask_by_name=False)
    twin = await desk.lookup.look_up(BILLING, OUT)
    assert (twin.presence, desk.registry.locations) == (Presence.UNKNOWN, [])
    assert "DISCLOSE_NAMES" in twin.detail


async def test_absent_counts_only_where_every_way_out_was_seen() -> None:
    """An upstream feed that could not be followed may lead to another registry."""
    assert await Desk().presence(HALF_SEEN) is Presence.UNKNOWN
    assert await Desk().presence(TWO_WAYS) is Presence.ABSENT


async def test_that_a_version_is_nowhere_takes_every_way_out() -> None:
    """Which versions there are is not told where an upstream feed could not be followed."""
    desk = Desk()
    desk.registry.put(BILLING, PublicTwin(Presence.PRESENT, latest_version="1.0.0", versions=("1.0.0",)))
    assert (await desk.lookup.look_up(BILLING, OUT)).versions == ("1.0.0",)
    assert (await desk.lookup.look_up(BILLING, HALF_SEEN)).versions is None


async def test_a_version_may_be_where_nobody_answered() -> None:
    """One registry has the name and lists its versions, the other is silent."""
    desk = Desk()
    desk.registry.put(BILLING, PublicTwin(Presence.PRESENT, latest_version="1.0.0", versions=("1.0.0",)))
    assert (await desk.lookup.look_up(BILLING, TWO_WAYS)).versions == ("1.0.0",)
    desk.registry.faults.fail("look_up", UNAVAILABLE)
    twin = await desk.lookup.look_up(BILLING, TWO_WAYS)
    assert (twin.presence, twin.versions) == (Presence.PRESENT, None)


@pytest.mark.parametrize(
    ("standing", "out", "presence"),
    [
        (None, OUT, Presence.ABSENT),
        (None, HALF_SEEN, Presence.UNKNOWN),
        (STALE, OUT, Presence.UNKNOWN),
        (Standing(), OUT, None),
        (BY_NAME, OUT, None),
    ],
)
async def test_a_page_is_screened_without_a_question(
    standing: Standing | None, out: Reach, presence: Presence | None
) -> None:
    """What is not public is not asked about; what is not known is not called absent."""
    desk = Desk(standing=standing)
    assert await desk.lookup.screen([BILLING], out) == {BILLING: presence}
    assert desk.registry.locations == []


@pytest.mark.parametrize("standing", [None, STALE, Standing(), BY_NAME])
async def test_a_public_name_is_screened_by_asking_however_little_else_is_known(standing: Standing | None) -> None:
    """What is known to be taken needs no whole list."""
    desk = Desk(standing=standing)
    desk.registry.publish(BILLING)
    assert await desk.lookup.screen([BILLING], OUT) == {BILLING: Presence.PRESENT}


async def test_nothing_to_screen_is_nothing() -> None:
    """An empty page, and a feed that nothing can come into."""
    assert await Desk().lookup.screen([], OUT) == {}
    closed = Reach(PublicUpstream.NONE, ())
    assert await Desk().lookup.screen([BILLING], closed) == {BILLING: None}


async def test_names_asked_by_name_on_one_of_two_registries() -> None:
    """One way out that has to be asked leaves the name to the rounds."""
    desk = Desk()
    assert await desk.lookup.screen([BILLING], TWO_WAYS) == {BILLING: Presence.ABSENT}
    assert {source.location for source in desk.names.added} == set()
    await desk.told("https://other.example.test/")
    assert await desk.lookup.screen([BILLING], TWO_WAYS) == {BILLING: Presence.ABSENT}
    assert desk.registry.locations == ["https://other.example.test/"]
