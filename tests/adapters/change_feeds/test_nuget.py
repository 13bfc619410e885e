"""Tests of NuGet's catalog."""

from __future__ import annotations

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.change_feeds.nuget import NugetCatalog
from shared.adapters.outbound.messages import Answer
from shared.errors import UnexpectedAnswer
from shared.ports import ChangedNames
from tests.adapters.change_feeds.junk import ANSWERS, POSITIONS, raises_only_ours
from tests.adapters.change_feeds.scripted import document, look, page

_SERVICE: Final = "https://nuget.example.test/v3/index.json"
_CATALOG: Final = "https://catalog.example.test/index.json"
_NUGET: Final = NugetCatalog(_SERVICE, pages_at_once=2)
_ROOT: Final = document(
    {"resources": [{"@id": "https://x.example.test/", "@type": "Other"}, {"@id": _CATALOG, "@type": "Catalog/3.0.0"}]}
)


def _at(tick: int) -> str:
    return f"2026-08-01T10:00:00.{tick:07d}Z"


def _page_url(number: int) -> str:
    return f"https://catalog.example.test/page{number}.json"


def _index(*ticks: int) -> Answer:
    items = [{"@id": _page_url(number), "commitTimeStamp": _at(tick)} for number, tick in enumerate(ticks)]
    # In no order, and with a header that contradicts the pages.
    return document({"commitTimeStamp": _at(1), "items": items[::-1]})


def _page(*items: tuple[str, int]) -> Answer:
    told = [{"nuget:id": name, "commitTimeStamp": _at(tick), "@type": "nuget:PackageDetails"} for name, tick in items]
    return document({"commitTimeStamp": _at(1), "items": told})


async def test_the_beginning_is_now() -> None:
    """The catalog is found through the service index; its newest commit is the position."""
    told, script = await look(_NUGET, None, _ROOT, _index(50, 70))
    assert told == ChangedNames((), _at(70))
    assert script.urls == [_SERVICE, _CATALOG]


async def test_the_beginning_of_an_empty_catalog() -> None:
    """Everything is later."""
    several = document({"resources": [{"@id": _CATALOG, "@type": ["Catalog", "Catalog/3.0.0"]}]})
    told, _ = await look(_NUGET, None, several, _index())
    assert told == ChangedNames((), "0001-01-01T00:00:00.0000000Z")
    told, _ = await look(_NUGET, told.position, _ROOT, _index(50), _page(("A", 50)))
    assert told == ChangedNames(("A",), _at(50))


async def test_only_pages_that_changed_are_asked() -> None:
    """Ids in the order of their commits, each once, as they are spelt."""
    items = _page(("Late", 90), ("Old", 70), ("Acme.Billing", 80), ("Late", 80), ("Gone", 90))
    told, script = await look(_NUGET, _at(70), _ROOT, _index(50, 90), items)
    assert told == ChangedNames(("Acme.Billing", "Late", "Gone"), _at(90))
    assert script.urls[2:] == [_page_url(1)]


async def test_nothing_changed() -> None:
    """No page is asked."""
    told, script = await look(_NUGET, _at(90), _ROOT, _index(50, 90))
    assert told == ChangedNames((), _at(90))
    assert len(script.urls) == 2


async def test_a_commit_on_both_sides_of_a_page_s_end() -> None:
    """Both pages are read in one look."""
    pages = [_page(("A", 80), ("B", 90)), _page(("C", 90))]
    told, _ = await look(_NUGET, _at(70), _ROOT, _index(90, 90), *pages)
    assert told == ChangedNames(("A", "B", "C"), _at(90))


async def test_many_pages_come_a_few_at_once() -> None:
    """A look that stops between two pages takes back the last commit, which may go on behind it."""
    first, second, third = _page(("A", 10)), _page(("B", 20), ("C", 30)), _page(("D", 30), ("E", 40))
    index = _index(10, 30, 40)
    told, script = await look(_NUGET, _at(5), _ROOT, index, first, second)
    assert told == ChangedNames(("A", "B"), _at(20), more=True)
    assert script.urls[2:] == [_page_url(0), _page_url(1)]
    told, _ = await look(_NUGET, told.position, _ROOT, index, second, third)
    assert told == ChangedNames(("C", "D", "E"), _at(40))


async def test_a_commit_that_is_longer_than_a_look() -> None:
    """The look goes on until it gets somewhere."""
    pages = [_page(("A", 10)), _page(("B", 10)), _page(("C", 10), ("D", 20)), _page(("E", 30))]
    told, _ = await look(_NUGET, _at(5), _ROOT, _index(10, 10, 20, 30), *pages[:3])
    assert told == ChangedNames(("A", "B", "C"), _at(10), more=True)


