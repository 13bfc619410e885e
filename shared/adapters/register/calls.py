"""Calls to Azure Storage: bounded in time, tried again where that can help, failing only with our errors.

The SDK's own retries are off: they may wait for minutes, and a webhook's sender does not. This
module loads the SDK's core; only modules that storage.py loads late may import it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from http.client import HTTPException
from typing import Final
from xml.etree.ElementTree import ParseError

from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)

from shared.adapters.register.failures import Wire, failure_of, read_code
from shared.adapters.register.storage import Patience
from shared.errors import AuthenticationFailed, FeedwardenError, UnexpectedAnswer, UpstreamUnavailable

# What the SDK's own readers let through when an answer is not what they expect.
_UNREADABLE: Final = (ValueError, LookupError, TypeError, AttributeError, RecursionError, HTTPException, ParseError)

# How the identity's own service refuses: no answer at all, or "no such identity". What storage itself
# refuses comes as 401 or 403, and a busy identity service as 429 or 5xx, as everywhere.
_NO_TOKEN: Final = frozenset({None, HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


async def call[T](work: Callable[[], Awaitable[T]], *, wire: Wire, patience: Patience) -> T:
    """Do the work, again where the service only had no time; all attempts together stay within the patience.

    A write whose answer was lost is sent again, so it may find itself already done.
    """
    try:
        async with asyncio.timeout(patience.limit.total_seconds()):
            return await _attempts(work, wire=wire, patience=patience)
    except TimeoutError as error:
        raise UpstreamUnavailable(f"no answer within {patience.limit}", service=wire.service) from error


async def _attempts[T](work: Callable[[], Awaitable[T]], *, wire: Wire, patience: Patience) -> T:
    for pause in patience.pauses:
        try:
            return await _once(work, wire=wire)
        except UpstreamUnavailable as error:
            if error.retry_after is not None and error.retry_after > pause:
                raise
        await patience.sleep(pause)
    return await _once(work, wire=wire)


async def _once[T](work: Callable[[], Awaitable[T]], *, wire: Wire) -> T:
    try:
        return await work()
    except (AzureError, *_UNREADABLE) as error:
        raise translate(error, wire=wire) from error


def translate(error: Exception, *, wire: Wire) -> FeedwardenError:
    """Return our error for one of the SDK's; its texts may hold addresses with a signature, so none is taken over."""
    if isinstance(error, (ServiceRequestError, ServiceResponseError)):
        return UpstreamUnavailable(f"no answer: {type(error).__name__}", service=wire.service)
    status = error.status_code if isinstance(error, HttpResponseError) else None
    if isinstance(error, ClientAuthenticationError) and status in _NO_TOKEN:
        text = f"no token for our identity: {type(error).__name__}"
        return AuthenticationFailed(text, service=wire.service)
    if isinstance(error, HttpResponseError) and status is not None:
        headers = getattr(error.response, "headers", None) or {}
        return failure_of(wire, status=status, code=_code(error), retry_after=headers.get("Retry-After"))
    return UnexpectedAnswer(f"{type(error).__name__}", service=wire.service)


def _code(error: HttpResponseError) -> str:
    """Return the service's word for what happened; the SDK keeps it in one of three places, or leaves it unread."""
    headers = getattr(error.response, "headers", None) or {}
    code = getattr(error, "error_code", None) or headers.get("x-ms-error-code")
    if code:
        return str(getattr(code, "value", code))
    return "" if error.response is None else read_code(error.response.text())
