"""Tests of NuGet's list."""

from __future__ import annotations

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.name_lists.nuget import NugetNames
from shared.adapters.outbound.messages import Answer
from shared.errors import NoNameList, UnexpectedAnswer
from shared.ports import NamePage
from tests.adapters.change_feeds.junk import ANSWERS
from tests.adapters.change_feeds.scripted import document, page
from tests.adapters.name_lists.junk import paged_raises_only_ours
from tests.adapters.name_lists.scripted import read_pages

_NUGET: Final = NugetNames("https://nuget.example.test/v3/index.json")
_CATALOG: Final = "https://nuget.example.test/catalog/index.json"
_SERVICE: Final = document({"version": "3.0.0", "resources": [{"@id": _CATALOG, "@type": "Catalog/3.0.0"}]})


def _at(second: int) -> str:
    return f"2026-08-01T10:{second // 60:02}:{second % 60:02}.0000000Z"


def _index(*newest: int) -> Answer:
    items = [
        {"@id": f"https://nuget.example.test/page{place}.json", "commitTimeStamp": _at(second)}
        for place, second in enumerate(newest)
    ]
    return document({"items": items})


def _page(*items: tuple[int, str]) -> Answer:
    return document({"items": [{"commitTimeStamp": _at(second), "nuget:id": name} for second, name in items]})


async def test_the_catalog_is_read_from_its_beginning() -> None:
    """Its ids are the names, each in its own spelling; the token is how far the catalog was read."""
    lines = [_SERVICE, _index(2, 9), _page((2, "Acme.Billing"), (1, "acme.billing")), _page((9, "Acme.UI"))]
    pages, script = await read_pages(_NUGET, *lines)
    assert pages == [NamePage(("acme.billing", "Acme.Billing", "Acme.UI"), _at(9), last=True)]
    assert script.urls[:2] == ["https://nuget.example.test/v3/index.json", _CATALOG]


async def test_a_long_catalog_comes_in_parts_under_one_index() -> None:
    """Each part has its place, and the index, which is megabytes, is read once."""
    parts = [_page((number * 2, f"A{number}"), (number * 2 + 1, f"B{number}")) for number in range(25)]
    # A part ends before its last commit, whose page is read again with the next part.
    lines = [*parts[:10], *parts[9:19], *parts[18:]]
    pages, script = await read_pages(_NUGET, _SERVICE, _index(*(n * 2 + 1 for n in range(25))), *lines)
    assert [page.last for page in pages] == [False, False, True]
    names = {name for page in pages for name in page.names}
    assert names == {f"{letter}{number}" for letter in "AB" for number in range(25)}
    assert script.urls.count(_CATALOG) == 1
    assert pages[0].token == _at(18)


async def test_a_reading_goes_on_where_the_last_has_ended() -> None:
    """Pages that did not change since are not asked for."""
    pages, script = await read_pages(_NUGET, _SERVICE, _index(2, 9), _page((9, "Acme.UI")), token=_at(2))
    assert pages == [NamePage(("Acme.UI",), _at(9), last=True)]
    assert len(script.urls) == 3
    pages, _ = await read_pages(_NUGET, _SERVICE, _index(2, 9), token=_at(9))
    assert pages == [NamePage((), _at(9), last=True)]


@pytest.mark.parametrize("token", ["junk", _at(99)])
async def test_a_catalog_that_was_built_anew_is_read_from_its_beginning(token: str) -> None:
    """And so it is where the token cannot be read: what is missing would count as free."""
    pages, _ = await read_pages(_NUGET, _SERVICE, _index(2), _page((2, "Acme.UI")), token=token)
    assert pages == [NamePage(("Acme.UI",), _at(2), last=True)]


@pytest.mark.parametrize("kind", ["PackageBaseAddress/3.0.0", ["SearchQueryService"]])
async def test_a_registry_without_a_catalog_says_so(kind: Any) -> None:  # noqa: ANN401  # any JSON
    """Its service index is complete, and names none."""
    resources = [{"@id": "https://nuget.example.test/flat/", "@type": kind}]
    with pytest.raises(NoNameList):
        await read_pages(_NUGET, document({"version": "3.0.0", "resources": resources}))


_FLAT: Final = {"@id": "https://nuget.example.test/flat/", "@type": "PackageBaseAddress/3.0.0"}


@pytest.mark.parametrize(
    "answer",
    [
        page("<html>"),
        page("", 404),
        page("", 403),
        document([]),
        document({}),
        document({"version": "3.0.0"}),
        document({"version": "3.0.0", "resources": []}),
        document({"version": "3.0.0", "resources": {}}),
        document({"version": "3.0.0", "resources": ["x"]}),
        document({"version": "3.0.0", "resources": [{}]}),
        document({"version": "3.0.0", "resources": [_FLAT, {"@type": ""}]}),
        document({"version": "4.0.0", "resources": [_FLAT]}),
        document({"version": 3, "resources": [_FLAT]}),
        document({"resources": [_FLAT]}),
        document({"version": "3.0.0", "resources": [{"@type": "Catalog/3.0.0"}]}),
    ],
)
async def test_what_only_looks_like_that_is_an_error(answer: Answer) -> None:
    """That there is no list lets names be asked for: only a service index beyond doubt may say it."""
    with pytest.raises(UnexpectedAnswer):
        await read_pages(_NUGET, answer)


async def test_an_id_that_is_too_long_is_refused() -> None:
    """No registry admits one."""
    with pytest.raises(UnexpectedAnswer, match="no readable text"):
        await read_pages(_NUGET, _SERVICE, _index(2), _page((2, "A" * 301)))


@given(st.none() | st.text(max_size=20), st.lists(ANSWERS, min_size=1, max_size=3), st.integers(0, 2))
def test_junk_raises_only_our_errors(token: str | None, answers: list[Answer], good: int) -> None:
    """Whatever stands in the answers and in the saved token."""
    paged_raises_only_ours(_NUGET, token, [*[_SERVICE, _index(2)][:good], *answers])
