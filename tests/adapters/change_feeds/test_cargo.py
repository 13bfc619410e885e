"""Tests of the list of new crates."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.change_feeds.cargo import CargoFeed
from shared.adapters.outbound.messages import Answer
from shared.errors import UnexpectedAnswer
from shared.ports import ChangedNames
from tests.adapters.change_feeds.junk import ANSWERS, POSITIONS, raises_only_ours
from tests.adapters.change_feeds.scripted import NOW, look, page

_CARGO: Final = CargoFeed("https://static.example.test/rss/crates.xml")


def _minutes(number: int) -> datetime:
    return NOW + timedelta(minutes=number)


def _window(*crates: tuple[str, datetime], named: bool = True) -> Answer:
    items = (
        f"<item><guid>https://crates.example.test/crates/{name}</guid><pubDate>{format_datetime(at)}</pubDate>"
        + (f"<c:name>{name}</c:name></item>" if named else "</item>")
        for name, at in crates
    )
    return page(f'<rss xmlns:c="https://crates.example.test/"><channel>{"".join(items)}</channel></rss>')


def _many(count: int, *, begin: int = 0) -> list[tuple[str, datetime]]:
    return [(f"crate-{number}", _minutes(number)) for number in range(begin + count - 1, begin - 1, -1)]


async def _begun(*crates: tuple[str, datetime]) -> str:
    told, script = await look(_CARGO, None, _window(*crates))
    assert told == ChangedNames((), told.position)
    assert script.urls == ["https://static.example.test/rss/crates.xml"]
    return told.position


@pytest.mark.parametrize("named", [True, False])
async def test_new_crates_are_told_once(named: bool) -> None:  # noqa: FBT001  # the case
    """By their name, or by the end of their address."""
    position = await _begun(("old", _minutes(0)))
    answer = _window(("acme_billing", _minutes(1)), ("old", _minutes(0)), named=named)
    told, _ = await look(_CARGO, position, answer)
    assert (told.names, told.lossy, told.more) == (("acme_billing",), "", False)
    told, _ = await look(_CARGO, told.position, answer)
    assert told == ChangedNames((), told.position)


async def test_a_crate_that_is_listed_late_is_told() -> None:
    """Its creation began before that of one that we saw, and ended after it."""
    position = await _begun(("second", _minutes(2)), ("zeroth", _minutes(0)))
    told, _ = await look(
        _CARGO, position, _window(("second", _minutes(2)), ("first", _minutes(1)), ("zeroth", _minutes(0)))
    )
    assert told.names == ("first",)


async def test_a_name_that_was_freed_and_taken_again_is_new() -> None:
    """Its moment is another."""
    position = await _begun(("again", _minutes(0)), ("old", _minutes(0)))
    told, _ = await look(_CARGO, position, _window(("again", _minutes(9)), ("old", _minutes(0))))
    assert told.names == ("again",)


async def test_a_long_window_is_told_once_too() -> None:
    """Only its newest items are kept in the position."""
    position = await _begun(*_many(500))
    assert len(position) < 8_000
    told, _ = await look(_CARGO, position, _window(("new", _minutes(600)), *_many(500)))
    assert (told.names, told.lossy) == (("new",), "")


async def test_a_window_without_what_we_saw_is_told() -> None:
    """Something may have fallen out in between; what is in it is told all the same."""
    position = await _begun(*_many(50))
    told, _ = await look(_CARGO, position, _window(*_many(50, begin=51)))
    assert (len(told.names), bool(told.lossy)) == (50, True)
    told, _ = await look(_CARGO, told.position, _window(*_many(50, begin=52)))
    assert (told.names, told.lossy) == (("crate-101",), "")


async def test_a_window_that_became_empty_is_told() -> None:
    """All that we saw is gone: deleted, or the list is not what it was."""
    told, _ = await look(_CARGO, await _begun(("old", _minutes(0))), _window())
    assert (told.names, bool(told.lossy)) == ((), True)


@pytest.mark.parametrize(("count", "lossy"), [(49, False), (50, True)])
async def test_a_first_crate_after_none(count: int, lossy: bool) -> None:  # noqa: FBT001  # the case
    """A window that is not full holds all there is; a full one may have lost some."""
    told, _ = await look(_CARGO, await _begun(), _window(*_many(count)))
    assert (len(told.names), bool(told.lossy)) == (count, lossy)


@pytest.mark.parametrize(
    "position", ["", "7", "[]", "{}", '{"since": 7, "seen": []}', '{"since": "2026-08-01", "seen": 7}', "[" * 100_000]
)
async def test_a_lost_position_is_told(position: str) -> None:
    """The feed is followed from now on."""
    told, _ = await look(_CARGO, position, _window(("old", _minutes(0))))
    assert (told.names, bool(told.lossy)) == (("old",), True)
    assert json.loads(told.position)["seen"] == ["old@20260801T100000"]


@pytest.mark.parametrize("answer", [page("<html>"), page("", 404), page("", 304), _window(("x" * 200, NOW))])
async def test_what_cannot_be_read_is_an_error(answer: Answer) -> None:
    """Never an empty list."""
    for position in (None, await _begun(("old", NOW))):
        with pytest.raises(UnexpectedAnswer):
            await look(_CARGO, position, answer)


@given(POSITIONS, st.lists(ANSWERS, min_size=1, max_size=1))
def test_junk_raises_only_our_errors(position: str | None, answers: list[Answer]) -> None:
    """Whatever stands in the answers and in the saved position."""
    raises_only_ours(_CARGO, position, answers)
