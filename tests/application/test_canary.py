"""The canary: what is measured, and how it ends."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from shared.domain.canary import EVERY, OVERDUE_AFTER, Phase
from shared.domain.cases import CaseEvent
from shared.domain.findings import whole_organization
from shared.domain.notices import NoticeKind
from shared.errors import PermissionMissing, UpstreamUnavailable
from shared.ports import QueueName
from tests.application.canary_scene import AUTO, AWAY, MINUTE, NAME, OPEN, lines, scene
from tests.application.house import BILLING
from tests.fakes import ORGANIZATION, START


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


async def test_other_settings_do_not_leave_an_exercise_behind() -> None:
    """What was opened is closed, though the settings name something else meanwhile."""
    made = await scene()
    await made.tick()
    made.title, made.name = "elsewhere", BILLING
    made.house.clock.advance(OVERDUE_AFTER + MINUTE)
    assert await made.tick() is Phase.REST
    assert await made.switch() is AUTO
