"""The row about service hooks: whatever stands in it is read or passed over, and whatever fits is remembered."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from shared.adapters.register.documents import pack
from shared.application.hook_row import KEY, HookRow, read_row
from shared.application.notify_messages import Dispatch
from shared.domain.subscription_health import GONE, OTHER_HOST, KnownHook
from shared.domain.subscriptions import SubscriptionStatus
from shared.ports import Cursor, QueueName
from tests.application.house import House
from tests.fakes import START

_S = SubscriptionStatus
_BAD = KnownHook("git.push", "Shop", _S.ON_PROBATION, _S.ON_PROBATION, (START,))


def _row(**members: Any) -> str:  # noqa: ANN401  # whatever may stand in a row
    return json.dumps({**json.loads(HookRow({"a": _BAD}, START, notices=3).text()), **members})


def _id(number: int) -> str:
    return f"{number:08x}-0000-0000-0000-000000000000"


async def _told(house: House) -> int:
    await house.hook_inspector.look()
    return len([Dispatch.of(text) for text in house.queue.take(QueueName.NOTICES)])


def test_a_row_is_read_as_it_was_written() -> None:
    """With a number of its own."""
    row = HookRow({"z": _BAD}, START, "why", hidden=True, elsewhere=2, notices=3)
    assert read_row(Cursor(row.text(), "tag")) == row
    assert json.loads(row.text())["schema"] == 1


def test_a_row_without_a_number_is_of_the_release_before() -> None:
    """What it says of people having been told still counts."""
    row = json.loads(HookRow({"z": _BAD}, START, notices=3).text())
    for member in ("schema", "others", "cut"):
        del row[member]
    assert read_row(Cursor(json.dumps(row), "tag")) == HookRow({"z": _BAD}, START, notices=3)


@pytest.mark.parametrize(
    "text",
    [
        _row().replace('"notices": 3', '"notices": 1e999'),
        _row().replace('"notices": 3', '"notices": Infinity'),
        _row().replace('"notices": 3', '"notices": NaN'),
        _row(notices=10**4000),
        _row(notices=-1),
        _row(notices=True),
        _row(elsewhere="2"),
        _row().replace('"elsewhere": 0', '"elsewhere": 1e999'),
        _row(looked_at=7),
        _row(looked_at="2025-03-01T12:00:00"),
        _row(schema=2),
        _row(schema=None),
        _row(others=7),
        _row(others=[["onProbation", "onProbation", [], 7]]),
        _row(cut=1e300),
        "[" * 100_000,
    ],
)
async def test_rubbish_in_a_row_stops_no_sweep(text: str) -> None:
    """It is as if nobody had looked: told twice beats not told."""
    assert read_row(Cursor(text, "tag")) == HookRow()
    house = House()
    house.hooks.add("a")
    house.hooks.turn("a", _S.ON_PROBATION)
    await house.cursors.save(KEY, text, replaces=None)
    assert await house.hook_inspector.look() == 1


async def test_however_many_are_bad_they_are_told_once() -> None:
    """The row keeps of each what was told, fits into the table, and names the worst whole."""
    house = House()
    for number in range(1_500):
        house.hooks.add(_id(number), event_type="事" * 100)
        house.hooks.turn(_id(number), _S.DISABLED_BY_SYSTEM)
    assert [await _told(house) for _ in range(3)] == [1, 0, 0]
    cursor = await house.cursors.read(KEY)
    assert cursor is not None
    assert pack({"value": cursor.value})["schema"] == 1
    kept = read_row(cursor)
    assert (len(kept.known), kept.cut) == (1_500, 0)
    assert {one.letters for one in kept.known.values()} == {(START,)}
    # Those that are kept by their ids only count as the others do: three letters a day.
    house.hooks.turn(_id(1_499), _S.ENABLED)
    assert await _told(house) == 0
    house.hooks.turn(_id(1_499), _S.ON_PROBATION)
    assert await _told(house) == 1


async def test_those_that_find_no_room_are_not_told_anew() -> None:
    """The first letter said how many there are; readiness goes on counting them."""
    house = House()
    ids = [f"{number:0100}" for number in range(4_000)]
    for key in ids:
        house.hooks.add(key)
        house.hooks.turn(key, _S.DISABLED_BY_SYSTEM)
    assert [await _told(house) for _ in range(2)] == [1, 0]
    cursor = await house.cursors.read(KEY)
    assert cursor is not None
    assert pack({"value": cursor.value})["schema"] == 1
    kept = read_row(cursor)
    assert kept.cut > 0
    assert len(kept.known) + kept.cut == 4_000
    house.service.world.add_feed("core")
    assert "… and 3980 more" in (await house.readiness.report())["hooks"].detail
    # Once there is room again, what is new is told.
    house.hooks.held = {ids[0]: house.hooks.held[ids[0]]}
    house.clock.advance(timedelta(days=2))
    for _ in range(2):
        await house.hook_inspector.look()
    house.queue.take(QueueName.NOTICES)
    house.hooks.add("new")
    house.hooks.turn("new", _S.ON_PROBATION)
    assert await _told(house) == 1


async def test_a_listed_one_is_what_is_there() -> None:
    """Neither one that is gone nor one that leads elsewhere."""
    away = {"g": KnownHook("git.push", "Shop", GONE), "o": KnownHook("git.push", "Shop", OTHER_HOST)}
    assert set(HookRow({"z": _BAD, **away}).listed) == {"z"}
