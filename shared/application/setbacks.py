"""Setbacks: walks through feeds that failed too often, kept where readiness shows them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from shared.domain.feeds import FeedRef
from shared.errors import StaleWrite
from shared.ports import Clock, Cursors

type Change = Callable[[dict[str, str]], dict[str, str]]

_KEY: Final = "setbacks"
_MOST: Final = 50
_TRIES: Final = 5


def _feed_key(ref: FeedRef | None) -> str:
    return "organization" if ref is None else f"{ref.organization}/{ref.project_id or '-'}/{ref.feed_id}"


@dataclass(frozen=True, slots=True)
class Setbacks:
    """A small list of feeds whose walk was given up, with when and why; a walk that ends well removes its feed."""

    cursors: Cursors
    clock: Clock

    async def remember(self, ref: FeedRef | None, why: str) -> None:
        """Add a feed; None = no feed could be told from the message."""
        at = f"{self.clock():%Y-%m-%dT%H:%M:%SZ}"
        await self._change(lambda rows: {**rows, _feed_key(ref): f"{at} {why}"[:300]})

    async def forget(self, ref: FeedRef) -> None:
        """Remove a feed. Idempotent."""
        await self._change(lambda rows: {key: row for key, row in rows.items() if key != _feed_key(ref)})

    async def all(self) -> Mapping[str, str]:
        """Return what is remembered: feed → when and why."""
        cursor = await self.cursors.read(_KEY)
        return {} if cursor is None else _rows(cursor.value)

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
    except ValueError:
        return {"unreadable": "the list of setbacks could not be read"}
    return {str(key): str(row) for key, row in rows.items()} if isinstance(rows, dict) else {}
