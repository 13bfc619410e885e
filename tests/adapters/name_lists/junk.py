"""Readings of lists that nobody should give: for Hypothesis."""

from __future__ import annotations

from collections.abc import Coroutine

from shared.adapters.name_lists.client import PagedList, StreamedList
from shared.adapters.name_lists.wire import PagedWire, StreamedWire
from shared.adapters.outbound.messages import Answer
from shared.errors import NoNameList, UpstreamError
from shared.ports import NamePage
from tests.adapters.change_feeds.scripted import NOW
from tests.adapters.name_lists.scripted import StreamingScript, read

_END = Answer(400, {}, b"")


def paged_raises_only_ours(wire: PagedWire, token: str | None, answers: list[Answer]) -> None:
    """Read a list whose pages are junk: it tells something readable, or raises our own error."""
    script = StreamingScript([*answers, *[_END] * 3])
    _check(read(PagedList(wire, script, clock=lambda: NOW, sleep=script.sleep), token=token))


def streamed_raises_only_ours(wire: StreamedWire, token: str | None, answer: Answer, piece: int) -> None:
    """Read a list whose document is junk, cut anywhere."""
    script = StreamingScript([answer], piece=piece)
    _check(read(StreamedList(wire, script, clock=lambda: NOW), token=token))


def _check(reading: Coroutine[None, None, list[NamePage]]) -> None:
    try:
        # Nothing in it ever waits, so no event loop is needed.
        reading.send(None)
    except (UpstreamError, NoNameList):
        return
    except StopIteration as end:
        pages: list[NamePage] = end.value
    assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True]
    assert all(page.names for page in pages[:-1] if not page.token)
    assert all(0 < len(name) <= 300 for page in pages for name in page.names)
