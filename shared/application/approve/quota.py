"""The quota of asks: how often one person may ask, since each ask may cost questions to feeds and registries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from shared.domain.approvals import Actor
from shared.errors import TooManyAsks

MOST_ASKS: Final = 10
WITHIN: Final = timedelta(minutes=10)

# What it keeps is bounded: whoever has not asked for longest is forgotten first.
_MOST_PEOPLE: Final = 10_000
_MINUTE: Final = timedelta(minutes=1)


@dataclass(slots=True)
class AskQuota:
    """Counts asks in the memory of this process: several instances of the app allow so much each."""

    _taken: dict[tuple[str, str], list[datetime]] = field(default_factory=dict)

    def take(self, actor: Actor, now: datetime) -> None:
        """Count one ask.

        Raises:
            TooManyAsks: the person has asked so often already; this one is not counted.
        """
        key = _key(actor)
        recent = [at for at in self._taken.pop(key, ()) if now - at < WITHIN]
        self._taken[key] = recent
        if len(recent) >= MOST_ASKS:
            raise _too_many(recent[0] + WITHIN - now)
        recent.append(now)
        while len(self._taken) > _MOST_PEOPLE:
            del self._taken[next(iter(self._taken))]

    def give_back(self, actor: Actor) -> None:
        """Count one ask less: it cost nothing."""
        taken = self._taken.get(_key(actor))
        if taken:
            taken.pop()


def _key(actor: Actor) -> tuple[str, str]:
    return actor.tenant.lower(), actor.object_id.lower()


def _too_many(wait: timedelta) -> TooManyAsks:
    minutes = max(-(-wait // _MINUTE), 1)
    when = f"in {minutes} minutes" if minutes > 1 else "in a minute"
    text = f"You have asked {MOST_ASKS} times within {WITHIN // _MINUTE} minutes: ask again {when}."
    return TooManyAsks(text, retry_after=wait)
