"""What a Teams workflow answers to a card.

Pure. Only the status is told: a body may quote the address, which is a secret.
"""

from __future__ import annotations

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
_STRANGERS: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


def read_answer(answer: Answer) -> None:
    """Take the workflow's answer: 202 means that it will post the card, not that it has.

    Raises:
        UpstreamUnavailable: too many cards, or trouble that may pass.
        AuthenticationFailed: the signature in the address is not accepted.
        UnexpectedAnswer: the workflow is off, gone, or something else; a person must look.
    """
    if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        raise _refusal(answer)


def _refusal(answer: Answer) -> UpstreamError:
    status = answer.status
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
