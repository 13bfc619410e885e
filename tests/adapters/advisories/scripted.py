"""A sender that plays lines in order, and one question to the advisory database through it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from shared.adapters.advisories import advisories
from shared.adapters.outbound.messages import Answer, Request
from shared.domain.advisories import Advisories
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.errors import FeedwardenError

NOW: Final = datetime(2026, 8, 1, 10, tzinfo=UTC)
ADDRESS: Final = "https://osv.example.test/base"
NAME: Final = PackageName.of(Ecosystem.NPM, "@acme/billing")


def document(value: Any, status: int = 200) -> Answer:  # noqa: ANN401  # any JSON
    """Make an answer of JSON."""
    return Answer(status, {}, json.dumps(value).encode())


def page(*ids: str, token: str | None = None) -> Answer:
    """Make a page of advisories, each later than the one before it."""
    vulns = [{"id": one, "modified": f"2026-08-01T00:00:{place:02}Z"} for place, one in enumerate(ids)]
    result: dict[str, Any] = {"vulns": vulns} if vulns else {}
    return document({"results": [result if token is None else result | {"next_page_token": token}]})


class Script:
    """A sender that plays its lines in order and remembers what it was asked."""

    def __init__(self, lines: Sequence[Answer | FeedwardenError]) -> None:
        """Take the lines."""
        self.lines = list(lines)
        self.asked: list[Request] = []

    @property
    def paths(self) -> list[str]:
        """What was asked, below the address."""
        return [request.url.removeprefix(ADDRESS) for request in self.asked]

    async def send(self, request: Request) -> Answer:
        """Play the next line."""
        self.asked.append(request)
        line = self.lines.pop(0)
        if isinstance(line, FeedwardenError):
            raise line
        return line


async def ask(*lines: Answer | FeedwardenError, name: PackageName = NAME) -> tuple[Advisories, Script]:
    """Ask once; every line must be played."""
    script = Script(lines)
    told = await advisories(script, address=ADDRESS, clock=lambda: NOW).ask(name)
    assert not script.lines
    return told, script
