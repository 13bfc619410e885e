"""A feed that is not found: gone, or out of our sight. Only a long absence from the list of feeds ends an exercise."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from shared.domain.canary import OVERDUE_AFTER, SILENT_AFTER, Phase
from shared.errors import FeedNotFound, PermissionMissing
from tests.application.canary_scene import AUTO, AWAY, MINUTE, OPEN, Scene, lines, retired, scene

NO_FEED = FeedNotFound("no such feed in this scope, or no right to see it", service="test")
HOUR = timedelta(hours=1)

type Tick = Callable[[Scene], Awaitable[Phase]]
TICKS: list[Tick] = [lambda made: made.tick(), lambda made: retired(made.house).tick()]
each_tick = pytest.mark.parametrize("tick", TICKS, ids=["configured", "without settings"])


async def _begun() -> Scene:
    """Return a scene whose exercise is overdue, with an open switch."""
    made = await scene()
    await made.tick()
    assert await made.switch() is OPEN
    made.house.clock.advance(OVERDUE_AFTER + MINUTE)
    return made


@each_tick
async def test_a_feed_that_we_have_no_right_to_see_is_not_gone(tick: Tick, caplog: pytest.LogCaptureFixture) -> None:
    """The list has it, whatever "not found" means: tried until it can be closed."""
    made = await _begun()
    made.house.service.faults.fail("feed", NO_FEED, times=None)
    assert await tick(made) is Phase.CLOSING
    for _ in range(2):
        made.house.clock.advance(SILENT_AFTER + HOUR)
        assert await tick(made) is Phase.CLOSING
    assert await made.switch() is OPEN
    assert len(lines(caplog, "the canary's switch may stand open")) == 3
    made.house.service.faults.heal()
    assert await tick(made) is Phase.REST
    assert await made.switch() is AUTO


@each_tick
async def test_a_feed_that_no_list_has_for_long_ends_the_exercise(tick: Tick, caplog: pytest.LogCaptureFixture) -> None:
    """A right that is missing hides it from the list too, so people have a turn's time to see the line."""
    caplog.set_level(logging.WARNING)
    made = await _begun()
    made.house.service.world.remove_feed(made.feed)
    for _ in range(2):
        assert await tick(made) is Phase.CLOSING
    made.house.clock.advance(SILENT_AFTER)
    assert await tick(made) is Phase.CLOSING
    ok, told = await made.report.tell()
    assert not ok
    assert "its switch may stand open: no list of feeds has its feed since 2025-03-01 16:01 UTC" in told
    assert lines(caplog, "the canary's feed is taken for gone") == []
    made.house.clock.advance(MINUTE)
    assert await tick(made) is Phase.REST
    assert len(lines(caplog, "the canary's feed is taken for gone")) == 1
    assert "may stand open" not in (await made.report.tell())[1]


async def test_a_feed_that_is_gone_is_told_once() -> None:
    """As overdue, like any exercise that did not end well."""
    made = await _begun()
    made.house.service.world.remove_feed(made.feed)
    assert [await made.tick() for _ in range(3)] == [Phase.CLOSING] * 3
    assert len(made.told()) == 1


@pytest.mark.parametrize("error", [AWAY, PermissionMissing("no reader", service="test")])
async def test_only_a_list_that_was_read_counts(error: Exception) -> None:
    """Nothing is concluded while no list can be read, however long."""
    made = await _begun()
    made.house.service.world.remove_feed(made.feed)
    made.house.service.faults.fail("feeds", error, times=2)
    assert await made.tick() is Phase.CLOSING
    assert await made.tick() is Phase.CLOSING
    made.house.clock.advance(SILENT_AFTER + HOUR)
    # The second list that fails, and then the first that lacks it.
    assert [await made.tick() for _ in range(2)] == [Phase.CLOSING] * 2
    made.house.clock.advance(SILENT_AFTER + HOUR)
    assert await made.tick() is Phase.REST


@pytest.mark.parametrize("error", [AWAY, PermissionMissing("no reader", service="test")])
async def test_only_not_found_makes_the_list_count(error: Exception) -> None:
    """A refusal says that the feed is there; an outage says nothing."""
    made = await _begun()
    made.house.service.world.remove_feed(made.feed)
    made.house.service.faults.fail("feed", error, times=None)
    for _ in range(3):
        assert await made.tick() is Phase.CLOSING
        made.house.clock.advance(SILENT_AFTER + HOUR)


async def test_a_feed_that_comes_back_into_sight_is_counted_anew() -> None:
    """What was missing for a day, and is seen, was never gone."""
    made = await _begun()
    world = made.house.service.world
    held = world.by_ref.pop(made.feed.ref)
    assert [await made.tick() for _ in range(2)] == [Phase.CLOSING] * 2
    world.by_ref[made.feed.ref] = held
    made.house.service.faults.fail("feed", NO_FEED, times=None)
    made.house.clock.advance(SILENT_AFTER)
    assert await made.tick() is Phase.CLOSING
    world.by_ref.clear()
    made.house.clock.advance(HOUR)
    assert await made.tick() is Phase.CLOSING
    made.house.clock.advance(SILENT_AFTER)
    assert await made.tick() is Phase.CLOSING
    world.by_ref[made.feed.ref] = held
    made.house.service.faults.heal()
    assert await made.tick() is Phase.REST
    assert await made.switch() is AUTO


async def test_a_clock_that_was_ahead_does_not_end_it() -> None:
    """An absence that begins in the future is counted from now."""
    made = await _begun()
    made.house.service.world.remove_feed(made.feed)
    now = made.house.clock()
    made.house.clock.advance(timedelta(days=30))
    assert [await made.tick() for _ in range(2)] == [Phase.CLOSING] * 2
    made.house.clock.now = now
    assert await made.tick() is Phase.CLOSING
    made.house.clock.advance(SILENT_AFTER + MINUTE)
    assert await made.tick() is Phase.REST


async def test_what_was_out_of_sight_is_closed_however_it_reads() -> None:
    """Settings that were taken away and came back do not make the switch any better known."""
    made = await _begun()
    held = made.house.service.world.by_ref.pop(made.feed.ref)
    assert await retired(made.house).tick() is Phase.CLOSING
    made.house.service.world.by_ref[made.feed.ref] = held
    before = made.house.service.faults.count("get_upstreaming_behavior")
    assert await made.tick() is Phase.REST
    assert made.house.service.faults.count("get_upstreaming_behavior") == before
    assert await made.switch() is AUTO
