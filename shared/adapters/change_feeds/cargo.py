"""Cargo's wire: the RSS of new crates, which holds those of the last 60 minutes, and at least 50.

A window that still holds something we saw has lost nothing since. What is known of it is kept as the newest items
and the moment from which we know all of them: crates are listed by the moment of their creation, which may be a
little earlier than that of one listed before.

Source: the registry's own src/worker/jobs/rss/sync_crates_feed.rs, https://github.com/rust-lang
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Self

from shared.adapters.change_feeds.rss import MAX_RSS_BYTES, Item, read_rss
from shared.adapters.change_feeds.wire import UNREADABLE_POSITION, Conversation, Step, base_of, expect_ok
from shared.adapters.outbound.messages import Answer, Request
from shared.errors import UnexpectedAnswer
from shared.ports import ChangedNames

_SERVICE: Final = "list of new crates"
# A window with fewer items holds every crate there is.
_FEWEST: Final = 50
# More than the padding, and few enough for a row of the table.
_MOST_KEPT: Final = 100
_LONGEST_KEY: Final = 120
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Position:
    """The newest items of the window, and from when on they are all that we know of."""

    seen: tuple[str, ...]
    since: datetime

    @property
    def text(self) -> str:
        return json.dumps({"since": self.since.isoformat(), "seen": self.seen})

    @classmethod
    def of(cls, text: str) -> Self | None:
        try:
            document = json.loads(text)
            since = datetime.fromisoformat(document["since"]).astimezone(UTC)
            return cls(tuple(str(key) for key in document["seen"]), since)
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            return None

    @classmethod
    def after(cls, items: Sequence[Item]) -> Self:
        newest = sorted(items, key=lambda item: item.published, reverse=True)[:_MOST_KEPT]
        return cls(tuple(item.key for item in newest), newest[-1].published if newest else _LONG_AGO)


@dataclass(frozen=True, slots=True)
class CargoFeed:
    """The feed at the address of the RSS document."""

    address: str

    def changes(self, *, position: str | None, now: datetime) -> Conversation:  # noqa: ARG002  # no clock is needed
        """Ask for the window, and tell what is new in it."""
        items = _read_items((yield self._rss()))
        moved = _Position.after(items).text
        if position is None:
            return ChangedNames((), moved)
        known = _Position.of(position)
        if known is None:
            return ChangedNames(_names(items), moved, lossy=UNREADABLE_POSITION)
        fresh = [item for item in items if item.published >= known.since and item.key not in known.seen]
        return ChangedNames(_names(fresh), moved, lossy=_lossy(items, known))

    def _rss(self) -> Step:
        headers = {"accept": "application/rss+xml, text/xml"}
        return Step(Request(base_of(self.address), _SERVICE, headers, max_bytes=MAX_RSS_BYTES))


def _lossy(items: Sequence[Item], known: _Position) -> str:
    if any(item.key in known.seen for item in items) or (not known.seen and len(items) < _FEWEST):
        return ""
    return "the list of new crates no longer holds what we saw last"


def _read_items(answer: Answer) -> tuple[Item, ...]:
    items = read_rss(expect_ok(answer, service=_SERVICE), service=_SERVICE)
    if any(len(item.key) > _LONGEST_KEY for item in items):
        raise UnexpectedAnswer("a new crate with a name that is too long", service=_SERVICE)
    return items


def _names(items: Sequence[Item]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.name or item.page for item in items))
