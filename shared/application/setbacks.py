"""Setbacks: walks through feeds that failed too often, kept where readiness shows them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.domain.feeds import FeedRef
from shared.errors import StaleWrite
from shared.ports import Clock, Cursors

type Change = Callable[[dict[str, str]], dict[str, str]]

_KEY: Final = "setbacks"
_MOST: Final = 50
_ORGANIZATION: Final = "organization"
_SHOWN_FOR: Final = timedelta(days=1)
_TRIES: Final = 5


def _feed_key(ref: FeedRef | None) -> str:
    return _ORGANIZATION if ref is None else f"{ref.organization}/{ref.project_id or '-'}/{ref.feed_id}"


@dataclass(frozen=True, slots=True)
class Setbacks:
    """A small list of feeds whose walk was given up, with when and why.

    A walk that ends well removes its feed, a sweep removes feeds that are gone; what belongs to no
    feed (a message that was not readable, a notice that could not be sent) is shown for a day.
    """

    cursors: Cursors
    clock: Clock

    async def remember(self, ref: FeedRef | None, why: str) -> None:
        """Add a feed; None = it belongs to none."""
        row = f"{self.clock():%Y-%m-%dT%H:%M:%S+00:00} {why}"[:300]
        await self._change(lambda rows: {**rows, _feed_key(ref): row})

    async def forget(self, ref: FeedRef) -> None:
        """Remove a feed. Idempotent."""
        await self._change(lambda rows: {key: row for key, row in rows.items() if key != _feed_key(ref)})

    async def keep_only(self, refs: Iterable[FeedRef]) -> None:
        """Remove every feed but these."""
        kept = {_ORGANIZATION, *(_feed_key(ref) for ref in refs)}
        await self._change(lambda rows: {key: row for key, row in rows.items() if key in kept})

    async def all(self) -> Mapping[str, str]:
        """Return what is remembered: feed → when and why."""
        cursor = await self.cursors.read(_KEY)
        rows = {} if cursor is None else _rows(cursor.value)
        return {key: row for key, row in rows.items() if key != _ORGANIZATION or self._is_recent(row)}

    def _is_recent(self, row: str) -> bool:
        try:
            at = datetime.fromisoformat(row.split(" ", 1)[0])
        except ValueError:
            return True
        return at.tzinfo is None or self.clock() - at < _SHOWN_FOR

    async def _change(self, change: Change) -> None:
        for _ in range(_TRIES):
            cursor = await self.cursors.read(_KEY)
            before = {} if cursor is None else _rows(cursor.value)
            after = dict(list(change(before).items())[-_MOST:])
            if after == before:
                return
            try:
                await self.cursors.save(_KEY, json.dumps(after), replaces=cursor)
            except StaleWrite:
                continue
            return
        raise StaleWrite("the list of setbacks is written by too many at once")


def _rows(text: str) -> dict[str, str]:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError):
        return {"unreadable": "the list of setbacks could not be read"}
    return {str(key): str(row) for key, row in rows.items()} if isinstance(rows, dict) else {}
