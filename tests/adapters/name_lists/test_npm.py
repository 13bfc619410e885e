"""Tests of npm's list."""

from __future__ import annotations

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.name_lists.npm import NpmNames
from shared.adapters.outbound.messages import Answer
from shared.errors import UnexpectedAnswer, UpstreamUnavailable
from shared.ports import NamePage
from tests.adapters.change_feeds.junk import ANSWERS
from tests.adapters.change_feeds.scripted import document, page
from tests.adapters.name_lists.junk import paged_raises_only_ours
from tests.adapters.name_lists.scripted import read_pages

_NPM: Final = NpmNames("https://replicate.example.test/", limit=3)
_FIRST: Final = "https://replicate.example.test/_all_docs?limit=3"


def _rows(*ids: Any, total: Any = 9) -> Answer:  # noqa: ANN401  # any JSON
    rows = [{"id": name, "key": name, "value": {"rev": "1-a"}} for name in ids]
    return document({"total_rows": total, "rows": rows})


async def test_the_list_is_read_page_by_page() -> None:
    """Each begins with the last of the one before; where nothing comes behind that one, the list is whole."""
    pages, script = await read_pages(_NPM, _rows("@a/b", "a", "b"), _rows("b", "c", "d"), _rows("d"))
    assert pages == [NamePage(("@a/b", "a", "b"), "b"), NamePage(("c", "d"), "d"), NamePage((), None, last=True)]
    assert script.urls == [_FIRST, f"{_FIRST}&startkey=%22b%22", f"{_FIRST}&startkey=%22d%22"]


async def test_a_reading_is_taken_up() -> None:
    """Behind the token; a name that needs it is quoted, as JSON and in the address."""
    pages, script = await read_pages(_NPM, _rows('@a/"b"', "c"), _rows("c"), token='@a/"b"')
    assert pages == [NamePage(("c",), "c"), NamePage((), None, last=True)]
    assert script.urls[0] == f"{_FIRST}&startkey=%22%40a%2F%5C%22b%5C%22%22"


async def test_a_short_page_is_not_the_end() -> None:
    """The service gives as many rows as it likes."""
    pages, _ = await read_pages(_NPM, _rows("a"), _rows("a", "b"), _rows("b"))
    assert [name for page in pages for name in page.names] == ["a", "b"]


async def test_a_name_that_went_meanwhile_loses_no_other() -> None:
    """Then the page begins with the one behind it."""
    pages, _ = await read_pages(_NPM, _rows("b", "c"), _rows("c"), token="a")  # a place in a list
    assert pages[0] == NamePage(("b", "c"), "c")


async def test_design_documents_are_no_packages() -> None:
    """The reading goes on behind them all the same."""
    pages, _ = await read_pages(_NPM, _rows("_design/app", "_design/b"), _rows("_design/b", "a"), _rows("a"))
    assert [(page.names, page.token) for page in pages] == [((), "_design/b"), (("a",), "a"), ((), None)]


async def test_an_empty_registry_has_a_whole_list() -> None:
    """It says so itself."""
    assert (await read_pages(_NPM, _rows(total=0)))[0] == [NamePage((), None, last=True)]


async def test_a_list_that_goes_back_is_refused() -> None:
    """A service that does not understand where to begin would be read for ever."""
    with pytest.raises(UnexpectedAnswer, match="listed before"):
        await read_pages(_NPM, _rows("a", "b", "c"), _rows("a", "b", "c"))


async def test_a_list_without_end_ends() -> None:
    """At a number of pages that no registry has."""
    with pytest.raises(UnexpectedAnswer, match="more than 2 pages"):
        await read_pages(NpmNames("https://replicate.example.test", most_pages=2), _rows("a"), _rows("a", "b"))


@pytest.mark.parametrize(
    "answer",
    [
        page("<html>"),
        page("", 304),
        page("", 400),
        page("", 404),
        document([]),
        document({"rows": []}),
        document({"rows": [], "total_rows": True}),
        document({"rows": {}, "total_rows": 1}),
        document({"rows": ["a"], "total_rows": 1}),
        document({"rows": [{"key": "a"}], "total_rows": 1}),
        _rows(7),
        _rows(""),
        _rows("a" * 301),
        _rows("a", "b", total=1),
        _rows("a", total="1"),
    ],
)
async def test_what_cannot_be_read_is_an_error(answer: Answer) -> None:
    """Never the end of the list: a name that is missing would count as free."""
    with pytest.raises(UnexpectedAnswer):
        await read_pages(_NPM, answer)


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_trouble_that_may_pass_is_told_as_such(status: int) -> None:
    """With the time that the service asks for."""
    with pytest.raises(UpstreamUnavailable) as caught:
        await read_pages(_NPM, document({}, status, retry_after="120"))
    assert caught.value.retry_after is not None


@given(st.none() | st.text(max_size=20), st.lists(ANSWERS, min_size=1, max_size=3))
def test_junk_raises_only_our_errors(token: str | None, answers: list[Answer]) -> None:
    """Whatever stands in the answers and in the saved token."""
    paged_raises_only_ours(_NPM, token, answers)
