"""The canary: what is measured, how it ends, and that no crash leaves its switch open."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import timedelta

import pytest

from shared.application.canary_row import KEY
from shared.domain.canary import BEGIN_WITHIN, EVERY, OVERDUE_AFTER, Phase
from shared.domain.cases import CaseEvent
from shared.domain.findings import whole_organization
from shared.domain.notices import NoticeKind
from shared.errors import PermissionMissing, StaleWrite, UnexpectedAnswer, UpstreamUnavailable
from shared.ports import QueueName
from tests.application.canary_scene import AUTO, MINUTE, NAME, OPEN, Scene, scene
from tests.application.house import BILLING
from tests.fakes import ORGANIZATION, START
from tests.fakes.faults import Faults

AWAY = UpstreamUnavailable("no answer", service="test")


def lines(caplog: pytest.LogCaptureFixture, text: str) -> list[str]:
    """Return the lines that begin so."""
    return [line for line in caplog.messages if line.startswith(text)]


async def test_the_machinery_finds_and_ends_it(caplog: pytest.LogCaptureFixture) -> None:
    """Published with an open switch, found by the watch alone, set back, proved; the time is the event's own."""
    caplog.set_level(logging.INFO)
    made = await scene()
    begun = made.house.clock()
    assert await made.tick() is Phase.RUNNING
    assert await made.switch() is OPEN
    assert made.house.queue.visible(QueueName.PACKAGE_CHECKS) == made.house.queue.visible(QueueName.FEED_SWEEPS) == []
    assert await made.tick() is Phase.RUNNING
    made.house.clock.advance(MINUTE)
    await made.watch()
    # Three seconds is the first recheck. The tick comes an hour later, and changes nothing in it.
    made.house.clock.advance(timedelta(hours=1))
    assert await made.tick() is Phase.REST
    assert await made.switch() is AUTO
    told = f"canary protected seconds=63.0 to_auto_seconds=60.0 package={NAME}"
    assert lines(caplog, "canary protected") == [told]
    assert (await made.exercise()).protected_at == begun + timedelta(seconds=63)
    assert await made.house.story(made.feed, NAME) == [
        CaseEvent.ENFORCEMENT_INTENDED,
        CaseEvent.ENFORCEMENT_SENT,
        CaseEvent.FOUND_PROTECTED,
    ]
    assert made.told() == []


async def test_it_is_exercised_once_a_day(caplog: pytest.LogCaptureFixture) -> None:
    """Each day a new version, and the story of the same case goes on."""
    caplog.set_level(logging.INFO)
    made = await scene()
    await made.tick()
    assert await made.minutes(2) is Phase.REST
    made.house.clock.now = START + EVERY - MINUTE
    assert await made.tick() is Phase.REST
    made.house.clock.now = START + EVERY
    assert await made.tick() is Phase.RUNNING
    assert await made.minutes(2) is Phase.REST
    held = made.house.service.world.held(made.feed, NAME)
    assert [version.version for version in held.versions] == ["1.20250301.120000", "1.20250302.110000"]
    assert len(lines(caplog, "canary protected")) == 2


async def test_a_slow_propagation_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    """What takes nearly three hours to hold is measured as that."""
    caplog.set_level(logging.INFO)
    made = await scene()
    await made.tick()
    made.house.service.slow_to_settle = True
    assert await made.minutes(100) is Phase.RUNNING
    made.house.service.world.settle()
    assert await made.minutes(40) is Phase.REST
    (line,) = lines(caplog, "canary protected")
    assert "to_auto_seconds=60.0" in line
    assert float(line.split("seconds=")[1].split(" ")[0]) > timedelta(minutes=100).total_seconds()


