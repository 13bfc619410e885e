"""What is known of the service hooks that call us: the one row that each look leaves, and what readiness says of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from shared.domain.subscription_health import AWAY, GONE, OUR_PATH, KnownHook
from shared.domain.subscriptions import SubscriptionStatus
from shared.ports import Cursor, Cursors

KEY: Final = "service-hooks"
_SCHEMA: Final = 1
# A row holds 448,000 characters, counted as they are written there. So many are for those that are kept whole, and for
# those of which only the id, the state and what was told is kept; those that are not well come first.
_WHOLE: Final = 150_000
_BRIEF: Final = 250_000
_LONGEST_WHY: Final = 2_000
_MOST: Final = 10**9
_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class HookRow:
    """One look. `why` says why nothing could be seen by the last one, empty = it saw; `hidden` = for want of a right.

    `looked_at` = when the last look saw something or nothing. `elsewhere` counts subscriptions that call our path at
    other hosts, `notices` those that were sent so far, `cut` those that are not well and found no room in the row.
    """

    known: Mapping[str, KnownHook] = field(default_factory=dict)
    looked_at: datetime | None = None
    why: str = ""
    hidden: bool = False
    elsewhere: int = 0
    notices: int = 0
    cut: int = 0

    @property
    def listed(self) -> Mapping[str, KnownHook]:
        """Those that were there at the last look."""
        return {key: one for key, one in self.known.items() if one.state not in AWAY}

    def text(self) -> str:
        """Write it."""
        waiting = dict(sorted(self.known.items(), key=lambda pair: (_is_well(pair[1]), pair[0])))
        whole, brief = _whole(waiting), _brief(waiting)
        row = {
            "schema": _SCHEMA,
            "known": whole,
            "others": brief,
            "cut": sum(not _is_well(one) for one in waiting.values()),
            "looked_at": None if self.looked_at is None else self.looked_at.isoformat(),
            "why": self.why[:_LONGEST_WHY],
            "hidden": self.hidden,
            "elsewhere": self.elsewhere,
            "notices": self.notices,
        }
        return json.dumps(row)


def read_row(cursor: Cursor | None) -> HookRow:
    """Read a row; what cannot be read is as if nobody had looked: told twice beats not told."""
    if cursor is None:
        return HookRow()
    try:
        return _row(json.loads(cursor.value))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return HookRow()


def _row(row: dict[str, Any]) -> HookRow:
    # The release before wrote no number.
    if row.get("schema", _SCHEMA) != _SCHEMA:
        raise ValueError("a row of another release")
    others = {key: one for group in row.get("others", []) for key, one in _read_brief(group)}
    return HookRow(
        others | {str(key): _read(one) for key, one in row["known"].items()},
        None if row["looked_at"] is None else _moment(row["looked_at"]),
        str(row["why"]),
        row["hidden"] is True,
        _count(row["elsewhere"]),
        _count(row["notices"]),
        _count(row.get("cut", 0)),
    )


def _is_well(one: KnownHook) -> bool:
    return one.state == SubscriptionStatus.ENABLED and not one.told and not one.letters


def _whole(waiting: dict[str, KnownHook]) -> dict[str, list[object]]:
    """Take as many from the front as may be kept whole."""
    taken: dict[str, list[object]] = {}
    room = _WHOLE
    for key, one in tuple(waiting.items()):
        written: list[object] = [one.event_type, one.where, one.state, one.told, _times(one)]
        room -= _size({key: written})
        if room < 0:
            break
        taken[key] = written
        del waiting[key]
    return taken


def _brief(waiting: dict[str, KnownHook]) -> list[list[object]]:
    """Take as many from the front as may be kept by their ids; those that are alike stand together."""
    groups: dict[tuple[object, ...], list[str]] = {}
    room = _BRIEF
    for key, one in tuple(waiting.items()):
        alike = (one.state, one.told, *_times(one))
        room -= _size(key) + (0 if alike in groups else _size(alike))
        if room < 0:
            break
        groups.setdefault(alike, []).append(key)
        del waiting[key]
    return [[state, told, letters, " ".join(keys)] for (state, told, *letters), keys in groups.items()]


def _size(value: object) -> int:
    """Count the characters that a value takes at most: the row is a text inside of another JSON text."""
    text = json.dumps(value)
    return len(text) + text.count('"') + text.count("\\") + len(", [], ")


def _times(one: KnownHook) -> list[str]:
    return [at.isoformat() for at in one.letters]


def _read(row: Any) -> KnownHook:  # noqa: ANN401  # any JSON; what does not fit is no row
    event_type, where, state, told, letters = row
    return KnownHook(str(event_type), str(where), str(state), str(told), tuple(map(_moment, letters)))


def _read_brief(row: Any) -> list[tuple[str, KnownHook]]:  # noqa: ANN401  # the same
    state, told, letters, keys = row
    one = _read(["", "", state, told, letters])
    return [(key, one) for key in keys.split()]


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _MOST:
        raise ValueError("no number that is written here")
    return value


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without an offset")
    return moment


@dataclass(frozen=True, slots=True)
class HookReport:
    """Says what the last look saw; asks nobody but the table."""

    cursors: Cursors
    base_url: str

    async def tell(self) -> tuple[bool, str]:
        """Return whether all is well, and what is not. Seeing none is no outage, and nothing to rely on."""
        row = read_row(await self.cursors.read(KEY))
        listed = row.listed
        if row.why:
            before = f"; before that {len(listed)} were seen" if listed else ""
            return row.hidden and not listed, f"not visible: {row.why}{before}"
        if row.looked_at is None:
            return True, "not looked at yet: the next sweep does"
        when = f"as of {row.looked_at:%Y-%m-%d %H:%M} UTC"
        if not listed:
            return True, f"none visible: {self._why_none(row)}, {when}"
        bad = [f"{one.words} ({key})" for key, one in sorted(listed.items()) if one.state != SubscriptionStatus.ENABLED]
        if bad:
            beyond = len(bad) - len(bad[:_SHOWN]) + row.cut
            more = f"; … and {beyond} more" if beyond else ""
            return False, f"{'; '.join(bad[:_SHOWN])}{more}, {when}"
        return True, f"{len(listed)} enabled, {when}"

    def _why_none(self, row: HookRow) -> str:
        others = f" ({row.elsewhere} call that path at other hosts)" if row.elsewhere else ""
        gone = sum(one.state == GONE for one in row.known.values())
        away = len(row.known) - gone
        told = (
            f"; {gone} that did are not there any more" * bool(gone)
        ) + f"; {away} that did lead elsewhere now" * bool(away)
        return f"no subscription that we may see calls {self.base_url}{OUR_PATH}{others}{told}"
