"""Several instances exercise one canary: one of them goes on, and none opens what another has ended."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from shared.application.canary_row import KEY
from shared.domain.canary import EVERY, Phase
from shared.errors import StaleWrite
from tests.application.canary_scene import AUTO, AWAY, NAME, OPEN, Scene, lines, scene


@pytest.mark.parametrize("spared", [0, 1])
async def test_of_two_instances_one_goes_on(spared: int) -> None:
    """The other finds the row moved, opens nothing and reports nothing."""
    made = await scene()
    made.house.cursors.faults.fail("save", StaleWrite("moved"), spared=spared)
    assert await made.tick() is Phase.REST
    assert made.publisher.faults.count("publish") == spared
    assert await made.minutes(4) is Phase.REST
    assert (await made.exercise()).failed == ""


async def test_two_instances_in_step_publish_once() -> None:
    """Both read the same row; the write of the intent lets one of them through."""
    made = await scene()
    first, second = made.canary, made.canary
    row = await made.house.cursors.read(KEY)
    exercise = await made.exercise()
    assert await first.tick() is Phase.RUNNING
    with pytest.raises(StaleWrite):
        await second._rest(exercise, row)  # what an instance does that read before the other wrote
    assert made.publisher.faults.count("publish") == 1


async def test_a_row_that_moved_between_write_and_read_ends_the_tick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is opened on behalf of a row that is another's now."""
    made = await scene()
    save = made.house.cursors.save

    async def overtaken(key: str, value: str, *, replaces: object) -> None:
        await save(key, value, replaces=replaces)  # type: ignore[arg-type]  # handed on as it came
        await save(key, json.dumps({"schema": 99}), replaces=await made.house.cursors.read(key))

    monkeypatch.setattr(type(made.house.cursors), "save", lambda _self, *args, **kinds: overtaken(*args, **kinds))
    assert await made.tick() is Phase.REST
    assert await made.switch() is AUTO


def _stall(made: Scene, monkeypatch: pytest.MonkeyPatch, *, minutes: int, watching: bool = True) -> None:
    """Let the next instance hang just before it opens the switch, while another one takes over."""
    service = type(made.house.service)
    opens = service.allow_external_versions

    async def hangs(self: object, feed: object, name: object) -> None:
        monkeypatch.setattr(service, "allow_external_versions", opens)
        await made.minutes(minutes, watching=watching)
        await opens(self, feed, name)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(service, "allow_external_versions", hangs)


@pytest.mark.parametrize("is_refused", [True, False], ids=["version taken", "version accepted again"])
async def test_a_stalled_instance_leaves_nothing_open(monkeypatch: pytest.MonkeyPatch, *, is_refused: bool) -> None:
    """The other one finished meanwhile; what is opened after that is closed by who opened it."""
    made = await scene()
    if is_refused:
        made.publisher.faults.fail("publish", AWAY, spared=1)
    _stall(made, monkeypatch, minutes=4)
    await made.tick()
    assert (await made.exercise()).phase is Phase.REST
    assert await made.switch() is AUTO
    assert (await made.exercise()).failed == ""


async def test_a_stalled_instance_that_crashes_leaves_nothing_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever ends it, as long as it can still call anybody."""
    made = await scene()
    made.publisher.faults.fail("publish", RuntimeError("no error of ours"), spared=1)
    _stall(made, monkeypatch, minutes=4)
    with pytest.raises(RuntimeError):
        await made.tick()
    assert await made.switch() is AUTO


async def test_a_stalled_instance_does_not_end_what_another_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the same exercise is under way its switch is to stand open, whoever opened it."""
    made = await scene()
    _stall(made, monkeypatch, minutes=1, watching=False)
    await made.tick()
    assert (await made.exercise()).phase is Phase.RUNNING
    assert await made.switch() is OPEN
    assert await made.minutes(2) is Phase.REST
    assert (await made.exercise()).failed == ""


async def test_a_stalled_instance_closes_for_a_row_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not known to be ours any more is not ours."""
    made = await scene()
    cursors = made.house.cursors

    async def spoils(feed: object, name: object, version: object) -> None:
        assert (feed, name, bool(version)) == (made.feed, NAME, True)
        await cursors.save(KEY, "{", replaces=await cursors.read(KEY))
        raise AWAY

    monkeypatch.setattr(type(made.publisher), "publish", lambda _self, *args: spoils(*args))
    await made.tick()
    assert await made.switch() is AUTO


async def test_what_a_stalled_instance_cannot_close_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As every switch that may stand open; the next exercise does not begin on it."""
    made = await scene()
    _stall(made, monkeypatch, minutes=4)
    made.publisher.faults.fail("publish", AWAY, spared=1)
    made.house.service.faults.fail("clear_upstreaming_behavior", AWAY, spared=1)
    await made.tick()
    assert len(lines(caplog, "the canary's switch may stand open")) == 1
    made.house.clock.advance(EVERY + timedelta(minutes=1))
    assert await made.tick() is Phase.REST
    assert "stands open already" in (await made.exercise()).refused
