"""Tests of PyPI's two feeds as one."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any, Final
from xmlrpc.client import Fault, dumps

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.change_feeds.pypi import PypiChanges
from shared.adapters.outbound.messages import Answer
from shared.errors import UnexpectedAnswer, UpstreamUnavailable
from tests.adapters.change_feeds.junk import ANSWERS, POSITIONS, raises_only_ours
from tests.adapters.change_feeds.scripted import NOW, look, page

_PYPI: Final = PypiChanges("https://pypi.example.test/simple/")
_RPC: Final = "https://pypi.example.test/pypi"
_RSS: Final = "https://pypi.example.test/rss/packages.xml"
_LIST: Final = "https://pypi.example.test/simple/"
_SOON: Final = NOW + timedelta(minutes=1)
_DUE: Final = NOW + timedelta(minutes=5)
_SECOND: Final = timedelta(seconds=1)


def _value(value: Any) -> Answer:  # noqa: ANN401  # whatever a method returns
    return page(dumps((value,), methodresponse=True, allow_none=True))


def _row(name: str, serial: int, action: str = "create") -> list[object]:
    return [name, None, 1785578400, action, serial]


def _window(*names: str) -> Answer:
    date = format_datetime(NOW, usegmt=True)
    items = (
        f"<item><title>{name} added to PyPI</title>"
        f"<guid>https://pypi.example.test/project/{name.lower()}/</guid><pubDate>{date}</pubDate></item>"
        for name in names
    )
    return page(f"<rss><channel>{''.join(items)}</channel></rss>")


async def _begun(*names: str, serial: int = 100) -> str:
    told, script = await look(_PYPI, None, _value(serial), _head(serial), _window(*names))
    assert (told.names, told.lossy, told.more) == ((), "", False)
    assert script.urls == [_RPC, _LIST, _RSS]
    assert script.asked[1].method == "HEAD"
    return told.position


def _head(serial: int | str) -> Answer:
    return Answer(200, {"x-pypi-last-serial": str(serial)}, b"")


@pytest.mark.parametrize(
    ("of_list", "begins_at"),
    [("60", 60), ("100", 100), ("200", 100), ("", 100), ("soon", 100), ("-5", 100), ("9" * 20, 100)],
)
async def test_what_came_since_the_list_was_made_is_in_the_changelog(of_list: str, begins_at: int) -> None:
    """The list of all projects may be half an hour old: the position is the list's, where that is the older one."""
    told, _ = await look(_PYPI, None, _value(100), _head(of_list), _window("old"))
    _, script = await look(_PYPI, told.position, _value([_row("missed", 101)]), now=_DUE)
    assert f"<int>{begins_at}</int>".encode() in (script.asked[0].body or b"")


async def test_a_list_that_does_not_answer_is_an_error() -> None:
    """What came since it was made would be missed."""
    with pytest.raises(UnexpectedAnswer):
        await look(_PYPI, None, _value(100), Answer(404, {}, b""))


async def test_between_changelogs_new_projects_are_told() -> None:
    """By the RSS, each once, in their own spelling."""
    position = await _begun("old")
    told, script = await look(_PYPI, position, _window("Acme.Billing", "old"), now=_SOON)
    assert (told.names, told.lossy, told.more) == (("Acme.Billing",), "", False)
    assert script.urls == [_RSS]
    told, _ = await look(_PYPI, told.position, _window("Acme.Billing", "old"), now=_SOON)
    assert told.names == ()


async def test_a_title_of_another_form_is_no_name() -> None:
    """The address tells it then."""
    position = await _begun("old")
    window = _window("acme", "old")
    changed = Answer(200, {}, window.body.replace(b" added to PyPI", b" is new here"))
    told, _ = await look(_PYPI, position, changed, now=_SOON)
    assert told.names == ("acme",)


@pytest.mark.parametrize("now", [_DUE, NOW - timedelta(days=1)])
async def test_the_changelog_tells_everything(now: datetime) -> None:
    """When its time has come, or the clock was set back; each name once."""
    position = await _begun("old")
    rows = [_row("Acme", 101), _row("Acme", 104, "new release"), _row("gone", 105, "remove project")]
    told, script = await look(_PYPI, position, _value(rows), now=now)
    assert (told.names, told.lossy, told.more) == (("Acme", "gone"), "", False)
    assert b"<int>100</int>" in (script.asked[0].body or b"")
    assert script.slept == []
    told, script = await look(_PYPI, told.position, _window("acme", "old"), now=now + timedelta(minutes=1))
    assert (told.names, script.urls) == (("acme",), [_RSS])


@pytest.mark.parametrize("before", [("old",), ()])
async def test_an_overflown_window_asks_the_changelog(before: tuple[str, ...]) -> None:
    """Nothing is lost: what fell out of the window is in the changelog. Its distance of a second is kept."""
    position = await _begun(*before)
    now = NOW + timedelta(seconds=0.5)
    told, script = await look(_PYPI, position, _window("a", "b"), _value([_row("missed", 101)]), now=now)
    assert (told.names, told.lossy) == (("missed",), "")
    assert (script.urls, script.slept) == ([_RSS, _RPC], [_SECOND])
    told, _ = await look(_PYPI, told.position, _window("c", "a", "b"), now=now + timedelta(minutes=1))
    assert told.names == ("c",)


