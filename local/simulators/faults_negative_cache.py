"""The memory of a CDN for what was not there: a name that was missed stays missing for a while."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(slots=True)
class NegativeCache:
    """Remembers each miss for `lasts`, counted from the miss; zero = remembers nothing."""

    clock: Callable[[], datetime]
    lasts: timedelta = timedelta(0)
    _missing_until: dict[str, datetime] = field(default_factory=dict)

    def hides(self, key: str) -> bool:
        """Say whether the key is still remembered as missing."""
        until = self._missing_until.get(key)
        if until is None or self.clock() >= until:
            self._missing_until.pop(key, None)
            return False
        return True

    def missed(self, key: str) -> None:
        """Remember that the key was asked for and not found; a later miss does not prolong the first."""
        if self.lasts and not self.hides(key):
            self._missing_until[key] = self.clock() + self.lasts
