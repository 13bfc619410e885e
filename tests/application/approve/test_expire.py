"""The timer: what is due is checked in time, also after an outage, and no outage fills the queue."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from shared.application.approve.expire import Expirer, nudges_between
from shared.domain.approvals import Approval, ApprovalState, Ending, Grant
from shared.domain.cases import CaseEvent
from tests.application.approve.desk import DAY, Desk
from tests.domain import packs
from tests.fakes import START

_S: Final = ApprovalState
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)


async def standing(desk: Desk, state: ApprovalState, **members: object) -> Approval:
    """Put an approval of that state on record."""
    await desk.opened()
    approval = await desk.alive()
    assert approval is not None
    known = replace(approval, state=state, grant=Grant(None, 7 * DAY), granted_at=START, **members)  # type: ignore[arg-type]  # the dataclass checks the names
    await desk.put(known, CaseEvent.APPROVAL_GRANTED)
    return known


async def nudged(desk: Desk, expirer: Expirer, *, within: timedelta) -> list[timedelta]:
    """Let the timer fire every minute; return how long after the start it queued something."""
    found: list[timedelta] = []
    end = desk.clock() + within
    while desk.clock() <= end:
        if await expirer.nudge():
            found.append(desk.clock() - START)
        desk.clock.advance(MINUTE)
    return found


async def test_what_is_granted_is_due_at_once_and_then_more_rarely() -> None:
    """Minutes at first, then hours."""
    desk = Desk()
    await standing(desk, _S.GRANTED)
    found = await nudged(desk, desk.expirer, within=timedelta(hours=13))
    assert found == [0 * MINUTE, MINUTE, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 6 * HOUR, 12 * HOUR]
    assert {(check.feed, check.name) for check in desk.queued()} == {(desk.feed.ref, packs.NAME)}


@pytest.mark.parametrize(
    ("state", "members", "due"),
    [
        (_S.OPENING, {}, timedelta(0)),
        (_S.IN_FORCE, {"until": START + 7 * DAY, "switched_at": START}, 6 * DAY),
        (_S.IN_FORCE, {"until": START + 7 * DAY, "switched_at": START, "warned": True}, 7 * DAY),
        (_S.CLOSING, {"ending": Ending(START + HOUR, None, "over")}, HOUR),
    ],
)
async def test_each_state_is_due_in_its_time(state: ApprovalState, members: dict[str, object], due: timedelta) -> None:
    """Not a moment before."""
    desk = Desk()
    await standing(desk, state, **members)
    desk.clock.now = START + due - timedelta(seconds=1)
    assert await desk.expirer.nudge() == 0
    desk.clock.now = START + due
    assert await desk.expirer.nudge() == 1


async def test_a_request_that_nobody_answered_is_due_when_its_link_ends() -> None:
    """The check ends it."""
    desk = Desk()
    await desk.opened()
    expirer = desk.expirer
    assert await nudged(desk, expirer, within=timedelta(hours=2)) == []
    desk.clock.now = START + 7 * DAY
    assert await expirer.nudge() == 1


async def test_an_exact_version_is_over_in_time_though_it_was_due_before() -> None:
    """It is due from the opening on; when its window ends, that is looked at again in that very minute."""
    desk = Desk()
    until = START + 90 * MINUTE
    await standing(desk, _S.IN_FORCE, until=until, switched_at=START)
    approval = await desk.alive()
    assert approval is not None
    await desk.put(replace(approval, grant=Grant("3.2.1", 90 * MINUTE)), CaseEvent.APPROVAL_OPENED)
    found = await nudged(desk, desk.expirer, within=timedelta(hours=2))
    # Every ten minutes while the switch may be open, and in the very minutes when the window ends.
    expected = (70, 80, 90, 91, 92, 100, 110, 120)
    assert [at for at in found if at > HOUR] == [minutes * MINUTE for minutes in expected]


async def test_a_timer_that_was_away_leaves_nothing_out() -> None:
    """It fires late: what fell into the gap is queued once, at once."""
    desk = Desk()
    await standing(desk, _S.GRANTED)
    expirer = desk.expirer
    assert await expirer.nudge() == 1
    desk.clock.advance(25 * MINUTE)
    assert await expirer.nudge() == 1
    desk.clock.advance(MINUTE)
    assert await expirer.nudge() == 0


async def test_a_new_process_looks_at_everything_that_is_due() -> None:
    """Nobody knows what the one before it saw."""
    desk = Desk()
    await standing(desk, _S.GRANTED)
    desk.clock.advance(3 * HOUR)
    expirer = desk.expirer
    assert await expirer.nudge() == 1
    assert await expirer.nudge() == 0


async def test_what_could_not_be_queued_is_queued_at_the_next_firing() -> None:
    """A run that failed has not been."""
    desk = Desk()
    await standing(desk, _S.GRANTED)
    expirer = desk.expirer
    desk.queue.faults.fail("put", RuntimeError("gone"))
    with pytest.raises(RuntimeError):
        await expirer.nudge()
    desk.clock.advance(5 * MINUTE)
    assert await expirer.nudge() == 1


async def test_nothing_alive_is_nothing_due() -> None:
    """No approval, no check."""
    desk = Desk()
    await desk.collide()
    assert await desk.expirer.nudge() == 0


def test_firing_twice_in_one_moment_queues_once() -> None:
    """The moment it ran last is not looked at again."""
    assert nudges_between(START, None, START)
    assert not nudges_between(START, START, START)
    assert not nudges_between(START, None, START - MINUTE)
    assert nudges_between(START, START + 5 * HOUR, START + 19 * HOUR)
