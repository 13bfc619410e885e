"""Fires timers: one task a timer, so that a run is never overtaken by the next."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from local.host.invoker import Invoker
from local.host.messages import Message, json_text
from local.host.metadata import Function, TimerTrigger
from local.host.schedules import Schedule, read_schedule
from local.host.settings import resolve
from local.host.worker import InvocationFailed

# Long sleeps are cut: a laptop that slept, or whose clock was set, is noticed within this time.
_LONGEST_SLEEP_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Timer:
    """A function and when it runs; missed times are skipped, not made up for."""

    function: Function
    schedule: Schedule
    run_on_startup: bool
    invoker: Invoker
    now: Callable[[], datetime]
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self) -> None:
        """Run the function at its times, until cancelled."""
        last: datetime | None = None
        if self.run_on_startup:
            last = await self._fire(last=None)
        while True:
            due = self.schedule.next_after(last or self.now())
            # A run that took longer than the interval has used up the times that it covers.
            if due < self.now():
                due = self.schedule.next_after(self.now())
            while (missing := (due - self.now()).total_seconds()) > 0:  # noqa: ASYNC110  # it waits for the clock
                await asyncio.sleep(min(missing, _LONGEST_SLEEP_SECONDS))
            last = await self._fire(last=last)

    async def _fire(self, *, last: datetime | None) -> datetime:
        """Run once, and return when it began."""
        fired = self.now()
        payload = json_text(timer_payload(last=last, following=self.schedule.next_after(fired)))
        task = asyncio.create_task(self._call(payload, reason=f"Timer fired at {fired.isoformat()}"))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        # Stopping the timer must not stop the function in the middle.
        await asyncio.shield(task)
        return fired

    async def _call(self, payload: Message, *, reason: str) -> None:
        """Run the function; a failure is in the log, and the next time comes all the same."""
        with suppress(InvocationFailed):
            await self.invoker.run(self.function, reason=reason, payload=payload)


def timers_of(invoker: Invoker, *, settings: Mapping[str, str], now: Callable[[], datetime]) -> list[Timer]:
    """Return the app's timers; their schedules have been validated. Raises ConfigurationError otherwise."""
    return [
        Timer(
            function=function,
            schedule=read_schedule(resolve(function.trigger.schedule, settings), now=now()),
            run_on_startup=function.trigger.run_on_startup,
            invoker=invoker,
            now=now,
        )
        for function in invoker.worker.functions
        if isinstance(function.trigger, TimerTrigger)
    ]


def timer_payload(*, last: datetime | None, following: datetime) -> str:
    """Return what a timer's function is told, as the real host writes it."""
    never = datetime(1, 1, 1, tzinfo=UTC)
    status = {
        "Last": (last or never).isoformat(),
        "Next": following.isoformat(),
        "LastUpdated": (last or never).isoformat(),
    }
    return json.dumps({"Schedule": {"AdjustForDST": True}, "ScheduleStatus": status, "IsPastDue": False})
