"""The canary, and the plug that is pulled: no crash leaves its switch open."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from shared.domain.canary import EVERY, OVERDUE_AFTER, Phase
from shared.errors import UnexpectedAnswer
from tests.application.canary_scene import AUTO, AWAY, MINUTE, NAME, Scene, lines, scene
from tests.fakes import START
from tests.fakes.faults import Faults

type Part = Callable[[Scene], Faults]
_CURSORS: Part = lambda made: made.house.cursors.faults  # noqa: E731  # a row of the table below
_SERVICE: Part = lambda made: made.house.service.faults  # noqa: E731  # the same
_PUBLISHER: Part = lambda made: made.publisher.faults  # noqa: E731  # the same
_REGISTER: Part = lambda made: made.house.register.faults  # noqa: E731  # the same


@pytest.mark.parametrize(
    ("part", "method", "spared", "after"),
    [
        pytest.param(_CURSORS, "save", 0, True, id="after the intent"),
        pytest.param(_SERVICE, "allow_external_versions", 0, False, id="before opening"),
        pytest.param(_SERVICE, "allow_external_versions", 0, True, id="after opening"),
        pytest.param(_PUBLISHER, "publish", 0, False, id="before publishing"),
        pytest.param(_PUBLISHER, "publish", 0, True, id="after publishing"),
        pytest.param(_CURSORS, "save", 1, False, id="before noting that it runs"),
        pytest.param(_CURSORS, "save", 1, True, id="after noting that it runs"),
    ],
)
@pytest.mark.parametrize("watching", [True, False], ids=["watched meanwhile", "not watched"])
@pytest.mark.parametrize("day", [1, 2])
async def test_a_crash_at_the_beginning_heals(
    part: Part, method: str, spared: int, *, after: bool, watching: bool, day: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Wherever the plug is pulled, and whatever the machinery did before the next tick: it ends, once, and closed."""
    caplog.set_level(logging.INFO)
    made = await scene()
    if day > 1:
        # Now the package is known, and its switch is among those that are read in turn.
        await made.tick()
        await made.minutes(2)
        made.house.clock.now = START + EVERY
    part(made).fail(method, RuntimeError("the plug is pulled"), spared=spared, after=after)
    with pytest.raises(RuntimeError):
        await made.tick()
    if watching:
        made.house.clock.advance(MINUTE)
        await made.watch()
    phases = [await made.minutes(1) for _ in range(4)]
    assert phases[-1] is Phase.REST
    assert await made.switch() is AUTO
    assert len(lines(caplog, "canary protected")) == day
    assert (await made.exercise()).failed == ""
    assert made.publisher.faults.count("publish") <= day + 1
    assert len(made.house.service.world.held(made.feed, NAME).versions) == day


@pytest.mark.parametrize(
    ("part", "method", "spared", "after"),
    [
        pytest.param(_REGISTER, "case", 0, False, id="before reading the case"),
        pytest.param(_REGISTER, "events", 0, False, id="before reading the events"),
        pytest.param(_CURSORS, "save", 0, False, id="before noting the outcome"),
        pytest.param(_CURSORS, "save", 0, True, id="after noting the outcome"),
        pytest.param(_SERVICE, "get_upstreaming_behavior", 0, False, id="before reading the switch"),
        pytest.param(_CURSORS, "save", 1, False, id="before noting the rest"),
        pytest.param(_CURSORS, "save", 1, True, id="after noting the rest"),
    ],
)
async def test_a_crash_at_the_end_heals(
    part: Part, method: str, spared: int, *, after: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """The figures are told at least once, and every time the same."""
    caplog.set_level(logging.INFO)
    made = await scene()
    await made.tick()
    made.house.clock.advance(MINUTE)
    await made.watch()
    part(made).fail(method, RuntimeError("the plug is pulled"), spared=spared, after=after)
    with pytest.raises(RuntimeError):
        await made.tick()
    assert await made.minutes(1) is Phase.REST
    assert await made.switch() is AUTO
    told = lines(caplog, "canary protected")
    assert 1 <= len(told) <= 2
    assert len(set(told)) == 1


@pytest.mark.parametrize(
    ("part", "method", "after"),
    [
        pytest.param(_REGISTER, "case", False, id="before reading the case"),
        pytest.param(lambda made: made.house.queue.faults, "put", False, id="before the notice"),
        pytest.param(lambda made: made.house.queue.faults, "put", True, id="after the notice"),
        pytest.param(_CURSORS, "save", True, id="after noting the failure"),
        pytest.param(_SERVICE, "clear_upstreaming_behavior", False, id="before closing"),
        pytest.param(_SERVICE, "clear_upstreaming_behavior", True, id="after closing"),
    ],
)
async def test_a_crash_of_a_failure_heals(part: Part, method: str, *, after: bool) -> None:
    """The notice goes out at least once, under one id, and the switch is closed."""
    made = await scene()
    await made.tick()
    made.house.clock.advance(OVERDUE_AFTER + MINUTE)
    part(made).fail(method, RuntimeError("the plug is pulled"), after=after)
    with pytest.raises(RuntimeError):
        await made.tick()
    assert await made.tick() is Phase.REST
    assert await made.switch() is AUTO
    assert {notice.notice_id for notice in made.told()} == {"canary-overdue-1.20250301.120000"}


SPOILT = UnexpectedAnswer("a stored case is not as it was written: KeyError", service="test")


@pytest.mark.parametrize("method", ["case", "events"])
async def test_what_cannot_be_read_ends_by_the_clock(method: str, caplog: pytest.LogCaptureFixture) -> None:
    """A row of a newer release, say: neither success nor silence, and the switch does not stay open for it."""
    made = await scene()
    await made.tick()
    made.house.clock.advance(MINUTE)
    await made.watch()
    await made.house.service.allow_external_versions(made.feed, NAME)
    made.house.register.faults.fail(method, SPOILT, times=None)
    assert await made.tick() is Phase.RUNNING
    assert len(lines(caplog, "the canary's case cannot be read")) == 1
    made.house.clock.advance(OVERDUE_AFTER)
    assert await made.tick() is Phase.REST
    assert await made.switch() is AUTO
    (notice,) = made.told()
    assert notice.facts["state"].endswith(SPOILT.args[0])
    assert len(lines(caplog, "canary overdue")) == 1
    ok, told = await made.report.tell()
    assert not ok
    assert SPOILT.args[0] in told


async def test_a_state_that_cannot_be_read_is_told_as_that() -> None:
    """The case was read a moment ago, and cannot be read any more when it is to be put into words."""
    made = await scene()
    await made.tick()
    made.house.clock.advance(OVERDUE_AFTER + MINUTE)
    made.house.register.faults.fail("case", SPOILT, spared=1)
    assert await made.tick() is Phase.REST
    assert await made.switch() is AUTO
    (notice,) = made.told()
    assert notice.facts["state"] == f"its case cannot be read: {SPOILT}"


@pytest.mark.parametrize("method", ["case", "events"])
async def test_an_outage_of_the_register_is_no_failure(method: str, caplog: pytest.LogCaptureFixture) -> None:
    """What can be read again within the four hours is measured as ever."""
    caplog.set_level(logging.INFO)
    made = await scene()
    await made.tick()
    made.house.clock.advance(MINUTE)
    await made.watch()
    made.house.register.faults.fail(method, AWAY, times=2)
    assert [await made.tick() for _ in range(3)] == [Phase.RUNNING, Phase.RUNNING, Phase.REST]
    assert len(lines(caplog, "canary protected")) == 1
    assert made.told() == []
