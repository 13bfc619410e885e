"""Walk a name list: send, hand the answers on, give pages. What answers mean stands in the wire files.

Nothing is tried again here: whoever reads goes on from the last page's token.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

from shared.adapters.change_feeds.client import Caller, refuse_trouble
from shared.adapters.name_lists.wire import PagedWire, StreamedWire
from shared.adapters.outbound.guarded import Sender, StreamingSender
from shared.errors import UnexpectedAnswer
from shared.ports import Clock, NamePage, Sleep


class PagedList:
    """A list that comes page by page, as the port NameList."""

    def __init__(self, wire: PagedWire, sender: Sender, *, clock: Clock, sleep: Sleep) -> None:
        """Keep the wire to read with and the sender to ask with."""
        self._wire = wire
        self._caller = Caller(sender, clock=clock, sleep=sleep)

    async def pages(self, *, token: str | None) -> AsyncGenerator[NamePage]:
        """Give the pages from the token on; each has one, so that the next reading can go on behind it."""
        walk = self._wire.walk()
        for _ in range(self._wire.most_pages):
            page = await self._caller.converse(walk.page(token=token))
            yield page
            if page.last:
                return
            token = page.token
        raise UnexpectedAnswer(f"a list of more than {self._wire.most_pages} pages", service=self._wire.service)


class StreamedList:
    """A list that is one document, as the port NameList."""

    def __init__(self, wire: StreamedWire, sender: StreamingSender, *, clock: Clock) -> None:
        """Keep the wire to read with and the sender to ask with."""
        self._wire = wire
        self._sender = sender
        self._clock = clock

    async def pages(self, *, token: str | None) -> AsyncGenerator[NamePage]:
        """Give the pages while the document arrives; only the last has a token."""
        request = self._wire.request(token=token)
        async with self._sender.stream(request) as answer:
            refuse_trouble(answer, service=request.service, now=self._clock())
            reader = self._wire.reader(answer, token=token)
            async for piece in answer.pieces:
                reader.feed(piece)
                page = reader.take()
                if page is not None:
                    yield page
        yield reader.finish()
