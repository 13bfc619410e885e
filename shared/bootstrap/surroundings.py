"""Time, chance and identity: what the machine gives."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime, timedelta


def now() -> datetime:
    """Return the time, aware UTC."""
    return datetime.now(UTC)


async def sleep(duration: timedelta) -> None:
    """Wait."""
    await asyncio.sleep(duration.total_seconds())


def new_id() -> str:
    """Return an id that nobody else has."""
    return uuid.uuid4().hex
