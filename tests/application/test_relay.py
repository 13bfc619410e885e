"""From the outbox to the queue: a few by themselves, a burst as one, and none is lost whatever crashes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.application.notify_messages import Dispatch
from shared.application.notify_windows import Windows
from shared.domain.letter_rules import Addressing, NoticeRule
from shared.domain.letter_windows import PlannedGroup, Told, Window
from shared.domain.notices import Notice, NoticeKind
from shared.errors import StaleWrite, UpstreamUnavailable
from shared.ports import QueueName
from tests.application.house import ENFORCE, House
from tests.domain.letters import FEED, burst, notice
from tests.fakes import START, MemoryCursors

_OTHER = replace(FEED, feed_id="feed-2")


def _waits(house: House, notices: list[Notice]) -> None:
    """Put notices into the outbox."""
    house.register.waiting.update({(one.feed, one.notice_id): one for one in notices})


async def _relayed(house: House) -> list[Dispatch]:
    await house.notices.relay()
    return [Dispatch.of(text) for text in house.queue.take(QueueName.NOTICES)]


async def test_a_campaign_of_218_names_is_one_letter_with_a_list() -> None:
    """As the one against the names below @azure: all of them, however many runs of the timer saw them come."""
    house = House()
    campaign = burst(218, every=timedelta(milliseconds=100))
    _waits(house, campaign[:100])
    house.clock.advance(timedelta(seconds=15))
    assert await _relayed(house) == []
    _waits(house, campaign[100:])
    house.clock.advance(timedelta(seconds=15))
    assert await _relayed(house) == []
    house.clock.advance(timedelta(minutes=1))
    (dispatch,) = await _relayed(house)
    assert dispatch.group is not None
    assert dispatch.group.count == 218
    assert [member.package for member in dispatch.group.members] == [f"npm:core-{n:04}" for n in range(218)]
    assert house.register.waiting == {}
    assert await _relayed(house) == []


async def test_an_emergency_waits_for_no_burst() -> None:
    """Twenty packages were just allowed, and are held to become one letter: the one that was not agreed on goes out."""
    house = House()
    loud = notice(NoticeKind.APPROVAL_GRANTED, facts={"emergency": "yes"}, number=99)
    _waits(house, [*burst(20, NoticeKind.APPROVAL_GRANTED), loud])
    assert [dispatch.notice.notice_id for dispatch in await _relayed(house)] == [loud.notice_id]


async def test_feeds_and_kinds_are_counted_apart() -> None:
    """Five here and five there are no burst, and neither are five confirmations beside them."""
    house = House()
    _waits(house, burst(5))
    _waits(house, [replace(one, feed=_OTHER) for one in burst(5)])
    _waits(house, burst(5, NoticeKind.PROTECTION_CONFIRMED, first=5))
    assert len(await _relayed(house)) == 15


async def test_collisions_of_all_kinds_are_counted_together() -> None:
    """Three blocked and three only reported are six."""
    house = House()
    _waits(house, [*burst(3), *burst(3, NoticeKind.COLLISION_REPORTED, first=3)])
    assert await _relayed(house) == []
    house.clock.advance(timedelta(minutes=1))
    (dispatch,) = await _relayed(house)
    assert dispatch.group is not None
    assert dispatch.group.kinds == ((NoticeKind.COLLISION_BLOCKED, 3), (NoticeKind.COLLISION_REPORTED, 3))


async def test_a_burst_is_cut_into_one_letter_for_each_set_of_people() -> None:
    """Rules of the policy decide about each notice, in a burst too."""
    team = NoticeRule(Addressing(("team@contoso.example",), owners=False), name="core-000*")
    house = House(policy=replace(ENFORCE, notices=(team,)))
    _waits(house, burst(25))
    house.clock.advance(timedelta(minutes=1))
    dispatches = await _relayed(house)
    assert [dispatch.group.count for dispatch in dispatches if dispatch.group] == [10, 15]
    assert len({dispatch.group.group_id for dispatch in dispatches if dispatch.group}) == 2
    assert house.register.waiting == {}


@pytest.mark.parametrize(
    ("part", "method", "after"),
    [
        ("cursors", "save", False),
        ("cursors", "save", True),
        ("queue", "put", False),
        ("queue", "put", True),
        ("register", "remove_from_outbox", False),
        ("register", "remove_from_outbox", True),
    ],
)
@pytest.mark.parametrize("spared", [0, 1, 3])
@pytest.mark.parametrize("count", [3, 30])
async def test_a_crash_anywhere_loses_no_notice(
    part: str, method: str, count: int, spared: int, *, after: bool
) -> None:
    """Each is in a letter; whatever is sent twice has the same id, and a letter for many the same list."""
    house = House()
    _waits(house, burst(count))
    house.clock.advance(timedelta(minutes=1))
    faults = {"cursors": house.cursors.faults, "queue": house.queue.faults, "register": house.register.faults}[part]
    faults.fail(method, RuntimeError("the plug is pulled"), after=after, spared=spared)
    dispatches: list[Dispatch] = []
    for _ in range(3):
        try:
            await house.notices.relay()
        except RuntimeError:
            house.clock.advance(timedelta(minutes=3))
    dispatches = [Dispatch.of(text) for text in house.queue.take(QueueName.NOTICES)]
    told = {dispatch.notice.notice_id for dispatch in dispatches if dispatch.group is None}
    groups = [dispatch.group for dispatch in dispatches if dispatch.group is not None]
    if count == 3:
        assert (told, groups) == ({one.notice_id for one in burst(3)}, [])
    else:
        assert told == set()
        assert len(set(groups)) == 1
        assert groups[0].count == 30
    assert house.register.waiting == {}


async def test_one_family_in_trouble_holds_up_no_other() -> None:
    """What cannot be queued stays, the rest goes, and the trouble is raised at the end."""
    house = House()
    _waits(house, burst(10))
    _waits(house, [replace(one, feed=_OTHER) for one in burst(2)])
    house.clock.advance(timedelta(minutes=1))
    house.queue.faults.fail("put", UpstreamUnavailable("no answer", service="queues"))
    with pytest.raises(UpstreamUnavailable):
        await house.notices.relay()
    assert len(house.queue.take(QueueName.NOTICES)) == 2
    (dispatch,) = await _relayed(house)
    assert dispatch.group is not None
    assert dispatch.group.count == 10


async def test_two_runs_at_once_do_not_decide_twice() -> None:
    """Whoever comes second leaves the family to the first."""
    house = House()
    _waits(house, burst(3))
    house.cursors.faults.fail("save", StaleWrite("moved"))
    assert await house.notices.relay() == 0
    assert len(house.register.waiting) == 3
    assert await house.notices.relay() == 3


async def test_the_other_run_s_decision_stands_between_queueing_and_removing() -> None:
    """A window that is another now is not overwritten; nothing is removed on its account."""
    house = House()
    _waits(house, burst(10))
    house.clock.advance(timedelta(minutes=1))
    house.cursors.faults.fail("save", StaleWrite("moved"), spared=1)
    await house.notices.relay()
    assert len(house.register.waiting) == 10
    assert await house.notices.relay() == 10
    windows = Windows(house.cursors)
    with pytest.raises(StaleWrite):
        await windows.mark_queued(FEED, "collision", Window(group=PlannedGroup("other", START, frozenset({"x"}))))


async def test_a_huge_burst_is_taken_in_parts() -> None:
    """Memory and rows stay small; the rest follows with the next window."""
    house = House()
    _waits(house, burst(2_100))
    house.clock.advance(timedelta(minutes=1))
    (dispatch,) = await _relayed(house)
    assert dispatch.group is not None
    assert dispatch.group.count == 2_000
    assert 300 < len(dispatch.group.members) < 2_000
    assert len(house.register.waiting) == 100
    house.clock.advance(timedelta(minutes=10))
    (rest,) = await _relayed(house)
    assert rest.group is not None
    assert rest.group.count == 100


async def test_a_window_comes_back_as_it_went() -> None:
    """Every member survives; a second writer is refused."""
    windows = Windows(MemoryCursors())
    window = Window((Told("n-1", START, "npm:ä"),), PlannedGroup("g", START, frozenset({"n-2", "n-3"}), queued=True))
    empty = await windows.read(FEED, "collision")
    await windows.save(FEED, "collision", window, replaces=empty)
    assert (await windows.read(FEED, "collision")).window == window
    assert (await windows.read(FEED, "else")).window == Window()
    with pytest.raises(StaleWrite):
        await windows.save(FEED, "collision", Window(), replaces=replace(empty, window=window))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"schema": 2, "told": [], "group": null}',
        '{"schema": 1, "told": [["n"]], "group": null}',
        '{"schema": 1, "told": [["n", "2025-01-01T00:00:00", "p"]], "group": null}',
        '{"schema": 1, "told": [], "group": 7}',
        "[" * 100_000,
    ],
)
async def test_a_window_that_cannot_be_read_is_begun_anew(text: str) -> None:
    """Told twice beats not told."""
    cursors = MemoryCursors()
    await cursors.save("letters|contoso|project-1|feed-1|collision", text, replaces=None)
    house = House(cursors=cursors)
    _waits(house, [notice()])
    assert len(await _relayed(house)) == 1
