"""The body of a generic delivery, and the hint that it is."""

from __future__ import annotations

from types import MappingProxyType
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, StrictStr, ValidationError
from pydantic_core import ErrorDetails

from shared.adapters.doors.body import LONGEST_TEXT, is_clean, read_object
from shared.domain.ecosystems import Ecosystem
from shared.domain.hints import Hint
from shared.domain.names import PackageName
from shared.errors import NoUpstreamingBehavior, UntrustedInput

_WORDS: Final = MappingProxyType(
    {"missing": "is missing", "string_type": "must be a text", "model_type": "must be an object"}
)


def _clean(text: str) -> str:
    if not is_clean(text):
        raise ValueError("unfit")  # pydantic collects ValueError, and the words come from below
    return text


def _clean_or_missing(text: str | None) -> str | None:
    # A pipeline variable that is not set arrives as an empty text.
    stripped = (text or "").strip()
    return _clean(stripped) if stripped else None


type _Text = Annotated[StrictStr, AfterValidator(_clean)]
type _OptionalText = Annotated[StrictStr | None, AfterValidator(_clean_or_missing)]


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    project: _OptionalText = None
    feed: _OptionalText = None
    ecosystem: _OptionalText = None
    package: _OptionalText = None
    version: _OptionalText = None


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    type: _Text
    timestamp: _OptionalText = None  # for people; what counts is the signed one
    data: _Data | None = None


def _read_body(body: bytes) -> _Body:
    try:
        return _Body.model_validate(read_object(body))
    except ValidationError as error:
        problems = (f"{'.'.join(map(str, p['loc']))} {_said(p)}" for p in error.errors())
        raise UntrustedInput(f"the body does not fit: {'; '.join(problems)}") from error


def _said(problem: ErrorDetails) -> str:
    return _WORDS.get(problem["type"], f"must be 1 to {LONGEST_TEXT} printable characters")


def _ecosystem(text: str | None) -> Ecosystem | None:
    try:
        return None if text is None else Ecosystem.of(text)
    except NoUpstreamingBehavior as error:
        raise UntrustedInput(str(error)) from error


def read_hint(delivery_id: str, text: bytes) -> Hint:
    """Return the hint. Raises UntrustedInput: the body does not fit, or names what cannot be."""
    body = _read_body(text)
    data = body.data or _Data()
    ecosystem = _ecosystem(data.ecosystem)
    package = data.package
    if ecosystem is None or data.feed is None or package is None:
        # A name without its ecosystem or its feed could mean several packages: look at all that it may mean.
        kind = None if ecosystem is None else ecosystem.value
        return Hint(delivery_id, body.type, data.project, data.feed, kind)
    name = PackageName.of(ecosystem, package)
    return Hint(delivery_id, body.type, data.project, data.feed, ecosystem.value, name.spelling, data.version)
