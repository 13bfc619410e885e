"""A sender that plays lines in order, whole or piece by piece, and readings of a list through it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from shared.adapters.name_lists.client import PagedList, StreamedList
from shared.adapters.name_lists.wire import PagedWire, StreamedWire
from shared.adapters.outbound.messages import Answer, Request, StreamedAnswer
from shared.errors import FeedwardenError
from shared.ports import NameList, NamePage
from tests.adapters.change_feeds.scripted import NOW, Script


class StreamingScript(Script):
    """A script whose answers also come in pieces; an error among the pieces is raised there."""

    def __init__(self, lines: Sequence[Answer | FeedwardenError], *, piece: int = 7) -> None:
        """Take the lines, and how many bytes make a piece."""
        super().__init__(lines)
        self._piece = piece
        self.open = 0

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[StreamedAnswer]:
        """Play the next line."""
        answer = await self.send(request)
        self.open += 1
        try:
            yield StreamedAnswer(answer.status, answer.headers, self._pieces(answer.body))
        finally:
            self.open -= 1

    async def _pieces(self, body: bytes) -> AsyncIterator[bytes]:
        for place in range(0, len(body), self._piece):
            yield body[place : place + self._piece]


async def read(listed: NameList, *, token: str | None = None) -> list[NamePage]:
    """Read a list to its end."""
    return [page async for page in listed.pages(token=token)]


async def read_pages(
    wire: PagedWire, *lines: Answer | FeedwardenError, token: str | None = None
) -> tuple[list[NamePage], Script]:
    """Read a list that comes page by page; every line must be played."""
    script = Script(lines)
    pages = await read(PagedList(wire, script, clock=lambda: NOW, sleep=script.sleep), token=token)
    assert script.finished
    return pages, script


async def read_stream(
    wire: StreamedWire, line: Answer | FeedwardenError, *, token: str | None = None, piece: int = 7
) -> tuple[list[NamePage], Request]:
    """Read a list that is one document; its connection must be left."""
    script = StreamingScript([line], piece=piece)
    pages = await read(StreamedList(wire, script, clock=lambda: NOW), token=token)
    assert script.open == 0
    return pages, script.asked[0]
