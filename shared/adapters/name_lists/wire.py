"""What a name list's wire file offers: either a page after the other, or one document that is read while it arrives."""

from __future__ import annotations

from collections.abc import Generator
from typing import Final, Protocol

from shared.adapters.change_feeds.wire import Step
from shared.adapters.outbound.messages import Answer, AnswerHead, Request
from shared.errors import UnexpectedAnswer
from shared.ports import NamePage

# More than any registry admits; a longer one would outgrow what keeps it.
_LONGEST_NAME: Final = 300

type PageConversation = Generator[Step, Answer, NamePage]


class Walk(Protocol):
    """One reading of a list that comes page by page."""

    def page(self, *, token: str | None) -> PageConversation:
        """Begin the page after a token: give requests, take answers, return it. Raises UpstreamError, NoNameList."""
        ...


class PagedWire(Protocol):
    """A list that comes page by page, each with a place to go on from."""

    @property
    def service(self) -> str:
        """Its name in texts."""
        ...

    @property
    def most_pages(self) -> int:
        """More pages than the largest registry has: a list without end ends here."""
        ...

    def walk(self) -> Walk:
        """Begin a reading."""
        ...


class ListReader(Protocol):
    """Reads one document while it arrives."""

    def feed(self, piece: bytes) -> None:
        """Take one piece in. Raises UnexpectedAnswer."""
        ...

    def take(self) -> NamePage | None:
        """Return a page where one is full."""
        ...

    def finish(self) -> NamePage:
        """Return the last page. Raises UnexpectedAnswer where the document is not whole."""
        ...


class StreamedWire(Protocol):
    """A list that is one document."""

    def request(self, *, token: str | None) -> Request:
        """Ask for the list."""
        ...

    def reader(self, answer: AnswerHead, *, token: str | None) -> ListReader:
        """Return what reads the body of an answer that begins like that. Raises UnexpectedAnswer."""
        ...


def read_name(value: object, *, service: str) -> str:
    """Read a name.

    Raises:
        UnexpectedAnswer: it is none, or too long to be one.
    """
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_NAME:
        raise UnexpectedAnswer("a list with an entry whose name is no readable text", service=service)
    return value
