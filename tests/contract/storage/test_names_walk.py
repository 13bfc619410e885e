"""The names index: walked in parts, and asked what a public name looks like."""

from __future__ import annotations

import pytest

from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef
from shared.domain.findings import Likeness
from shared.domain.names import PackageName
from shared.ports import HeldName, NamesIndex
from tests.contract.storage.samples import FEED, HOSTILE, OTHER_FEED, named

NPM = Ecosystem.NPM


async def _round(index: NamesIndex, *, most: int) -> list[HeldName]:
    """Walk a whole round of npm."""
    held: list[HeldName] = []
    place: str | None = None
    for _ in range(1000):
        part = await index.walk(NPM, after=place, most=most)
        assert len(part.held) <= most
        held += part.held
        place = part.place
        if place is None:
            return held
    raise AssertionError("the walk does not end")


async def test_empty_index_is_walked_at_once(names_index: NamesIndex) -> None:
    """Nothing is there, and that is the end."""
    part = await names_index.walk(NPM, after=None, most=10)
    assert (part.held, part.place) == ((), None)


@pytest.mark.parametrize("most", [1, 7, 1000])
async def test_round_meets_every_entry_once(names_index: NamesIndex, most: int) -> None:
    """However many are asked for at a time, and whatever characters the names hold; other ecosystems stay out."""
    names = [named(canonical) for canonical in HOSTILE]
    await names_index.add(FEED, names)
    await names_index.add(OTHER_FEED, names[:3])
    await names_index.add(FEED, [named("elsewhere", Ecosystem.PYPI)])
    held = await _round(names_index, most=most)
    assert len(held) == len(HOSTILE) + 3
    assert set(held) == {HeldName(name, FEED) for name in names} | {HeldName(name, OTHER_FEED) for name in names[:3]}
    assert all(each.name.spelling == each.name.canonical for each in held)


async def test_walk_gives_names_as_they_were_spelled_last(names_index: NamesIndex) -> None:
    """Registries of some ecosystems know one spelling of a package only; each feed has its own, one row a name."""
    cargo = Ecosystem.CARGO
    spelled = ["contoso-core_utils", "contoso_core-utils", "contoso_core_utils"]
    ours, theirs, plain = (PackageName.of(cargo, text) for text in spelled)
    await names_index.add(FEED, [theirs, ours])
    await names_index.add(OTHER_FEED, [theirs])
    held = (await names_index.walk(cargo, after=None, most=10)).held
    assert {(each.feed, each.name.spelling) for each in held} == {(FEED, spelled[0]), (OTHER_FEED, spelled[1])}
    assert {each.name.canonical for each in held} == {"contoso_core_utils"}
    assert set(await names_index.holders(plain)) == {FEED, OTHER_FEED}
    for feed in (FEED, OTHER_FEED):
        await names_index.add(feed, [plain])
    held = (await names_index.walk(cargo, after=None, most=10)).held
    assert [each.name.spelling for each in held] == [spelled[2]] * 2


async def test_walk_is_in_a_stable_order(names_index: NamesIndex) -> None:
    """Two rounds meet the same entries in the same order, also where the parts differ."""
    await names_index.add(FEED, [named(f"package-{number}") for number in range(40)])
    assert await _round(names_index, most=3) == await _round(names_index, most=100)


async def test_many_feeds_of_one_name_are_cut_between(names_index: NamesIndex) -> None:
    """A place lies between two feeds of one name too, and what is added meanwhile hides nothing that was there."""
    feeds = [FeedRef("o", None, f"{number:02}") for number in range(20)]
    for feed in feeds:
        await names_index.add(feed, [named("x")])
    first = await names_index.walk(NPM, after=None, most=5)
    await names_index.add(FeedRef("o", None, "00-added"), [named("x")])
    rest = await names_index.walk(NPM, after=first.place, most=100)
    assert [each.feed for each in (*first.held, *rest.held)] == feeds
    assert rest.place is None


def _internal(spelling: str) -> PackageName:
    return PackageName.of(NPM, spelling)


async def test_both_look_alikes_lead_to_the_scoped_name(names_index: NamesIndex) -> None:
    """The name without its scope, and the scope joined by a hyphen; each feed that holds it is told."""
    core = _internal("@contoso/core")
    for feed in (FEED, OTHER_FEED, FEED):
        await names_index.add_look_alikes(feed, [core])
    for spelling, likeness in (("core", Likeness.SCOPE_DROPPED), ("contoso-core", Likeness.SCOPE_JOINED)):
        found = await names_index.resembling(_internal(spelling))
        assert len(found) == 2
        assert set(found) == {(HeldName(core, FEED), likeness), (HeldName(core, OTHER_FEED), likeness)}


async def test_one_public_name_looks_like_many(names_index: NamesIndex) -> None:
    """`core` without any scope is every scope's `core`, and `a-b` may be `@a/b` or `@x/a-b`."""
    await names_index.add_look_alikes(FEED, [_internal(text) for text in ("@a/core", "@b/core", "@a/b", "@x/a-b")])
    assert {held.name.canonical for held, _ in await names_index.resembling(_internal("core"))} == {
        "@a/core",
        "@b/core",
    }
    assert {(held.name.canonical, how) for held, how in await names_index.resembling(_internal("a-b"))} == {
        ("@a/b", Likeness.SCOPE_JOINED),
        ("@x/a-b", Likeness.SCOPE_DROPPED),
    }


async def test_other_names_have_no_look_alikes(names_index: NamesIndex) -> None:
    """Unscoped names, names of other ecosystems and spellings that no registry could hold are passed over."""
    others = [_internal("core"), _internal("@a/_b"), PackageName.of(Ecosystem.NUGET, "Contoso.Core")]
    await names_index.add_look_alikes(FEED, others)
    assert await names_index.resembling(_internal("core")) == ()
    assert await names_index.resembling(named("_b")) == ()
    assert await names_index.resembling(_internal("@a/core")) == ()
    assert await names_index.resembling(PackageName.of(Ecosystem.NUGET, "core")) == ()
    assert len(await names_index.resembling(_internal("a-_b"))) == 1


async def test_look_alikes_are_no_held_names(names_index: NamesIndex) -> None:
    """No feed holds `core` because it holds `@contoso/core`, and no walk meets it."""
    await names_index.add_look_alikes(FEED, [_internal("@contoso/core")])
    assert await names_index.holders(_internal("core")) == ()
    assert await _round(names_index, most=10) == []


async def test_longest_names_fit(names_index: NamesIndex) -> None:
    """A name as long as npm takes has its look-alike, with a feed in a project."""
    feed = FeedRef("o" * 50, "3f0e8a4c-0000-4000-8000-000000000000", "9d1c8a4c-0000-4000-8000-000000000000")
    longest = _internal("@a/" + "x" * 211)
    await names_index.add_look_alikes(feed, [longest])
    assert await names_index.resembling(_internal("a-" + "x" * 211)) == (
        (HeldName(longest, feed), Likeness.SCOPE_JOINED),
    )
