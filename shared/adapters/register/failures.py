"""What an answer of Azure Storage means when it is no success: pure, from status and code to our errors.

Source: https://learn.microsoft.com/rest/api/storageservices/table-service-error-codes
Source: https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from shared.errors import (
    AuthenticationFailed,
    FeedwardenError,
    PermissionMissing,
    StaleWrite,
    UnexpectedAnswer,
    UpstreamError,
    UpstreamUnavailable,
)


@dataclass(frozen=True, slots=True)
class Wire:
    """One of the account's services, and the role that our identity needs there."""

    service: str
    role: str


TABLES: Final = Wire("table storage", "Storage Table Data Contributor")
QUEUES: Final = Wire("queue storage", "Storage Queue Data Contributor")
BLOBS: Final = Wire("blob storage", "Storage Blob Data Contributor")


class ContainerMissing(UnexpectedAnswer):
    """The table or queue does not exist: create it, or read it as empty."""


class RowMissing(UnexpectedAnswer):
    """The table exists, and holds no such row."""


# Codes first: a wrong account key answers 403 as a missing role does, and a table that is just being
# deleted 409 as a row that exists. Only documented codes mean "not there".
_BY_CODE: Final[Mapping[str, type[UpstreamError]]] = MappingProxyType(
    {
        "TableNotFound": ContainerMissing,
        "QueueNotFound": ContainerMissing,
        "ResourceNotFound": RowMissing,
        "EntityNotFound": RowMissing,
        "AccountBeingCreated": UpstreamUnavailable,
        "InternalError": UpstreamUnavailable,
        "OperationTimedOut": UpstreamUnavailable,
        "QueueBeingDeleted": UpstreamUnavailable,
        "ServerBusy": UpstreamUnavailable,
        "TableBeingDeleted": UpstreamUnavailable,
        "AuthenticationFailed": AuthenticationFailed,
        "InvalidAuthenticationInfo": AuthenticationFailed,
        "NoAuthenticationInformation": AuthenticationFailed,
    }
)
_BY_STATUS: Final[Mapping[int, type[UpstreamError | StaleWrite]]] = MappingProxyType(
    {
        HTTPStatus.UNAUTHORIZED: AuthenticationFailed,
        HTTPStatus.FORBIDDEN: PermissionMissing,
        HTTPStatus.REQUEST_TIMEOUT: UpstreamUnavailable,
        HTTPStatus.CONFLICT: StaleWrite,
        HTTPStatus.PRECONDITION_FAILED: StaleWrite,
        HTTPStatus.TOO_MANY_REQUESTS: UpstreamUnavailable,
    }
)
_SECONDS_IN_A_DAY: Final = 86_400
_LONGEST_BODY: Final = 65_536


def failure_of(wire: Wire, *, status: int, code: str, retry_after: str | None) -> FeedwardenError:
    """Return the error that an answer stands for."""
    said = f"answered {status} {code}".rstrip()
    kind = _BY_CODE.get(code) or _BY_STATUS.get(status) or _otherwise(status)
    if issubclass(kind, StaleWrite):
        return StaleWrite(f"{wire.service}: {said}: the row changed since it was read, or exists already")
    if issubclass(kind, UpstreamUnavailable):
        return UpstreamUnavailable(said, service=wire.service, retry_after=_wait(retry_after))
    return kind(said + _advice(kind, wire), service=wire.service)


def read_code(body: str) -> str:
    """Read the code from a table answer's body; no code is the empty text.

    Source: https://learn.microsoft.com/rest/api/storageservices/status-and-error-codes2
    """
    try:
        code = json.loads(body[:_LONGEST_BODY])["odata.error"]["code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    return code if isinstance(code, str) else ""


def _otherwise(status: int) -> type[UpstreamError]:
    return UpstreamUnavailable if status >= HTTPStatus.INTERNAL_SERVER_ERROR else UnexpectedAnswer


def _advice(kind: type[UpstreamError], wire: Wire) -> str:
    if kind is AuthenticationFailed:
        return ": it does not accept our credential"
    if kind is PermissionMissing:
        return f": the identity needs the role {wire.role!r}, and the account's firewall must let it in"
    return ""


def _wait(retry_after: str | None) -> timedelta | None:
    """Read Retry-After in seconds; storage sends no dates."""
    if retry_after is None or not retry_after.isascii() or not retry_after.isdigit():
        return None
    return timedelta(seconds=min(int(retry_after[:9]), _SECONDS_IN_A_DAY))
