"""What a change feed's wire file offers, and how all of them judge a status and write texts for people.

A look at a feed takes one request or several, and which comes next depends on what was answered: a wire is a
generator that is given the answers. It sends nothing itself.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final, Protocol

from shared.adapters.outbound.messages import Answer, Request
from shared.errors import AddressRefused, UnexpectedAnswer
from shared.ports import ChangedNames

UNREADABLE_POSITION: Final = "the saved position cannot be read"


@dataclass(frozen=True, slots=True)
class Step:
    """The next request, and how long to wait before it is sent."""

    request: Request
    pause: timedelta = timedelta(0)


type Conversation = Generator[Step, Answer, ChangedNames]


class ChangeFeedWire(Protocol):
    """One kind of change feed."""

    def changes(self, *, position: str | None, now: datetime) -> Conversation:
        """Begin one look: give requests, take answers, return what changed. Raises UpstreamError, AddressRefused."""
        ...


def base_of(address: str) -> str:
    """Return a feed's address without its trailing slashes, fit to have a path appended.

    Raises:
        AddressRefused: a query or fragment would swallow the path.
    """
    if "?" in address or "#" in address:
        raise AddressRefused("a change feed's address must have no query and no fragment")
    return address.strip().rstrip("/")


def expect_ok(answer: Answer, *, service: str) -> Answer:
    """Return the answer again where its status is 200.

    Raises:
        UnexpectedAnswer: any other status; what changed is not known then.
    """
    if answer.status != HTTPStatus.OK:
        raise UnexpectedAnswer(f"it answered {answer.status}", service=service)
    return answer
