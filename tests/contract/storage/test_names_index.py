"""The names index: who holds which name."""

from __future__ import annotations

from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef
from shared.ports import NamesIndex
from tests.contract.storage.samples import FEED, HOSTILE, OTHER_FEED, named


async def test_unknown_name_has_no_holder(names_index: NamesIndex) -> None:
    """A name that nobody added is held by no feed."""
    assert await names_index.holders(named("x")) == ()


async def test_no_names_is_fine(names_index: NamesIndex) -> None:
    """An empty page adds nothing."""
    await names_index.add(FEED, [])
    assert await names_index.holders(named("x")) == ()


async def test_holders_are_found_in_a_stable_order(names_index: NamesIndex) -> None:
    """Every feed that holds the name is named once, however often it was added."""
    for feed in (OTHER_FEED, FEED, OTHER_FEED):
        await names_index.add(feed, [named("x"), named("x"), named("y")])
    assert set(await names_index.holders(named("x"))) == {FEED, OTHER_FEED}
    assert len(await names_index.holders(named("x"))) == 2
    assert await names_index.holders(named("x")) == await names_index.holders(named("x"))


async def test_ecosystems_are_apart(names_index: NamesIndex) -> None:
    """The same text in another ecosystem is another name."""
    await names_index.add(FEED, [named("x", Ecosystem.PYPI)])
    assert await names_index.holders(named("x", Ecosystem.NPM)) == ()
    assert await names_index.holders(named("x", Ecosystem.PYPI)) == (FEED,)


async def test_hostile_names_stay_apart(names_index: NamesIndex) -> None:
    """A name that begins with another, or looks like its escaped form, is not that other."""
    for number, canonical in enumerate(HOSTILE):
        await names_index.add(FeedRef("o", None, str(number)), [named(canonical)])
    for number, canonical in enumerate(HOSTILE):
        assert await names_index.holders(named(canonical)) == (FeedRef("o", None, str(number)),)


async def test_two_hundred_and_fifty_names_at_once(names_index: NamesIndex) -> None:
    """A page larger than any transaction is added whole."""
    names = [named(f"@scope/package-{number}") for number in range(250)]
    await names_index.add(FEED, names)
    found = [await names_index.holders(name) for name in names[::25]]
    assert found == [(FEED,)] * 10
    assert await names_index.holders(named("@scope/package-250")) == ()
