"""Deliveries that come in, links and letters that go out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.domain.feeds import FeedRef
from shared.domain.hints import Hint
from shared.domain.letters import Letter
from shared.domain.names import PackageName
from shared.domain.notices import Notice


class Door(Protocol):
    """One source of deliveries: proves the sender, reads the body."""

    def read(self, *, headers: Mapping[str, str], body: bytes, at: datetime) -> Hint:
        """Return the hint. Raises BadSignature, UntrustedInput. Header names are matched without case."""
        ...


@dataclass(frozen=True, slots=True)
class RequestRef:
    """What a link names: one request for external versions of one package in one feed."""

    feed: FeedRef
    name: PackageName
    approval_id: str


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says once its signature holds: what it names, and whether its time is over. It grants nothing."""

    target: RequestRef | FeedRef
    made_at: datetime
    expired: bool


class Links(Protocol):
    """Addresses that people get in letters. Each names something, is signed, and expires."""

    def to_request(self, ref: RequestRef) -> str:
        """Return the address of the page of one request."""
        ...

    def to_requests_of(self, feed: FeedRef) -> str:
        """Return the address of the page that lists the open requests of one feed."""
        ...

    def read(self, token: str) -> Link:
        """Read the token of an address of ours. Raises BadLink."""
        ...


class LetterChannel(Protocol):
    """One way to carry letters to people."""

    async def send(self, letter: Letter) -> None:
        """Deliver one letter, at least once.

        Raises UpstreamUnavailable for what may pass, another UpstreamError for what a person must mend.
        """
        ...


class NoticeChannel(Protocol):
    """A way to reach people."""

    async def send(self, notice: Notice) -> None:
        """Deliver one notice."""
        ...
