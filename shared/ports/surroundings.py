"""Time, chance and waiting, which the core takes from nobody else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

type Clock = Callable[[], datetime]
type Sleep = Callable[[timedelta], Awaitable[None]]
type NewId = Callable[[], str]
