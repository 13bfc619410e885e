"""PyPI's wire: the changelog is the complete signal, the list of new projects a quick one between its calls.

The changelog (XML-RPC) lists everything that happens to any project, under a serial; it may be asked about once a
second, and is asked every five minutes. The RSS of the newest 40 projects is cached and cheap, but projects without a
release are missing from it, and a burst of new ones overflows it: then the changelog is asked at once.

Source: https://github.com/pypi/warehouse/blob/main/warehouse/legacy/api/xmlrpc/views.py and …/warehouse/rss/views.py
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from shared.adapters.change_feeds.rss import MAX_RSS_BYTES, Item, read_rss
from shared.adapters.change_feeds.wire import UNREADABLE_POSITION, Conversation, Step, base_of, expect_ok
from shared.adapters.change_feeds.xmlrpc import call, read_result
from shared.adapters.outbound.messages import Answer, Request
from shared.errors import UnexpectedAnswer
from shared.ports import ChangedNames

_SERVICE: Final = "Python package index"
_EVERY: Final = timedelta(minutes=5)
_APART: Final = timedelta(seconds=1)
# So many rows has a full answer; a row takes about 350 bytes.
_MOST_ROWS: Final = 50_000
_CHANGELOG_BYTES: Final = 64 * 1024 * 1024
# The window is 40 items; a position with more than this would outgrow its row in the table.
_MOST_ITEMS: Final = 100
_LONGEST_KEY: Final = 240
_ADDED: Final = " added to PyPI"
# name, version or nil, seconds since 1970, action, serial
_ROW_LENGTH: Final = 5
# XML-RPC's integers have 32 bits.
_MOST_SERIAL: Final = 2**31 - 1
_DIGITS: Final = 10


@dataclass(frozen=True, slots=True)
class _Position:
    """Where we are in the changelog, when it was called last, whether it has more, and what the RSS window held."""

    serial: int
    called: datetime
    seen: tuple[str, ...] = ()
    behind: bool = False

    @property
    def text(self) -> str:
        called = self.called.isoformat()
        return json.dumps({"serial": self.serial, "called": called, "behind": self.behind, "seen": self.seen})

    @classmethod
    def of(cls, text: str) -> Self | None:
        try:
            document = json.loads(text)
            seen = tuple(str(key) for key in document["seen"])
            called = datetime.fromisoformat(document["called"]).astimezone(UTC)
            return cls(_read_serial(document["serial"]), called, seen, bool(document["behind"]))
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError, UnexpectedAnswer):
            return None


@dataclass(frozen=True, slots=True)
class PypiChanges:
    """The feed of an index: its root's address, or that of its `/simple`."""

    address: str
    changelog_every: timedelta = _EVERY

    def changes(self, *, position: str | None, now: datetime) -> Conversation:
        """Ask one of the two: the changelog where its time has come or the window has overflown."""
        known = None if position is None else _Position.of(position)
        if known is None:
            return (yield from self._begin(now, lossy="" if position is None else UNREADABLE_POSITION))
        since = now - known.called
        # A clock that was set back must not keep the changelog closed.
        if known.behind or since >= self.changelog_every or since < timedelta(0):
            return (yield from self._changelog(known, now))
        items = _read_items((yield self._rss()))
        fresh = [item for item in items if item.key not in known.seen]
        moved = replace(known, seen=tuple(item.key for item in items))
        if fresh and len(fresh) == len(items):
            # Nothing that we know is left in the window: what fell out of it is in the changelog.
            return (yield from self._changelog(moved, now))
        return ChangedNames(_once(map(_name, fresh)), moved.text)

    def _begin(self, now: datetime, *, lossy: str) -> Conversation:
        # The serial first: what is created before the window is read is in the changelog behind it. The list of all
        # projects may be half an hour old, so what came since then is read from the changelog too.
        serial = _read_serial(_result((yield self._call("changelog_last_serial"))))
        serial = min(serial, _list_serial((yield self._list_head()), serial))
        items = _read_items((yield self._rss()))
        position = _Position(serial, now, tuple(item.key for item in items))
        return ChangedNames((), position.text, lossy=lossy)

    def _changelog(self, known: _Position, now: datetime) -> Conversation:
        pause = _APART if timedelta(0) <= now - known.called < _APART else timedelta(0)
        answer = yield self._call("changelog_since_serial", known.serial, pause=pause)
        rows = _read_rows(answer, known.serial)
        called = now + pause
        if rows:
            behind = len(rows) >= _MOST_ROWS
            position = replace(known, serial=rows[-1][1], called=called, behind=behind)
            return ChangedNames(_once(name for name, _ in rows), position.text, more=behind)
        newest = _read_serial(_result((yield self._call("changelog_last_serial", pause=_APART))))
        serial = min(newest, known.serial)
        lossy = "the index counts its changes anew" if newest < known.serial else ""
        position = replace(known, serial=serial, called=called + _APART, behind=False)
        return ChangedNames((), position.text, lossy=lossy)

    def _root(self) -> str:
        return base_of(self.address).removesuffix("/simple")

    def _rss(self) -> Step:
        request = Request(f"{self._root()}/rss/packages.xml", _SERVICE, {"accept": "application/rss+xml, text/xml"})
        return Step(replace(request, max_bytes=MAX_RSS_BYTES))

    def _list_head(self) -> Step:
        headers = {"accept": "application/vnd.pypi.simple.v1+json"}
        return Step(Request(f"{self._root()}/simple/", _SERVICE, headers, method="HEAD"))

    def _call(self, method: str, *arguments: int, pause: timedelta = timedelta(0)) -> Step:
        url = f"{self._root()}/pypi"
        return Step(call(url, _SERVICE, method, *arguments, max_bytes=_CHANGELOG_BYTES), pause)


def _list_serial(answer: Answer, newest: int) -> int:
    """Return the serial that the list of all projects is of; where it does not say, it is taken for new."""
    text = expect_ok(answer, service=_SERVICE).headers.get("x-pypi-last-serial", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else newest


def _result(answer: Answer) -> object:
    return read_result(expect_ok(answer, service=_SERVICE), service=_SERVICE)


def _read_serial(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MOST_SERIAL:
        raise UnexpectedAnswer("no readable serial", service=_SERVICE)
    return value


def _read_rows(answer: Answer, since: int) -> list[tuple[str, int]]:
    """Read names and serials. Every action counts: who owns a project says as much about it as its files."""
    listed = _result(answer)
    if not isinstance(listed, list):
        raise UnexpectedAnswer("a changelog that is no list", service=_SERVICE)
    rows = []
    for row in listed:
        if not isinstance(row, list) or len(row) != _ROW_LENGTH or not isinstance(row[0], str):
            raise UnexpectedAnswer("a changelog's row of another shape", service=_SERVICE)
        rows.append((row[0], _read_serial(row[4])))
        if rows[-1][1] <= since:
            raise UnexpectedAnswer("its changes are out of order", service=_SERVICE)
        since = rows[-1][1]
    return rows


def _read_items(answer: Answer) -> tuple[Item, ...]:
    items = read_rss(expect_ok(answer, service=_SERVICE), service=_SERVICE)
    if len(items) > _MOST_ITEMS or any(len(item.key) > _LONGEST_KEY for item in items):
        raise UnexpectedAnswer("a list of new projects that is too long", service=_SERVICE)
    return items


def _name(item: Item) -> str:
    """Return the project's own spelling from the title, else the normalized one from its address."""
    return item.title.removesuffix(_ADDED) if item.title.endswith(_ADDED) else item.page


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
