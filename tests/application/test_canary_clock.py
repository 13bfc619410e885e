"""A clock that was ahead once: what lies in the future is not known, and neither rests nor proves anything."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.canary import EVERY, SKEW, Phase, elapsed
from shared.errors import PermissionMissing
from tests.application.canary_scene import AUTO, MINUTE, Scene, scene
from tests.application.house import AUDIT, ENFORCE
from tests.fakes import START

AHEAD = timedelta(days=365)


def test_what_lies_ahead_is_as_old_as_can_be() -> None:
    """But for the little by which two clocks differ."""
    assert elapsed(START, START + MINUTE) == MINUTE
    assert elapsed(START + SKEW, START) == -SKEW
    assert elapsed(START + SKEW + timedelta(seconds=1), START) == timedelta.max


async def _ahead(made: Scene) -> Phase:
    """Fire the timer once while the clock is wrong."""
    right = made.house.clock()
    made.house.clock.advance(AHEAD)
    phase = await made.tick()
    made.house.clock.now = right
    return phase


async def test_a_beginning_in_the_future_does_not_hold_up_the_next() -> None:
    """An exercise that rests since a date that is yet to come begins anew, and ends well."""
    made = await scene()
    made.house.clock.advance(AHEAD)
    await made.tick()
    assert await made.minutes(2) is Phase.REST
    made.house.clock.now = START
    assert await made.tick() is Phase.RUNNING


async def test_a_refusal_in_the_future_is_looked_at_again() -> None:
    """Not only on that date."""
    made = await scene()
    made.house.policy = AUDIT
    assert await _ahead(made) is Phase.REST
    made.house.policy = ENFORCE
    assert await made.tick() is Phase.RUNNING


async def test_an_exercise_that_runs_since_the_future_is_overdue() -> None:
    """Its events would never count, so it fails at once, and is closed; the next one begins with the next tick."""
    made = await scene()
    assert await _ahead(made) is Phase.RUNNING
    assert await made.tick() is Phase.REST
    assert await made.switch() is AUTO
    (notice,) = made.told()
    assert "its beginning lies in the future" in notice.facts["state"]
    assert await made.tick() is Phase.RUNNING
    assert await made.minutes(2) is Phase.REST
    assert (await made.report.tell())[0] is True


async def test_an_attempt_in_the_future_is_given_up() -> None:
    """A beginning that is to be tried for a quarter of an hour is not tried for a year."""
    made = await scene()
    made.publisher.faults.fail("publish", PermissionMissing("no contributor", service="test"), times=None)
    assert await _ahead(made) is Phase.BEGINNING
    assert await made.tick() is Phase.REST
    assert await made.switch() is AUTO
    assert len(made.told()) == 1


@pytest.mark.parametrize("ahead", [timedelta(hours=1), AHEAD])
async def test_a_proof_in_the_future_is_trouble(ahead: timedelta) -> None:
    """Readiness says so; a few minutes between two clocks are none."""
    made = await scene()
    await made.tick()
    await made.minutes(2)
    assert (await made.report.tell())[0] is True
    made.house.clock.now -= ahead
    ok, told = await made.report.tell()
    assert not ok
    assert "lies in the future" in told
    made.house.clock.now = START
    assert (await made.report.tell())[0] is True


async def test_the_turn_is_as_long_as_ever() -> None:
    """A few minutes between two clocks begin nothing anew."""
    made = await scene()
    await made.tick()
    await made.minutes(2)
    made.house.clock.now = START - MINUTE
    assert await made.tick() is Phase.REST
    made.house.clock.now = START + EVERY
    assert await made.tick() is Phase.RUNNING
