"""A sender that plays lines in order, and looks at a feed through it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from shared.adapters.change_feeds.client import ChangeFeedClient
from shared.adapters.change_feeds.wire import ChangeFeedWire
from shared.adapters.outbound.messages import Answer, Request
from shared.errors import FeedwardenError
from shared.ports import ChangedNames

NOW: Final = datetime(2026, 8, 1, 10, tzinfo=UTC)


def document(value: Any, status: int = 200, **headers: str) -> Answer:  # noqa: ANN401  # any JSON
    """Make an answer of JSON; underscores in header names stand for hyphens."""
    return Answer(status, {name.replace("_", "-"): text for name, text in headers.items()}, json.dumps(value).encode())


def page(text: str, status: int = 200) -> Answer:
    """Make an answer of XML or any other text."""
    return Answer(status, {}, text.encode())


class Script:
    """A sender that plays its lines in order and remembers what it was asked, and the pauses before."""

    def __init__(self, lines: Sequence[Answer | FeedwardenError]) -> None:
        """Take the lines."""
        self._lines = list(lines)
        self.asked: list[Request] = []
        self.slept: list[timedelta] = []

    @property
    def urls(self) -> list[str]:
        """What was asked, in order."""
        return [request.url for request in self.asked]

    @property
    def finished(self) -> bool:
        """Whether every line was played."""
        return not self._lines

    async def send(self, request: Request) -> Answer:
        """Play the next line."""
        self.asked.append(request)
        line = self._lines.pop(0)
        if isinstance(line, FeedwardenError):
            raise line
        return line

    async def sleep(self, pause: timedelta) -> None:
        """Remember a pause."""
        self.slept.append(pause)


async def look(
    wire: ChangeFeedWire, position: str | None, *lines: Answer | FeedwardenError, now: datetime = NOW
) -> tuple[ChangedNames, Script]:
    """Look at a feed once; every line must be played."""
    script = Script(lines)
    told = await ChangeFeedClient(wire, script, clock=lambda: now, sleep=script.sleep).changes(position=position)
    assert script.finished
    return told, script
