"""Windows as they are stored: one small row for each family of notices in each feed."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shared.domain.feeds import FeedRef
from shared.domain.letter_facts import cut
from shared.domain.letter_windows import PlannedGroup, Told, Window, queued
from shared.errors import StaleWrite
from shared.logs import told
from shared.ports import Cursor, Cursors

logger = logging.getLogger(__name__)

_SCHEMA: Final = 1


@dataclass(frozen=True, slots=True)
class StoredWindow:
    """A window, and the row that it was read from; None = there was none."""

    window: Window
    row: Cursor | None


@dataclass(frozen=True, slots=True)
class Windows:
    """Reads and writes windows; whoever comes second is refused."""

    cursors: Cursors

    async def read(self, feed: FeedRef, family: str) -> StoredWindow:
        """Return what was decided so far; a row that cannot be read counts as nothing: told twice beats not told."""
        row = await self.cursors.read(_key(feed, family))
        return StoredWindow(Window() if row is None else _window(row.value), row)

    async def save(self, feed: FeedRef, family: str, window: Window, *, replaces: StoredWindow) -> None:
        """Write a window where it changed. Raises StaleWrite."""
        if window != replaces.window:
            await self.cursors.save(_key(feed, family), _text(window), replaces=replaces.row)

    async def mark_queued(self, feed: FeedRef, family: str, window: Window) -> None:
        """Write down that the group of a window is in the queue. Raises StaleWrite where the window is another now."""
        stored = await self.read(feed, family)
        if stored.window not in (window, queued(window)):
            raise StaleWrite("somebody else decided about these letters meanwhile")
        await self.save(feed, family, queued(window), replaces=stored)


def _key(feed: FeedRef, family: str) -> str:
    return f"letters|{feed.organization}|{feed.project_id or '-'}|{feed.feed_id}|{family}"


def _text(window: Window) -> str:
    group = window.group
    return json.dumps(
        {
            "schema": _SCHEMA,
            "told": [(one.notice_id, one.at.isoformat(), cut(one.package, 300)) for one in window.told],
            "group": None
            if group is None
            else {
                "id": group.group_id,
                "at": group.at.isoformat(),
                "members": sorted(group.members),
                "queued": group.queued,
            },
        }
    )


def _window(text: str) -> Window:
    try:
        row = _of_our_schema(json.loads(text))
        one_by_one = tuple(Told(str(name), _moment(at), str(package)) for name, at, package in row["told"])
        return Window(one_by_one, None if row["group"] is None else _group(row["group"]))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        logger.warning(told("a window of letters is not readable, and begun anew", error=error))
        return Window()


def _of_our_schema(row: dict[str, Any]) -> dict[str, Any]:
    if row["schema"] != _SCHEMA:
        raise ValueError(f"schema {row['schema']!r:.20}: this version reads {_SCHEMA}")
    return row


def _group(row: dict[str, Any]) -> PlannedGroup:
    members = frozenset(map(str, row["members"]))
    return PlannedGroup(str(row["id"]), _moment(row["at"]), members, queued=bool(row["queued"]))


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return moment