@pytest.mark.parametrize(("minutes", "found"), [(29, True), (30, False)])
async def test_what_only_the_sweep_finds_is_found_late(
    minutes: int, *, found: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """A watch that is dead must not show as a slow day: told as overdue, though it became protected."""
    caplog.set_level(logging.INFO)
    made = await scene()
    await made.tick()
    assert await made.minutes(minutes, watching=False) is Phase.RUNNING
    assert await made.minutes(1) is Phase.REST
    assert await made.switch() is AUTO
    assert len(lines(caplog, "canary protected")) == int(found)
    late = [line for line in lines(caplog, "canary overdue") if "found late: the switch was set back" in line]
    assert len(late) == len(made.told()) == int(not found)
    assert (await made.report.tell())[0] is found


async def test_nobody_noticing_is_overdue(caplog: pytest.LogCaptureFixture) -> None:
    """One error line, one notice to those who own every feed; it closes its switch, and tries again next day."""
    made = await scene()
    await made.tick()
    made.house.clock.advance(OVERDUE_AFTER)
    assert await made.tick() is Phase.RUNNING
    made.house.clock.advance(MINUTE)
    assert await made.tick() is Phase.REST
    assert await made.switch() is AUTO
    (line,) = lines(caplog, "canary overdue")
    assert "nobody noticed" in line
    (notice,) = made.told()
    assert (notice.kind, notice.feed) == (NoticeKind.CANARY_OVERDUE, whole_organization(ORGANIZATION))
    assert set(notice.facts) == {"canary", "since", "state", "expected"}
    assert notice.facts["canary"] == str(NAME)
    assert notice.facts["since"] == "2025-03-01 12:00 UTC"
    assert await made.report.tell() == (
        False,
        "overdue: nobody noticed the version: there is no case; never protected yet",
    )
    made.house.clock.now = START + EVERY
    assert await made.tick() is Phase.RUNNING
    assert (await made.report.tell())[0] is False
    await made.minutes(2)
    assert (await made.report.tell())[0] is True


async def test_a_case_that_got_stuck_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """How far Feedwarden came stands in the notice; closing waits until it is possible."""
    made = await scene()
    await made.tick()
    denied = PermissionMissing("no owner", service="test")
    made.house.service.faults.fail("clear_upstreaming_behavior", denied, times=None)
    await made.minutes(2)
    made.house.clock.advance(OVERDUE_AFTER)
    assert await made.tick() is Phase.CLOSING
    assert await made.tick() is Phase.CLOSING
    assert await made.switch() is OPEN
    assert len(lines(caplog, "the canary's switch may stand open")) == 2
    assert len(lines(caplog, "canary overdue")) == 1
    (notice,) = made.told()
    assert "the case is exposed" in notice.facts["state"]
    made.house.service.faults.heal()
    assert await made.tick() is Phase.REST
    assert await made.switch() is AUTO


async def test_a_failure_is_closed_before_it_is_told() -> None:
    """A queue that is down for hours keeps no switch open."""
    made = await scene()
    await made.tick()
    made.house.clock.advance(OVERDUE_AFTER + MINUTE)
    made.house.queue.faults.fail("put", AWAY, times=None)
    for _ in range(3):
        with pytest.raises(UpstreamUnavailable):
            await made.tick()
        assert await made.switch() is AUTO
    made.house.queue.faults.heal()
    assert await made.tick() is Phase.REST
    assert len(made.told()) == 1


async def test_a_switch_that_somebody_else_closed_proves_nothing() -> None:
    """It is not Feedwarden that ended it."""
    made = await scene()
    await made.tick()
    await made.house.service.clear_upstreaming_behavior(made.feed, NAME)
    assert await made.minutes(5) is Phase.RUNNING
    made.house.clock.advance(OVERDUE_AFTER)
    assert await made.tick() is Phase.REST
    assert len(made.told()) == 1


async def test_a_switch_that_was_opened_again_is_closed(caplog: pytest.LogCaptureFixture) -> None:
    """Protected was true; the canary leaves nothing open all the same."""
    made = await scene()
    await made.tick()
    made.house.clock.advance(MINUTE)
    await made.watch()
    await made.house.service.allow_external_versions(made.feed, NAME)
    assert await made.tick() is Phase.REST
    assert await made.switch() is AUTO
    assert len(lines(caplog, "the canary closes its switch itself")) == 1


type Part = Callable[[Scene], Faults]
_CURSORS: Part = lambda made: made.house.cursors.faults  # noqa: E731  # a row of the table below
_SERVICE: Part = lambda made: made.house.service.faults  # noqa: E731  # the same
_PUBLISHER: Part = lambda made: made.publisher.faults  # noqa: E731  # the same


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


@pytest.mark.parametrize("method", ["allow_external_versions", "publish"])
async def test_an_outage_at_the_beginning_is_tried_again(method: str) -> None:
    """Each minute, and measured from the attempt that worked."""
    made = await scene()
    faults = made.publisher.faults if method == "publish" else made.house.service.faults
    faults.fail(method, AWAY, times=2)
    assert await made.tick() is Phase.BEGINNING
    assert await made.minutes(1, watching=False) is Phase.BEGINNING
    assert await made.minutes(1, watching=False) is Phase.RUNNING
    assert await made.minutes(2) is Phase.REST
    assert (await made.exercise()).seconds < 2 * MINUTE.total_seconds()


async def test_a_beginning_that_does_not_succeed_is_given_up() -> None:
    """A missing role, say: told like any failure, and closed. So is one whose feed cannot be read meanwhile."""
    made = await scene()
    made.publisher.faults.fail("publish", PermissionMissing("no contributor", service="test"), times=None)
    assert await made.tick() is Phase.BEGINNING
    assert await made.switch() is OPEN
    made.house.service.faults.fail("feed", AWAY)
    assert await made.minutes(1, watching=False) is Phase.BEGINNING
    made.house.clock.now = START + BEGIN_WITHIN + MINUTE
    assert await made.tick() is Phase.REST
    assert await made.switch() is AUTO
    (notice,) = made.told()
    assert notice.facts["state"] == "its version could not be published"
    made.house.clock.now = START + EVERY
    made.publisher.faults.heal()
    assert await made.tick() is Phase.RUNNING


async def test_an_outage_that_lasts_is_told_with_its_reason() -> None:
    """Closing is tried until Azure DevOps answers."""
    made = await scene()
    made.publisher.faults.fail("publish", AWAY)
    await made.tick()
    made.house.service.faults.fail("feed", AWAY, times=None)
    made.house.clock.advance(BEGIN_WITHIN + MINUTE)
    assert await made.tick() is Phase.CLOSING
    (notice,) = made.told()
    assert notice.facts["state"].endswith("no answer")
    made.house.service.faults.heal()
    assert await made.tick() is Phase.REST
    assert await made.switch() is AUTO


async def test_a_version_that_is_there_already_is_ours() -> None:
    """The service's own retry met the version that its first try published: what the feed holds tells."""
    made = await scene()
    refused = UnexpectedAnswer("answered 403: already contains", service="test")
    made.publisher.faults.fail("publish", refused, after=True)
    assert await made.tick() is Phase.BEGINNING
    assert await made.tick() is Phase.RUNNING
    assert made.publisher.faults.count("publish") == 1
    assert await made.minutes(2) is Phase.REST


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


async def test_a_feed_that_is_gone_ends_the_exercise() -> None:
    """There is no switch to close any more."""
    made = await scene()
    await made.tick()
    made.house.service.world.remove_feed(made.feed)
    made.house.clock.advance(OVERDUE_AFTER + MINUTE)
    assert await made.tick() is Phase.REST
    assert len(made.told()) == 1


async def test_other_settings_do_not_leave_an_exercise_behind() -> None:
    """What was opened is closed, though the settings name something else meanwhile."""
    made = await scene()
    await made.tick()
    made.title, made.name = "elsewhere", BILLING
    made.house.clock.advance(OVERDUE_AFTER + MINUTE)
    assert await made.tick() is Phase.REST
    assert await made.switch() is AUTO
