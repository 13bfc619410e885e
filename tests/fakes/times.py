"""Time, waiting and ids under a test's control."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

START: Final = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)


@dataclass(slots=True)
class SettableClock:
    """A clock that stands still until it is told otherwise."""

    now: datetime = START

    def __call__(self) -> datetime:
        """Return the time that was set."""
        return self.now

    def advance(self, by: timedelta) -> datetime:
        """Let time pass; return the new time."""
        self.now += by
        return self.now


@dataclass(slots=True)
class PassingSleep:
    """A sleep that lets the clock jump and never waits; keeps what was asked for."""

    clock: SettableClock
    slept: list[timedelta] = field(default_factory=list)

    async def __call__(self, duration: timedelta) -> None:
        """Move the clock on and give other tasks a turn."""
        self.slept.append(duration)
        self.clock.advance(duration)
        await asyncio.sleep(0)


@dataclass(slots=True)
class CountingIds:
    """Ids that sort in the order in which they were made: `id-000001` is the first."""

    prefix: str = "id"
    made: int = 0

    def __call__(self) -> str:
        """Return the next id."""
        self.made += 1
        return f"{self.prefix}-{self.made:06}"
