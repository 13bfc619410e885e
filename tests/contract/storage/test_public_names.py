"""Public names: added by anybody, never forgotten, known again by digest."""

from __future__ import annotations

import asyncio
from itertools import count, islice

import pytest

from shared.adapters.register import keys
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.public_sources import PublicSource
from shared.ports import PublicNames
from tests.contract.storage.samples import HOSTILE, named

_SOURCE = PublicSource.at(Ecosystem.NPM, "https://npm.example.test/a#b?c=%2F")
_OTHER = PublicSource.at(Ecosystem.NPM, "https://other.example.test")


async def test_unknown_source_knows_nothing(public_names: PublicNames) -> None:
    """A registry that was never read has no names, and no names are asked for nothing."""
    assert await public_names.known(_SOURCE, [named("x")]) == frozenset()
    assert await public_names.known(_SOURCE, []) == frozenset()
    assert await public_names.add(_SOURCE, []) == 0


async def test_added_names_are_known_and_others_not(public_names: PublicNames) -> None:
    """Whatever characters they hold; a generator may bring them."""
    assert await public_names.add(_SOURCE, (named(text) for text in HOSTILE)) == len(HOSTILE)
    asked = [named(text) for text in (*HOSTILE, "absent", "another")]
    assert await public_names.known(_SOURCE, asked) == frozenset(asked[: len(HOSTILE)])


async def test_only_new_names_count(public_names: PublicNames) -> None:
    """A name counts once, however often it comes, in one call or in two."""
    assert await public_names.add(_SOURCE, [named("a"), named("b"), named("a")]) == 2
    assert await public_names.add(_SOURCE, [named("b"), named("c")]) == 1
    assert await public_names.add(_SOURCE, [named("c")]) == 0
    assert await public_names.known(_SOURCE, map(named, "abcd")) == frozenset(map(named, "abc"))


async def test_sources_are_apart(public_names: PublicNames) -> None:
    """What is taken on one registry may be free on another, of the same kind or of another kind."""
    await public_names.add(_SOURCE, [named("a")])
    assert await public_names.known(_OTHER, [named("a")]) == frozenset()
    pypi = PublicSource.at(Ecosystem.PYPI, _SOURCE.location)
    assert await public_names.known(pypi, [named("a", Ecosystem.PYPI)]) == frozenset()


def _close_together(most: int, digits: str) -> list[PackageName]:
    """Return names whose digests begin alike: they share few rows, as a whole list's names do."""
    names = (named(f"package-{number}") for number in count())
    return list(islice((name for name in names if keys.digest(name.canonical).startswith(digits)), most))


async def test_large_pages_lose_nothing(public_names: PublicNames) -> None:
    """A page that fills rows next to each other, the same again, and one that is half new."""
    names = _close_together(1_500, "a")
    assert await public_names.add(_SOURCE, names[:1_000]) == 1_000
    assert await public_names.add(_SOURCE, names[:1_000]) == 0
    assert await public_names.add(_SOURCE, names[500:]) == 500
    asked = names[::50] + [named(f"absent-{number}") for number in range(10)]
    assert await public_names.known(_SOURCE, asked) == frozenset(names[::50])


@pytest.mark.parametrize("prepared", [0, 20])
async def test_many_writers_lose_nothing(public_names: PublicNames, prepared: int) -> None:
    """Writers that add to the same rows at once, before the table exists or after: every name is there in the end."""
    names = _close_together(prepared + 200, "00")
    await public_names.add(_SOURCE, names[:prepared])
    pages = [names[prepared + first :: 4] for first in range(4)]
    # What two of them bring is brought twice, and counted once or not at all.
    counts = await asyncio.gather(*(public_names.add(_SOURCE, page) for page in (*pages, pages[0])))
    assert sum(counts) <= 200
    assert await public_names.known(_SOURCE, names) == frozenset(names)
