"""What an exercise leaves behind: a row that nobody can read, settings that were taken away."""

from __future__ import annotations

import json
import logging

import pytest

from shared.application.canary import REFUSED_FOR
from shared.application.canary_row import KEY
from shared.domain.canary import EVERY, OVERDUE_AFTER, Phase
from shared.errors import StaleWrite, UpstreamUnavailable
from tests.application.canary_scene import AUTO, NAME, OPEN, Scene, retired, scene
from tests.application.house import House

AWAY = UpstreamUnavailable("no answer", service="test")
SPOILT = ["{", json.dumps({"schema": 2})]


async def _begun(*, published: bool = True) -> Scene:
    made = await scene()
    if not published:
        made.publisher.faults.fail("publish", AWAY)
    await made.tick()
    assert await made.switch() is OPEN
    return made


async def _spoil(made: Scene, text: str = "{") -> None:
    await made.house.cursors.save(KEY, text, replaces=await made.house.cursors.read(KEY))


@pytest.mark.parametrize("text", SPOILT)
@pytest.mark.parametrize("published", [True, False])
async def test_a_row_that_cannot_be_read_leaves_nothing_open(text: str, *, published: bool) -> None:
    """As after going back to an older release: the switch is closed first, and an exercise begins anew later."""
    made = await _begun(published=published)
    await _spoil(made, text)
    assert await made.tick() is Phase.REST
    assert await made.switch() is AUTO
    assert "could not be read" in (await made.exercise()).refused
    made.house.clock.advance(REFUSED_FOR)
    assert await made.tick() is Phase.RUNNING
    assert await made.minutes(2) is Phase.REST
    assert (await made.report.tell())[0] is True


@pytest.mark.parametrize("method", ["feeds", "find_package", "clear_upstreaming_behavior"])
async def test_closing_is_tried_until_it_works(method: str, caplog: pytest.LogCaptureFixture) -> None:
    """The row stays as it is until then, and readiness says that it cannot be read."""
    made = await _begun()
    await _spoil(made)
    made.house.service.faults.fail(method, AWAY, times=2)
    assert await made.tick() is Phase.CLOSING
    assert await made.tick() is Phase.CLOSING
    assert any(line.startswith("the canary's switch may stand open") for line in caplog.messages)
    assert "cannot be read" in (await made.report.tell())[1]
    assert await made.tick() is Phase.REST
    assert await made.switch() is AUTO


async def test_a_real_package_is_not_touched_for_a_spoilt_row() -> None:
    """Its switch is its owner's: the name is looked at, and what is internal in the feed."""
    made = await scene()
    made.house.service.world.add_package(made.feed, NAME, internal=["3.1.4"], behavior=OPEN)
    await made.house.cursors.save(KEY, "{", replaces=None)
    assert await made.tick() is Phase.CLOSING
    assert await made.switch() is OPEN
    assert made.house.service.faults.count("clear_upstreaming_behavior") == 0


@pytest.mark.parametrize("published", [True, False])
async def test_without_settings_an_exercise_is_ended(*, published: bool, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever it had come to: the row says what was opened. Then there is nothing left to do."""
    caplog.set_level(logging.INFO)
    made = await _begun(published=published)
    made.house.service.faults.fail("clear_upstreaming_behavior", AWAY)
    leftover = retired(made.house)
    assert await leftover.tick() is Phase.CLOSING
    assert await made.switch() is OPEN
    assert await leftover.tick() is Phase.REST
    assert await made.switch() is AUTO
    assert any(line.startswith("an exercise of the canary was ended") for line in caplog.messages)
    before = len(made.house.service.faults.calls)
    assert await leftover.tick() is Phase.REST
    assert len(made.house.service.faults.calls) == before
    made.house.clock.advance(OVERDUE_AFTER)
    assert made.told() == []


@pytest.mark.parametrize("text", [None, *SPOILT])
async def test_without_settings_and_exercise_nobody_is_asked(text: str | None) -> None:
    """The row is all that is read, and what cannot be read says of no package what to do with it."""
    house = House()
    if text is not None:
        await house.cursors.save(KEY, text, replaces=None)
    assert await retired(house).tick() is Phase.REST
    assert house.service.faults.calls == []


async def test_another_instance_may_end_it_too() -> None:
    """The row moved meanwhile: the next tick sees how it stands."""
    made = await _begun()
    made.house.cursors.faults.fail("save", StaleWrite("moved"))
    assert await retired(made.house).tick() is Phase.RUNNING
    assert await retired(made.house).tick() is Phase.REST


async def test_other_feeds_are_not_called_exposed() -> None:
    """Nobody installs the canary: a feed that would serve its twin is no finding; without the settings it is one."""
    house = House(canary=NAME)
    made = await scene(house)
    other = house.service.world.add_feed("core", project="Payments")
    await made.tick()
    await made.minutes(2)
    assert await house.register.case(other.ref, NAME) is None
    house.canary = None
    house.clock.advance(EVERY)
    await made.tick()
    await made.minutes(2)
    assert await house.register.case(other.ref, NAME) is not None


async def test_what_the_gate_refuses_is_looked_for_across_feeds() -> None:
    """A setting that names a real package exempts nothing; a look that failed takes nothing away."""
    house = House(canary=NAME)
    made = await scene(house)
    house.service.world.add_package(made.feed, NAME, internal=["3.1.4"])
    other = house.service.world.add_feed("core", project="Payments")
    assert await made.tick() is Phase.REST
    await made.minutes(2)
    assert await house.register.case(other.ref, NAME) is not None


async def test_acceptance_lasts_until_a_refusal() -> None:
    """One feed and one name; an outage is no refusal."""
    house = House(canary=NAME)
    made = await scene(house)
    elsewhere = house.service.world.add_feed("core", project="Payments")
    accepted = house.accepted
    assert not await accepted.covers(made.feed.ref, NAME)
    await made.tick()
    await made.minutes(2)
    assert await accepted.covers(made.feed.ref, NAME)
    assert not await accepted.covers(elsewhere.ref, NAME)
    house.clock.advance(EVERY)
    house.service.faults.fail("packages", AWAY)
    assert await made.tick() is Phase.REST
    assert await accepted.covers(made.feed.ref, NAME)
    house.npm.twins.clear()
    house.clock.advance(REFUSED_FOR)
    assert await made.tick() is Phase.REST
    assert not await accepted.covers(made.feed.ref, NAME)
    await _spoil(made)
    assert not await accepted.covers(made.feed.ref, NAME)