async def test_an_empty_window_is_no_news() -> None:
    """Of an index that has no project, or whose newest have no release."""
    told, _ = await look(_PYPI, await _begun(), _window(), now=_SOON)
    assert (told.names, told.lossy) == ((), "")
    told, _ = await look(_PYPI, await _begun("old"), _window(), now=_SOON)
    assert (told.names, told.lossy) == ((), "")


async def test_a_full_changelog_has_more_behind_it() -> None:
    """The next look goes on with it at once, a second later."""
    position = await _begun("old")
    rows = [_row(f"p{number}", 101 + number) for number in range(50_000)]
    told, _ = await look(_PYPI, position, _value(rows), now=_DUE)
    assert (len(told.names), told.more) == (50_000, True)
    told, script = await look(_PYPI, told.position, _value([_row("last", 60_000)]), now=_DUE)
    assert (told.names, told.more, script.slept) == (("last",), False, [_SECOND])
    _, script = await look(_PYPI, told.position, _window("old"), now=_DUE + timedelta(minutes=1))
    assert script.urls == [_RSS]


async def test_an_empty_changelog_asks_how_far_it_goes() -> None:
    """Behind our serial: it was counted anew. Else nothing happened; ahead of it, the next look tells."""
    position = await _begun("old")
    for newest, serial in ((100, 100), (105, 100), (3, 3)):
        told, script = await look(_PYPI, position, _value([]), _value(newest), now=_DUE)
        assert (told.names, bool(told.lossy), told.more) == ((), newest == 3, False)
        assert json.loads(told.position)["serial"] == serial
        assert script.slept == [_SECOND]


@pytest.mark.parametrize(
    "position",
    [
        "",
        "7",
        "[]",
        "{}",
        '{"serial": "7", "called": "2026-08-01T10:00:00+00:00", "behind": false, "seen": []}',
        '{"serial": 2147483648, "called": "2026-08-01T10:00:00+00:00", "behind": false, "seen": []}',
        '{"serial": 7, "called": "now", "behind": false, "seen": []}',
        '{"serial": 7, "called": "2026-08-01T10:00:00+00:00", "behind": false, "seen": 7}',
        "[" * 100_000,
    ],
)
async def test_a_lost_position_is_told(position: str) -> None:
    """The feed is followed from now on."""
    told, _ = await look(_PYPI, position, _value(9), _head(9), _window("old"))
    assert (told.names, bool(told.lossy)) == ((), True)
    assert json.loads(told.position)["serial"] == 9


async def test_too_many_calls_may_pass() -> None:
    """As the service's own fault says."""
    with pytest.raises(UpstreamUnavailable):
        await look(_PYPI, await _begun("old"), page(dumps(Fault(-32500, "HTTPTooManyRequests"))), now=_DUE)


@pytest.mark.parametrize(
    "answer",
    [
        page("<html>"),
        page("", 403),
        _value("rows"),
        _value([7]),
        _value([["acme"]]),
        _value([[None, None, 1, "create", 101]]),
        _value([["acme", None, 1, "create", "101"]]),
        _value([["acme", None, 1, "create", True]]),
        _value([_row("acme", 100)]),
        _value([_row("acme", 102), _row("acme", 101)]),
    ],
)
async def test_a_changelog_that_cannot_be_read_is_an_error(answer: Answer) -> None:
    """Never an empty one."""
    with pytest.raises(UnexpectedAnswer):
        await look(_PYPI, await _begun("old"), answer, now=_DUE)


@pytest.mark.parametrize("answer", [_value(None), _value(-1), _value("7"), page("", 404)])
async def test_a_serial_that_cannot_be_read_is_an_error(answer: Answer) -> None:
    """There is nothing to begin at."""
    with pytest.raises(UnexpectedAnswer):
        await look(_PYPI, None, answer)


@pytest.mark.parametrize(
    "answer", [page("<html>"), page("", 404), _window(*(f"p{n}" for n in range(101))), _window("x" * 300)]
)
async def test_a_window_that_cannot_be_read_is_an_error(answer: Answer) -> None:
    """One that is too long would outgrow the saved position."""
    with pytest.raises(UnexpectedAnswer):
        await look(_PYPI, await _begun("old"), answer, now=_SOON)


@given(POSITIONS, st.lists(ANSWERS, min_size=1, max_size=2))
def test_junk_raises_only_our_errors(position: str | None, answers: list[Answer]) -> None:
    """Whatever stands in the answers and in the saved position."""
    raises_only_ours(_PYPI, position, answers)


@given(st.lists(ANSWERS, min_size=1, max_size=2), st.sampled_from([NOW, NOW - timedelta(hours=1)]), st.booleans())
def test_junk_behind_a_position_raises_only_our_errors(
    answers: list[Answer],
    called: datetime,
    behind: bool,  # noqa: FBT001  # the case
) -> None:
    """Of both feeds."""
    position = {"serial": 7, "called": called.isoformat(), "behind": behind, "seen": ["old@20260801T100000"]}
    raises_only_ours(_PYPI, json.dumps(position), answers)
