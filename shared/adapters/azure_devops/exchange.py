"""A request and its answer as plain data, and the one way in which JSON is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from shared.errors import UnexpectedAnswer

SERVICE: Final = "Azure DevOps"

_MEBIBYTE: Final = 1024 * 1024
SMALL_ANSWER: Final = _MEBIBYTE
LARGE_ANSWER: Final = 16 * _MEBIBYTE
# A page holds 1,000 packages with all their versions.
PAGE_ANSWER: Final = 64 * _MEBIBYTE
# Twice what a feed takes of one file, 500 MiB in every protocol that is fetched:
# https://learn.microsoft.com/azure/devops/artifacts/reference/limits
FILE_ANSWER: Final = 1024 * _MEBIBYTE

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Request:
    """One request, without credentials: those are added where it is sent. `longest_answer` is in bytes.

    `download` = a package's file: its bytes are counted and thrown away, and it may be elsewhere (a redirect).
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    json: Mapping[str, object] | None = None
    longest_answer: int = SMALL_ANSWER
    download: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class AnswerTooLarge(UnexpectedAnswer):
    """A success of more bytes than the request allows: less may be asked for."""


class NotThere(UnexpectedAnswer):
    """A 404 that is not for want of the feed: where something may be missing, that is an answer too."""


class Shape(BaseModel):
    """What is read of a JSON object; members that we have no use for are passed over."""

    model_config = ConfigDict(
        alias_generator=to_camel, extra="ignore", frozen=True, hide_input_in_errors=True, strict=True
    )


def parsed[ShapeT: Shape](answer: Answer, shape: type[ShapeT]) -> ShapeT:
    """Read a JSON body.

    Raises:
        UnexpectedAnswer: no JSON, or of another shape; says where it departs, and quotes no values.
    """
    try:
        # Bytes go in at once: the parser underneath refuses deep nesting, bad UTF-8 and lone surrogates by itself.
        return shape.model_validate_json(answer.body.removeprefix(_BYTE_ORDER_MARK))
    except ValidationError as error:
        flaw = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(ascii(part)[:40].strip("'") for part in flaw["loc"][:6]) or "body"
        raise UnexpectedAnswer(f"{place} is not as documented ({flaw['type']})", service=SERVICE) from error