async def test_what_the_index_does_not_show_yet() -> None:
    """It is told with the rest of its commit, by a later look."""
    told, _ = await look(_NUGET, _at(5), _ROOT, _index(10), _page(("A", 10), ("B", 20)))
    assert told == ChangedNames(("A",), _at(10))
    told, _ = await look(_NUGET, told.position, _ROOT, _index(20, 20), _page(("A", 10), ("B", 20)), _page(("C", 20)))
    assert told == ChangedNames(("B", "C"), _at(20))


async def test_a_page_that_claims_too_much() -> None:
    """Its items are what counts: nothing new, and the position stays."""
    told, _ = await look(_NUGET, _at(10), _ROOT, _index(20), _page(("A", 10)))
    assert told == ChangedNames((), _at(10))


async def test_timestamps_are_compared_with_all_their_digits() -> None:
    """Zeros at the end are left out by the service; a datetime would lose the seventh digit."""
    index = document({"items": [{"@id": _page_url(0), "commitTimeStamp": "2026-08-01T10:00:01Z"}]})
    items = [
        {"nuget:id": "A", "commitTimeStamp": "2026-08-01T10:00:00.5Z"},
        {"nuget:id": "B", "commitTimeStamp": "2026-08-01T10:00:00.5000001Z"},
        {"nuget:id": "C", "commitTimeStamp": "2026-08-01T10:00:00.5000002+00:00"},
        {"nuget:id": "D", "commitTimeStamp": "2026-08-01T10:00:01Z"},
    ]
    told, _ = await look(_NUGET, "2026-08-01T10:00:00.5000001Z", _ROOT, index, document({"items": items}))
    assert told == ChangedNames(("C", "D"), "2026-08-01T10:00:01.0000000Z")


@pytest.mark.parametrize("position", ["", "7", "2026-08-01", "2026-08-01T10:00:00", "2026-08-01T10:00:00.12345678Z"])
async def test_a_lost_position_is_told(position: str) -> None:
    """The catalog is followed from now on."""
    told, _ = await look(_NUGET, position, _ROOT, _index(50))
    assert (told.names, told.position, bool(told.lossy)) == ((), _at(50), True)


async def test_a_catalog_that_was_built_anew_is_told() -> None:
    """It ends before our position."""
    told, _ = await look(_NUGET, _at(90), _ROOT, _index(50))
    assert (told.names, told.position, bool(told.lossy)) == ((), _at(50), True)


_ITEM: Final[dict[str, Any]] = {"@id": _CATALOG, "nuget:id": "A", "commitTimeStamp": _at(90)}
_BAD: Final = [
    page("<html>"),
    page("", 404),
    page("", 304),
    document({}),
    document({"items": {}, "resources": {}}),
    document({"items": [7], "resources": [7]}),
]
_BAD_ITEMS: Final = [
    document({"items": [_ITEM | change]})
    for change in ({"commitTimeStamp": 7}, {"commitTimeStamp": ""}, {"commitTimeStamp": "now"})
]


@pytest.mark.parametrize("answer", [*_BAD, document({"resources": []}), document({"resources": [{"@type": "Other"}]})])
async def test_a_service_index_that_cannot_be_read_is_an_error(answer: Answer) -> None:
    """There is no catalog to ask."""
    with pytest.raises(UnexpectedAnswer):
        await look(_NUGET, _at(10), answer)


@pytest.mark.parametrize("address", [None, "", 7])
async def test_a_catalog_without_address_is_an_error(address: object) -> None:
    """The same."""
    with pytest.raises(UnexpectedAnswer):
        await look(_NUGET, _at(10), document({"resources": [{"@type": "Catalog/3.0.0", "@id": address}]}))


@pytest.mark.parametrize("answer", [*_BAD, *_BAD_ITEMS, document({"items": [_ITEM | {"@id": None}]})])
async def test_an_index_that_cannot_be_read_is_an_error(answer: Answer) -> None:
    """Never an empty one."""
    with pytest.raises(UnexpectedAnswer):
        await look(_NUGET, _at(10), _ROOT, answer)


@pytest.mark.parametrize("answer", [*_BAD, *_BAD_ITEMS, document({"items": [_ITEM | {"nuget:id": None}]})])
async def test_a_page_that_cannot_be_read_is_an_error(answer: Answer) -> None:
    """Nothing of the look is told."""
    with pytest.raises(UnexpectedAnswer):
        await look(_NUGET, _at(10), _ROOT, _index(90), answer)


@given(POSITIONS | st.just(_at(10)), st.sampled_from([[], [_ROOT], [_ROOT, _index(90)]]), ANSWERS)
def test_junk_raises_only_our_errors(position: str | None, before: list[Answer], junk: Answer) -> None:
    """Whatever stands in the answers and in the saved position."""
    raises_only_ours(_NUGET, position, [*before, junk])
