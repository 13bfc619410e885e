"""What is asked and what is answered, as plain data: wire files build the one and read the other."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from shared.errors import UnexpectedAnswer

_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """One question to `service` (its name in texts). `max_bytes` bounds the answer's body after decompression."""

    url: str
    service: str
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: bytes | None = None
    max_bytes: int = 16 * _MIB


class AnswerHead(Protocol):
    """What every answer begins with."""

    @property
    def status(self) -> int:
        """The status code."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, by their names in lower case."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """One whole answer; header names are lower-case, the body is decompressed."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The content type in lower case, without its parameters; empty where none was sent."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class StreamedAnswer:
    """An answer whose body is still to come; header names are lower-case, `pieces` are decompressed and bounded.

    Asking for the next piece raises UpstreamUnavailable where none comes, UnexpectedAnswer where it must not be read.
    """

    status: int
    headers: Mapping[str, str]
    pieces: AsyncIterator[bytes]


def read_object(answer: Answer, *, service: str) -> dict[str, Any]:
    """Read the body as a JSON object.

    Raises:
        UnexpectedAnswer: it is something else.
    """
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise UnexpectedAnswer(f"status {answer.status} without readable JSON", service=service) from error
    if not isinstance(document, dict):
        raise UnexpectedAnswer(f"status {answer.status} with JSON that is no object", service=service)
    return document
