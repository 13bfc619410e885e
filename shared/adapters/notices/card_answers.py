"""What a Teams workflow answers to a card.

Pure. Only the status is told: a body may quote the address, which is a secret.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from shared.adapters.outbound.messages import Answer
from shared.adapters.outbound.retry_after import retry_after
from shared.errors import AuthenticationFailed, UnexpectedAnswer, UpstreamError, UpstreamUnavailable

SERVICE: Final = "Teams"

_GONE: Final = "no such workflow any more: make a new one, and put its address into TEAMS_WEBHOOK_URL"
_STATUSES: Final[Mapping[int, str]] = MappingProxyType(
    {
        HTTPStatus.BAD_REQUEST: "the workflow is turned off, was deleted, or does not take cards: look at it in Teams",
        HTTPStatus.NOT_FOUND: _GONE,
        HTTPStatus.GONE: _GONE,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "the card is too large for the workflow",
    }
)
_LATER: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS})
# So Microsoft's own connectors answer, with status 200: https://github.com/MicrosoftDocs/msteams-docs/issues/1810
_FAILED: Final = re.compile(
    r"delivery failed with error(?:.{0,200}?HTTP error (?P<status>[45][0-9]{2})\b)?", re.IGNORECASE | re.DOTALL
)
_PAGE: Final = re.compile(r"<(?:!doctype\s+)?html\b", re.IGNORECASE)
_BEGINNING: Final = 2_000
_STRANGERS: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


def read_answer(answer: Answer) -> None:
    """Take the workflow's answer: 202 means that it will post the card, not that it has.

    A success is not believed where its body is an error or a page: a workflow may answer as it likes, and an address
    may lead to something that is none.

    Raises:
        UpstreamUnavailable: too many cards, or trouble that may pass.
        AuthenticationFailed: the signature in the address is not accepted.
        UnexpectedAnswer: the workflow is off, gone, or something else; a person must look.
    """
    if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        raise _refusal(answer, answer.status)
    text = answer.body[:_BEGINNING].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")
    if _PAGE.match(text) or answer.headers.get("content-type", "").lower().startswith("text/html"):
        raise UnexpectedAnswer("a web page answered: TEAMS_WEBHOOK_URL leads to no workflow", service=SERVICE)
    failed = _FAILED.search(text)
    if failed is not None:
        raise _refusal(answer, int(failed["status"] or HTTPStatus.INTERNAL_SERVER_ERROR))
    if _has_error(answer.body):
        raise UnexpectedAnswer("it answered with an error: look at the workflow's runs", service=SERVICE)


def _has_error(body: bytes) -> bool:
    """Say whether a body is the service's own form of an error, `{"error": {"code": …}}`."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and bool(document.get("error"))


def _refusal(answer: Answer, status: int) -> UpstreamError:
    if status in _LATER or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return UpstreamUnavailable(f"status {status}", service=SERVICE, retry_after=_wait(answer))
    if status in _STRANGERS:
        text = f"status {status}: it does not accept the address in TEAMS_WEBHOOK_URL: copy it from the workflow again"
        return AuthenticationFailed(text, service=SERVICE)
    advice = _STATUSES.get(status)
    return UnexpectedAnswer(f"status {status}{f': {advice}' if advice else ''}", service=SERVICE)


def _wait(answer: Answer) -> timedelta | None:
    """Return how long to wait; a date is counted from the answer's own, so that nobody's clock matters."""
    try:
        now = parsedate_to_datetime(answer.headers.get("date", ""))
    except (ValueError, OverflowError):
        # Far ahead: seconds need no clock, and a date without another to count from says nothing.
        now = datetime.max.replace(tzinfo=UTC)
    wait = retry_after(answer.headers, now=now.replace(tzinfo=now.tzinfo or UTC))
    return wait or None
