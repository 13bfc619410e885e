"""Standings: how well we know the names of each public registry, and so whether an internal name may stay at home."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from shared.domain.public_sources import PublicSource
from shared.errors import StaleWrite
from shared.ports import Clock, Cursors

# A change feed that was not read for so long may have told of names that we do not know.
STALE_AFTER: Final = timedelta(hours=1)
_CLOCKS_DIFFER: Final = timedelta(minutes=5)
_TRIES: Final = 8


class Knowledge(StrEnum):
    """What a name means that is not among those we know of a registry."""

    CURRENT = "current"
    BEING_READ = "being-read"
    STALE = "stale"
    BY_NAME = "by-name"


@dataclass(frozen=True, slots=True)
class Standing:
    """How we stand with one registry.

    `complete_at` = all names that were public then are known; `begun_at` = a reading of its list is under way since;
    `token` is where that goes on, or what shows that the list did not change. `followed_at` = its change feed was read
    to the end. `by_name` says why names have to be asked for one by one, `no_list` the same in the registry's own
    word; empty = they have not. `losses` counts how often the change feed may have lost something, `loss` says what
    and when last. `names` are how many a whole reading found last, `counted` how many this one has so far;
    `anew_at` = the list was last read from its beginning. `unanswered` names of the last round got no answer.
    """

    complete_at: datetime | None = None
    begun_at: datetime | None = None
    followed_at: datetime | None = None
    token: str | None = None
    by_name: str = ""
    no_list: str = ""
    losses: int = 0
    loss: str = ""
    names: int = 0
    counted: int = 0
    anew_at: datetime | None = None
    unanswered: int = 0

    @property
    def why_asked(self) -> str:
        """Why its names have to be asked for one by one; empty = they have not."""
        return self.by_name or self.no_list

    def knowledge(self, now: datetime) -> Knowledge:
        """Say what may be concluded from not knowing a name."""
        if self.why_asked:
            return Knowledge.BY_NAME
        if self.complete_at is None:
            return Knowledge.BEING_READ
        # A time that is yet to come was written by a clock that was wrong: it says nothing of now.
        followed = self.followed_at is not None and -_CLOCKS_DIFFER <= now - self.followed_at < STALE_AFTER
        return Knowledge.CURRENT if followed else Knowledge.STALE


type Change = Callable[[Standing], Standing]

NOTHING_KNOWN: Final = Standing()


@dataclass(frozen=True, slots=True)
class Standings:
    """Reads and changes standings; several writers at once lose nothing."""

    cursors: Cursors
    clock: Clock

    async def read(self, source: PublicSource) -> Standing:
        """Return how we stand; of a registry that was never looked at, nothing is known."""
        cursor = await self.cursors.read(_key(source))
        return NOTHING_KNOWN if cursor is None else _standing(cursor.value)

    async def knowledge(self, source: PublicSource) -> Knowledge:
        """Say what may be concluded now from not knowing a name of that registry."""
        return (await self.read(source)).knowledge(self.clock())

    async def change(self, source: PublicSource, change: Change) -> Standing:
        """Apply a change to what is stored now. Raises StaleWrite where it is written by too many at once."""
        for _ in range(_TRIES):
            cursor = await self.cursors.read(_key(source))
            before = NOTHING_KNOWN if cursor is None else _standing(cursor.value)
            after = change(before)
            if after == before:
                return after
            try:
                await self.cursors.save(_key(source), _text(after), replaces=cursor)
            except StaleWrite:
                continue
            return after
        raise StaleWrite(f"the standing of {source.key} is written by too many at once")


def _key(source: PublicSource) -> str:
    return f"public-names|{source.key}"


def _text(standing: Standing) -> str:
    members = {field.name: getattr(standing, field.name) for field in fields(standing)}
    return json.dumps({k: v.isoformat() if isinstance(v, datetime) else v for k, v in members.items()})


def _standing(text: str) -> Standing:
    """Read a stored standing; what cannot be read is nothing known, so that the list is read anew."""
    try:
        row = json.loads(text)
        return Standing(
            complete_at=_moment(row.get("complete_at")),
            begun_at=_moment(row.get("begun_at")),
            followed_at=_moment(row.get("followed_at")),
            token=row.get("token"),
            by_name=str(row.get("by_name", "")),
            no_list=str(row.get("no_list", "")),
            losses=int(row.get("losses", 0)),
            loss=str(row.get("loss", "")),
            names=int(row.get("names", 0)),
            counted=int(row.get("counted", 0)),
            anew_at=_moment(row.get("anew_at")),
            unanswered=int(row.get("unanswered", 0)),
        )
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return NOTHING_KNOWN


def _moment(value: Any) -> datetime | None:  # noqa: ANN401  # comes from JSON
    return None if value is None else datetime.fromisoformat(value)
