"""Windows: a few go out by themselves, a burst goes out as one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.letter_windows import QUIET, SINGLE, WINDOW, Plan, Window, plan, queued
from shared.domain.notices import Notice
from tests.domain.letters import burst
from tests.fakes import START

_SECOND = timedelta(seconds=1)


def _ids(notices: tuple[Notice, ...] | list[Notice]) -> list[str]:
    return [notice.notice_id for notice in notices]


@pytest.mark.parametrize("count", range(SINGLE + 1))
def test_a_few_go_out_at_once(count: int) -> None:
    """Five within ten minutes are no burst."""
    waiting = burst(count)
    step = plan(Window(), waiting, START)
    assert _ids(step.single) == _ids(waiting)
    assert (step.grouped, step.done) == ((), ())


def test_a_burst_is_held_until_nothing_more_comes() -> None:
    """Then all of it is one."""
    waiting = burst(218, every=timedelta(milliseconds=50))
    assert plan(Window(), waiting, waiting[-1].at) == Plan(Window())
    assert plan(Window(), waiting, waiting[-1].at + QUIET - _SECOND) == Plan(Window())
    step = plan(Window(), waiting, waiting[-1].at + QUIET)
    assert _ids(step.grouped) == _ids(waiting)
    assert step.single == ()
    assert step.window.group is not None
    assert step.window.group.group_id == f"group-{waiting[0].notice_id}"


def test_a_burst_that_never_pauses_is_told_after_ten_minutes() -> None:
    """An attack that goes on must not silence itself."""
    waiting = burst(100, every=timedelta(seconds=6.1))
    assert plan(Window(), waiting[:98], START + WINDOW - _SECOND).grouped == ()
    assert len(plan(Window(), waiting, START + WINDOW).grouped) == 100


def test_the_sixth_within_ten_minutes_is_held_and_later_ones_with_it() -> None:
    """What went out before counts; the letter of the rest says what that was."""
    first = plan(Window(), burst(SINGLE), START)
    sixth = burst(1, at=START + timedelta(minutes=2), first=SINGLE)
    held = plan(first.window, sixth, START + timedelta(minutes=2))
    assert (held.single, held.grouped) == ((), ())
    step = plan(held.window, sixth, START + timedelta(minutes=3))
    assert _ids(step.grouped) == _ids(sixth)
    assert [told.package for told in step.window.told] == [f"npm:core-{n:04}" for n in range(SINGLE)]


def test_after_ten_minutes_it_goes_on_as_at_first() -> None:
    """What was told is forgotten."""
    first = plan(Window(), burst(SINGLE), START)
    later = burst(1, at=START + WINDOW, first=SINGLE)
    step = plan(first.window, later, START + WINDOW)
    assert _ids(step.single) == _ids(later)
    assert [told.notice_id for told in step.window.told] == _ids(later)


def test_after_a_letter_for_many_nothing_goes_out_for_ten_minutes() -> None:
    """A second letter for what came meanwhile follows when they are over."""
    sent_at = START + QUIET
    window = queued(plan(Window(), burst(20), sent_at).window)
    more = burst(30, at=sent_at + _SECOND, first=20)
    held = plan(window, more, sent_at + WINDOW - _SECOND)
    assert (held.single, held.grouped, held.done) == ((), (), ())
    assert _ids(plan(held.window, more, sent_at + WINDOW).grouped) == _ids(more)


def test_a_repeat_before_the_letter_is_queued_makes_the_same_letter() -> None:
    """Also where more has come meanwhile."""
    waiting = burst(20)
    step = plan(Window(), waiting, START + QUIET)
    more = burst(3, at=START + QUIET, first=20)
    again = plan(step.window, [*waiting, *more], START + timedelta(hours=5))
    assert again == step


def test_a_repeat_after_the_letter_is_queued_forgets_only_its_members() -> None:
    """A notice with an older id that was committed late is none of them: it must not vanish."""
    waiting = burst(20)
    step = plan(Window(), waiting[1:], START + QUIET)
    again = plan(queued(step.window), waiting, START + QUIET)
    assert _ids(again.done) == _ids(waiting[1:])
    assert again.grouped == ()
    settled = plan(again.window, waiting[:1], START + QUIET + WINDOW)
    assert _ids(settled.single) == _ids(waiting[:1])


def test_what_was_let_out_and_not_removed_goes_out_again_by_itself() -> None:
    """However many came after it, and however late."""
    first = plan(Window(), burst(2), START)
    waiting = [*burst(2), *burst(50, at=START + timedelta(hours=1), first=2)]
    step = plan(first.window, waiting, START + timedelta(hours=1))
    assert _ids(step.single) == _ids(waiting[:2])
    assert step.grouped == ()


def test_rows_that_vanished_end_their_group() -> None:
    """Whoever removed them had queued the letter."""
    step = plan(Window(), burst(20), START + QUIET)
    later = plan(step.window, [], START + timedelta(minutes=2))
    assert later.window.group is not None
    assert later.window.group.queued
    assert plan(later.window, [], START + timedelta(hours=1)).window.group is None


@given(
    st.lists(st.integers(0, 1_500), min_size=1, max_size=60),
    st.lists(st.sampled_from(["before queue", "before mark", "before removal", "half removed"]), max_size=12),
)
def test_every_notice_goes_out_whatever_crashes(arrivals: list[int], crashes: list[str]) -> None:
    """Driven as the relay does, with crashes at its seams: nothing is lost, and letters are few."""
    notices = [
        replace(one, at=START + timedelta(seconds=at))
        for one, at in zip(burst(len(arrivals)), sorted(arrivals), strict=True)
    ]
    outbox: dict[str, Notice] = {}
    told: set[str] = set()
    letters: set[str] = set()
    window, left = Window(), list(crashes)
    for second in range(0, 4_000, 15):
        now = START + timedelta(seconds=second)
        outbox |= {one.notice_id: one for one in notices if now - timedelta(seconds=15) < one.at <= now}
        step = plan(window, sorted(outbox.values(), key=lambda one: one.notice_id), now)
        window = step.window
        due = (*step.single, *step.grouped)
        crash = left.pop() if left and (due or step.done) else ""
        if crash == "before queue":
            continue
        told |= {one.notice_id for one in due}
        letters |= {one.notice_id for one in step.single}
        if step.grouped and window.group is not None:
            letters.add(window.group.group_id)
        if crash == "before mark":
            continue
        window = queued(window) if step.grouped else window
        if crash == "before removal":
            continue
        gone = (*due, *step.done)
        for one in gone[: len(gone) // 2] if crash == "half removed" else gone:
            del outbox[one.notice_id]
    assert outbox == {}
    assert told == {one.notice_id for one in notices}
    # 1,500 seconds are three windows: five by themselves and one for many in each, at most.
    assert len(letters) <= 3 * (SINGLE + 1)
