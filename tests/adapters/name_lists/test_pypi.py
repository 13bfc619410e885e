"""Tests of PyPI's list."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.name_lists.project_list import ProjectListReader
from shared.adapters.name_lists.pypi import PypiNames
from shared.adapters.outbound.messages import Answer
from shared.errors import UnexpectedAnswer, UpstreamUnavailable
from shared.ports import NamePage
from tests.adapters.change_feeds.scripted import document, page
from tests.adapters.name_lists.junk import streamed_raises_only_ours
from tests.adapters.name_lists.scripted import read_stream

_PYPI: Final = PypiNames("https://pypi.example.test/")
_META: Final = {"_last-serial": 30, "api-version": "1.4"}
_TAG: Final = '"abc"'


def _list(*names: str, etag: str = "") -> Answer:
    projects = [{"_last-serial": 29, "name": name} for name in names]
    return document({"meta": _META, "projects": projects}, etag=etag)


@pytest.mark.parametrize("piece", [1, 7, 1_000_000])
async def test_the_list_is_one_page_where_it_is_short(piece: int) -> None:
    """However it is cut; its tag is what to hand in at the next reading."""
    pages, asked = await read_stream(_PYPI, _list("Acme-Billing", "b", etag=_TAG), piece=piece)
    assert pages == [NamePage(("Acme-Billing", "b"), _TAG, last=True)]
    assert asked.url == "https://pypi.example.test/simple/"
    assert asked.headers == {"accept": "application/vnd.pypi.simple.v1+json"}
    assert asked.max_bytes == 512 * 1024 * 1024


def test_a_piece_of_which_decompression_leaves_nothing_is_not_the_end() -> None:
    """The trailer of a gzip stream comes as an empty piece."""
    reader = ProjectListReader(token=_TAG, service="index")
    body = _list("acme").body
    for piece in (b"", body[:10], b"", body[10:], b""):
        reader.feed(piece)
    assert reader.finish() == NamePage(("acme",), _TAG, last=True)


@pytest.mark.parametrize("address", ["https://pypi.example.test", "https://pypi.example.test/simple/"])
async def test_the_address_is_the_root_s_or_the_index_s(address: str) -> None:
    """Both lead to the list."""
    _, asked = await read_stream(PypiNames(address), _list())
    assert asked.url == "https://pypi.example.test/simple/"


async def test_a_long_list_comes_in_pages() -> None:
    """None but the last has a token: the reading cannot be taken up in between."""
    names = [f"acme-{number}" for number in range(25_000)]
    pages, _ = await read_stream(_PYPI, _list(*names, etag=_TAG), piece=4096)
    assert [name for page in pages for name in page.names] == names
    assert len(pages) == 3
    assert all(10_000 <= len(page.names) < 10_200 for page in pages[:-1])
    assert [(page.token, page.last) for page in pages] == [(None, False)] * 2 + [(_TAG, True)]


@pytest.mark.parametrize("tag", ['"abc"', 'W/"abc"', '""'])
async def test_an_unchanged_list_has_no_names(tag: str) -> None:
    """The token stays."""
    pages, asked = await read_stream(_PYPI, Answer(304, {}, b""), token=tag)
    assert pages == [NamePage((), tag, last=True)]
    assert asked.headers["if-none-match"] == tag


@pytest.mark.parametrize("token", ["", "abc", '"a"\r\nhost: x', '"' + "a" * 300 + '"'])
async def test_a_token_that_is_no_tag_is_not_sent(token: str) -> None:
    """The list is read whole; a 304 then makes no sense."""
    pages, asked = await read_stream(_PYPI, _list("a"), token=token)
    assert pages == [NamePage(("a",), None, last=True)]
    assert "if-none-match" not in asked.headers
    with pytest.raises(UnexpectedAnswer, match="304"):
        await read_stream(_PYPI, Answer(304, {}, b""), token=token)


async def test_a_304_that_nobody_asked_for_is_no_list() -> None:
    """Nothing would be known."""
    with pytest.raises(UnexpectedAnswer, match="304"):
        await read_stream(_PYPI, Answer(304, {}, b""))


async def test_more_than_the_documented_parts_is_passed_over() -> None:
    """Minor versions add keys, anywhere and of any shape."""
    more: dict[str, object] = {"x": [1, {"y": [None, True, -1.5e3]}], "z": "text"}
    projects = [{"name": "a", **more}, {**more, "name": "b"}]
    listed = {**more, "projects": projects, "meta": {**_META, **more}}
    assert (await read_stream(_PYPI, document(listed)))[0] == [NamePage(("a", "b"), None, last=True)]


@pytest.mark.parametrize("cut", [1, 20, 45, 60, 100, 118])
async def test_a_list_that_ends_early_is_never_whole(cut: int) -> None:
    """Wherever it ends."""
    body = _list("acme-billing", "acme-ui").body
    assert cut < len(body)
    with pytest.raises(UnexpectedAnswer):
        await read_stream(_PYPI, Answer(200, {}, body[:cut]))


@pytest.mark.parametrize(
    "listed",
    [
        [],
        {},
        "text",
        None,
        {"meta": _META},
        {"projects": []},
        {"meta": [], "projects": []},
        {"meta": {}, "projects": []},
        {"meta": {"api-version": "2.0"}, "projects": []},
        {"meta": {"api-version": "10.0"}, "projects": []},
        {"meta": {"api-version": 1}, "projects": []},
        {"meta": {"api-version": None}, "projects": []},
        {"meta": _META, "projects": {}},
        {"meta": _META, "projects": {"item": {"name": "a"}}},
        {"meta": _META, "projects": None},
        {"meta": _META, "projects": ["a"]},
        {"meta": _META, "projects": [["a"]]},
        {"meta": _META, "projects": [{}]},
        {"meta": _META, "projects": [{"name": 7}]},
        {"meta": _META, "projects": [{"name": None}]},
        {"meta": _META, "projects": [{"name": ""}]},
        {"meta": _META, "projects": [{"name": ["a"]}]},
        {"meta": _META, "projects": [{"name": {"name": "a"}}]},
        {"meta": _META, "projects": [{"Name": "a"}]},
        {"meta": _META, "projects": [{"name": "a" * 301}]},
    ],
)
async def test_another_shape_is_an_error(listed: object) -> None:
    """Never a shorter list: a name that is missing would count as free."""
    with pytest.raises(UnexpectedAnswer):
        await read_stream(_PYPI, document(listed))


_WHOLE: Final = _list("a").body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        _WHOLE + b"{}",
        _WHOLE + b"]",
        _WHOLE.replace(b'"a"', b'"\xff"'),
        _WHOLE.replace(b"29", b"9" * 5000),
        _WHOLE.replace(b"29", b"-" + b"9" * 5000),
        _WHOLE.replace(b"29", b"1e99999999999999999999"),
        _WHOLE[:-1] + b', "projects": []}',
        _WHOLE[:-1] + b', "meta": {"api-version": "1.0"}}',
        _WHOLE[:-1] + b', "x": ' + b"[" * 100 + b"]" * 100 + b"}",
    ],
)
async def test_what_is_no_such_json_is_an_error(body: bytes) -> None:
    """Broken, followed by something, said twice, or nested without measure."""
    with pytest.raises(UnexpectedAnswer):
        await read_stream(_PYPI, Answer(200, {}, body))


@given(st.lists(st.integers(0, 130), max_size=8))
def test_an_empty_piece_is_not_the_end(places: list[int]) -> None:
    """Decompression gives some."""
    body = _list("acme-billing", "acme-ui").body
    cuts = [0, *sorted(min(place, len(body)) for place in places), len(body)]
    reader = ProjectListReader(token=None, service="index")
    for begin, end in pairwise(cuts):
        reader.feed(body[begin:end])
    assert reader.finish().names == ("acme-billing", "acme-ui")


async def test_numbers_are_not_looked_at() -> None:
    """But for being numbers."""
    body = _WHOLE.replace(b"29", b"-0.5E+3")
    assert (await read_stream(_PYPI, Answer(200, {}, body)))[0][0].names == ("a",)


@pytest.mark.parametrize("part", [b'"' + b"x" * 3_000_000 + b'"', b'{"name": ' + b'"' + b"x" * 3_000_000 + b'"}'])
async def test_a_part_without_end_is_noticed(part: bytes) -> None:
    """Before it fills the memory: the parser would collect it."""
    body = _WHOLE[:-2] + b"," + part
    with pytest.raises(UnexpectedAnswer, match="does not end"):
        await read_stream(_PYPI, Answer(200, {}, body), piece=65_536)


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_trouble_that_may_pass_is_told_as_such(status: int) -> None:
    """With the time that the index asks for."""
    with pytest.raises(UpstreamUnavailable) as caught:
        await read_stream(_PYPI, document({}, status, retry_after="120"))
    assert caught.value.retry_after is not None


@pytest.mark.parametrize("status", [204, 301, 403, 404, 406])
async def test_other_statuses_are_no_list(status: int) -> None:
    """Whatever their body says."""
    with pytest.raises(UnexpectedAnswer, match=str(status)):
        await read_stream(_PYPI, Answer(status, {}, _WHOLE))


async def test_an_error_page_is_no_list() -> None:
    """HTML where JSON is expected."""
    with pytest.raises(UnexpectedAnswer):
        await read_stream(_PYPI, page("<!DOCTYPE html><html></html>"))


_JSON: Final[st.SearchStrategy[Any]] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12) | st.just("1.4"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["meta", "projects", "name", "api-version", "x"]), inner, max_size=4)
    ),
    max_leaves=20,
)
_NEARLY: Final = st.builds(lambda projects: {"meta": _META, "projects": projects}, _JSON)
_CUT: Final = st.builds(lambda body, cut: body[:cut], st.just(_list("a", "b").body), st.integers(0, 200))
_BODIES: Final = st.binary(max_size=60) | (_JSON | _NEARLY).map(lambda value: json.dumps(value).encode()) | _CUT


@given(
    token=st.none() | st.text(max_size=20) | st.just(_TAG),
    answer=st.builds(
        Answer,
        st.sampled_from([200, 200, 304]) | st.integers(100, 999),
        st.dictionaries(st.just("etag"), st.text(max_size=9), max_size=1),
        _BODIES,
    ),
    piece=st.integers(1, 40),
)
def test_junk_raises_only_our_errors(token: str | None, answer: Answer, piece: int) -> None:
    """Whatever is answered, and however it is cut."""
    streamed_raises_only_ours(_PYPI, token, answer, piece)
