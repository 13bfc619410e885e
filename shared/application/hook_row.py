"""What is known of the service hooks that call us: the one row that each look leaves, and what readiness says of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from shared.domain.subscription_health import GONE, OUR_PATH, KnownHook
from shared.domain.subscriptions import SubscriptionStatus
from shared.ports import Cursor, Cursors

KEY: Final = "service-hooks"
# A row holds more than these; those that are not well come first.
_MOST: Final = 1_000
_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class HookRow:
    """One look. `why` says why nothing could be seen by the last one, empty = it saw; `hidden` = for want of a right.

    `looked_at` = when the last look saw something or nothing. `elsewhere` counts subscriptions that call our path at
    other hosts, `notices` those that were sent so far.
    """

    known: Mapping[str, KnownHook] = field(default_factory=dict)
    looked_at: datetime | None = None
    why: str = ""
    hidden: bool = False
    elsewhere: int = 0
    notices: int = 0

    @property
    def listed(self) -> Mapping[str, KnownHook]:
        """Those that were there at the last look."""
        return {key: one for key, one in self.known.items() if one.state != GONE}

    def text(self) -> str:
        """Write it."""
        order = sorted(self.known.items(), key=lambda pair: (pair[1].state == SubscriptionStatus.ENABLED, pair[0]))
        row = {
            "known": {key: _written(one) for key, one in order[:_MOST]},
            "looked_at": None if self.looked_at is None else self.looked_at.isoformat(),
            "why": self.why,
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
        row = json.loads(cursor.value)
        return HookRow(
            {str(key): _read(one) for key, one in row["known"].items()},
            None if row["looked_at"] is None else _moment(row["looked_at"]),
            str(row["why"]),
            row["hidden"] is True,
            int(row["elsewhere"]),
            int(row["notices"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return HookRow()


def _written(one: KnownHook) -> list[object]:
    return [one.event_type, one.where, one.state, one.told, [at.isoformat() for at in one.letters]]


def _read(row: Any) -> KnownHook:  # noqa: ANN401  # any JSON; what does not fit is no row
    event_type, where, state, told, letters = row
    return KnownHook(str(event_type), str(where), str(state), str(told), tuple(map(_moment, letters)))


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
            more = f"; … and {len(bad) - _SHOWN} more" if len(bad) > _SHOWN else ""
            return False, f"{'; '.join(bad[:_SHOWN])}{more}, {when}"
        return True, f"{len(listed)} enabled, {when}"

    def _why_none(self, row: HookRow) -> str:
        others = f" ({row.elsewhere} call that path at other hosts)" if row.elsewhere else ""
        gone = f"; {len(row.known)} that did are not there any more" if row.known else ""
        return f"no subscription that we may see calls {self.base_url}{OUR_PATH}{others}{gone}"
