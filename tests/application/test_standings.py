"""How well a registry's names are known."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.application.standings import STALE_AFTER, Knowledge, Standing, Standings
from shared.domain.ecosystems import Ecosystem
from shared.domain.public_sources import PublicSource
from shared.errors import StaleWrite
from tests.fakes import START, MemoryCursors, SettableClock

SOURCE = PublicSource.at(Ecosystem.NPM, "https://npm.example.test/")
FOLLOWED = Standing(complete_at=START, followed_at=START)
_LATER = STALE_AFTER


@pytest.mark.parametrize(
    ("standing", "after", "knowledge"),
    [
        (Standing(), timedelta(0), Knowledge.BEING_READ),
        (Standing(followed_at=START), timedelta(0), Knowledge.BEING_READ),
        (Standing(complete_at=START), timedelta(0), Knowledge.STALE),
        (FOLLOWED, timedelta(0), Knowledge.CURRENT),
        (FOLLOWED, _LATER - timedelta(seconds=1), Knowledge.CURRENT),
        (FOLLOWED, _LATER, Knowledge.STALE),
        (FOLLOWED, -timedelta(minutes=5), Knowledge.CURRENT),
        (FOLLOWED, -timedelta(days=30), Knowledge.STALE),
        (replace(FOLLOWED, by_name="no list"), timedelta(0), Knowledge.BY_NAME),
        (replace(FOLLOWED, no_list="no catalog"), timedelta(0), Knowledge.BY_NAME),
    ],
)
def test_only_a_whole_list_that_is_followed_says_that_a_name_is_absent(
    standing: Standing, after: timedelta, knowledge: Knowledge
) -> None:
    """Half a list, or one that nobody keeps up to date, says nothing."""
    assert standing.knowledge(START + after) is knowledge


async def test_what_is_written_is_read_again() -> None:
    """Every member survives."""
    standings = Standings(MemoryCursors(), SettableClock())
    whole = Standing(START, START, START, "token", "by name", "no list", 3, "a reset", 9, 4, START, 2)
    await standings.change(SOURCE, lambda _: whole)
    assert await standings.read(SOURCE) == whole


async def test_a_registry_that_was_never_looked_at_is_not_known() -> None:
    """Nothing is concluded from having no row."""
    standings = Standings(MemoryCursors(), SettableClock())
    assert await standings.knowledge(SOURCE) is Knowledge.BEING_READ


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        '{"complete_at": 5}',
        '{"complete_at": "yesterday"}',
        '{"losses": "x"}',
        '{"losses": 1e999}',
        '{"names": Infinity}',
        "[" * 100_000,
    ],
)
async def test_a_row_that_cannot_be_read_is_nothing_known(text: str) -> None:
    """The list is read anew then; nothing is called absent meanwhile."""
    cursors = MemoryCursors()
    await cursors.save(f"public-names|{SOURCE.key}", text, replaces=None)
    assert await Standings(cursors, SettableClock()).read(SOURCE) == Standing()


async def test_a_writer_that_came_second_applies_its_change_to_what_the_first_wrote() -> None:
    """Two writers at once: neither's change is lost."""
    cursors = MemoryCursors()
    standings = Standings(cursors, SettableClock())
    await standings.change(SOURCE, lambda known: replace(known, losses=known.losses + 1))
    cursors.faults.fail("save", StaleWrite("another was faster"))
    await standings.change(SOURCE, lambda known: replace(known, losses=known.losses + 1))
    assert (await standings.read(SOURCE)).losses == 2


async def test_a_change_that_changes_nothing_writes_nothing() -> None:
    """A look every two seconds costs no write."""
    cursors = MemoryCursors()
    await Standings(cursors, SettableClock()).change(SOURCE, lambda known: known)
    assert cursors.faults.count("save") == 0


async def test_writers_that_never_get_through_end_with_an_error() -> None:
    """Nobody spins for ever."""
    cursors = MemoryCursors()
    for _ in range(20):
        cursors.faults.fail("save", StaleWrite("another was faster"))
    with pytest.raises(StaleWrite, match="too many"):
        await Standings(cursors, SettableClock()).change(SOURCE, lambda known: replace(known, losses=1))
