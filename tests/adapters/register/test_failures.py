"""What an answer means: a table of statuses and codes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.register.failures import (
    QUEUES,
    TABLES,
    ContainerMissing,
    RowMissing,
    Wire,
    failure_of,
    read_code,
)
from shared.errors import (
    AuthenticationFailed,
    FeedwardenError,
    PermissionMissing,
    StaleWrite,
    UnexpectedAnswer,
    UpstreamUnavailable,
)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "InvalidInput", UnexpectedAnswer),
        (401, "", AuthenticationFailed),
        (403, "AuthenticationFailed", AuthenticationFailed),
        (403, "AuthorizationPermissionMismatch", PermissionMissing),
        (403, "AuthorizationFailure", PermissionMissing),
        (403, "", PermissionMissing),
        (404, "TableNotFound", ContainerMissing),
        (404, "QueueNotFound", ContainerMissing),
        (404, "ResourceNotFound", RowMissing),
        (404, "EntityNotFound", RowMissing),
        (404, "", UnexpectedAnswer),
        (404, "SomethingElse", UnexpectedAnswer),
        (408, "", UpstreamUnavailable),
        (409, "EntityAlreadyExists", StaleWrite),
        (409, "", StaleWrite),
        (409, "TableBeingDeleted", UpstreamUnavailable),
        (409, "QueueBeingDeleted", UpstreamUnavailable),
        (412, "UpdateConditionNotSatisfied", StaleWrite),
        (413, "RequestBodyTooLarge", UnexpectedAnswer),
        (429, "", UpstreamUnavailable),
        (500, "OperationTimedOut", UpstreamUnavailable),
        (503, "ServerBusy", UpstreamUnavailable),
        (503, "", UpstreamUnavailable),
        (302, "", UnexpectedAnswer),
    ],
)
def test_meaning(status: int, code: str, kind: type[FeedwardenError]) -> None:
    """Codes decide first; a bare 404 is never "not there"."""
    error = failure_of(TABLES, status=status, code=code, retry_after=None)
    assert type(error) is kind
    assert str(status) in str(error)


@pytest.mark.parametrize(
    ("wire", "role"), [(TABLES, "Storage Table Data Contributor"), (QUEUES, "Storage Queue Data Contributor")]
)
def test_missing_role_is_named(wire: Wire, role: str) -> None:
    """Whoever reads it knows which role to give."""
    assert role in str(failure_of(wire, status=403, code="", retry_after=None))


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        (None, None),
        ("7", timedelta(seconds=7)),
        ("0", timedelta(0)),
        ("9" * 40, timedelta(days=1)),
        ("Wed, 21 Oct 2015 07:28:00 GMT", None),
        ("-1", None),
        ("²", None),
        ("", None),
    ],
)
def test_retry_after(header: str | None, wait: timedelta | None) -> None:
    """How long the service asks us to wait, where it says so in seconds; never more than a day."""
    error = failure_of(TABLES, status=429, code="", retry_after=header)
    assert isinstance(error, UpstreamUnavailable)
    assert error.retry_after == wait


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('{"odata.error": {"code": "TableNotFound", "message": {}}}', "TableNotFound"),
        ('{"odata.error": {"code": 5}}', ""),
        ('{"odata.error": []}', ""),
        ("[]", ""),
        ("<html>", ""),
        ("", ""),
        ("[" * 60_000, ""),
    ],
)
def test_code_in_a_body(body: str, code: str) -> None:
    """Only a documented body has a code."""
    assert read_code(body) == code


@given(st.text())
def test_any_body_can_be_read(body: str) -> None:
    """Junk has no code, and raises nothing."""
    assert isinstance(read_code(body), str)
