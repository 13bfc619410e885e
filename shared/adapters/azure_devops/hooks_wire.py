"""Service-hook subscriptions: request and reader.

Every member but the id may be missing: what is not told is empty, and a status that is not documented is UNKNOWN.

Source: https://learn.microsoft.com/rest/api/azure/devops/hooks/subscriptions/list
"""

from __future__ import annotations

import logging
from typing import Annotated, Final

from pydantic import Field, PlainValidator, ValidationError

from shared.adapters.azure_devops.addresses import Hosts, address
from shared.adapters.azure_devops.exchange import LARGE_ANSWER, SERVICE, Answer, Request, Shape, parsed
from shared.domain.subscriptions import Subscription, SubscriptionList, SubscriptionStatus
from shared.errors import AuthenticationFailed, PermissionMissing, UnexpectedAnswer, UpstreamError
from shared.logs import told

logger = logging.getLogger(__name__)

_VERSION: Final = "7.1"
_WEB_HOOKS: Final = "webHooks"
# We asked for webhooks only: a consumer that cannot be read is one of them, as one that is missing is.
_CONSUMERS: Final = frozenset({_WEB_HOOKS.lower(), ""})
_LONGEST_ID: Final = 100
_LONGEST_ADDRESS: Final = 2000
_STATUSES: Final = {status.value.lower(): status for status in SubscriptionStatus}
_RIGHT: Final = (
    'the identity lacks the right "View subscriptions" on service hooks, which project administrators have and others '
    "can be given: https://learn.microsoft.com/azure/devops/service-hooks/view-permission"
)
_SCOPE: Final = (
    "the credential is not accepted for service hooks. Where feeds can be read with it, it is a personal access token "
    'without any of the scopes "Build (read)", "Code (read)" and "Work items (read)", one of which service hooks need'
)


def _text(value: object, longest: int) -> str:
    """Return what stands in letters and logs; what could not stand there is as good as missing."""
    fits = isinstance(value, str) and len(value) <= longest and value.isprintable()
    return value if fits and isinstance(value, str) else ""


def _word(value: object) -> str:
    return _text(value, _LONGEST_ID)


def _url(value: object) -> str:
    return _text(value, _LONGEST_ADDRESS)


def _member(value: object, name: str) -> object:
    return value.get(name) if isinstance(value, dict) else None


def _status(value: object) -> SubscriptionStatus:
    return _STATUSES.get(_word(value).lower(), SubscriptionStatus.UNKNOWN)


def _project(value: object) -> str:
    return _word(_member(value, "projectId")).lower()


def _target(value: object) -> str:
    return _url(_member(value, "url"))


class _Row(Shape):
    id: Annotated[str, Field(min_length=1, max_length=_LONGEST_ID, pattern=r"^[0-9A-Za-z-]+$")]
    consumer_id: Annotated[str, PlainValidator(_word)] = _WEB_HOOKS
    event_type: Annotated[str, PlainValidator(_word)] = ""
    status: Annotated[SubscriptionStatus, PlainValidator(_status)] = SubscriptionStatus.UNKNOWN
    publisher_inputs: Annotated[str, PlainValidator(_project)] = ""
    consumer_inputs: Annotated[str, PlainValidator(_target)] = ""


def _row(value: object) -> _Row | None:
    try:
        return _Row.model_validate(value)
    except ValidationError:
        return None


class _Rows(Shape):
    value: tuple[Annotated[_Row | None, PlainValidator(_row)], ...]


def list_subscriptions(hosts: Hosts, organization: str) -> Request:
    """Ask for all subscriptions that call webhooks, of all projects, in one call."""
    url = address(hosts.devops, organization, None, "_apis", "hooks", "subscriptions")
    params = {"consumerId": _WEB_HOOKS, "api-version": _VERSION}
    return Request("GET", url, params=params, longest_answer=LARGE_ANSWER)


def read_subscriptions(answer: Answer) -> SubscriptionList:
    """Read the list, each subscription once; a row without an id is logged, counted and passed over.

    Raises:
        UnexpectedAnswer: no list, or none of its rows can be read.
    """
    rows = parsed(answer, _Rows).value
    read = {row.id.lower(): row for row in rows if row is not None}
    unreadable = sum(1 for row in rows if row is None)
    if unreadable:
        logger.warning(told("service-hook subscriptions that cannot be read", count=unreadable))
    if unreadable and not read:
        raise UnexpectedAnswer("no subscription has an id", service=SERVICE)
    ours = tuple(_subscription(key, row) for key, row in read.items() if row.consumer_id.lower() in _CONSUMERS)
    return SubscriptionList(ours, unreadable)


def _subscription(key: str, row: _Row) -> Subscription:
    return Subscription(key, row.event_type, row.publisher_inputs, row.consumer_inputs, row.status)


def refused(error: PermissionMissing | AuthenticationFailed) -> UpstreamError:
    """Return the error that says what service hooks need; the general ones speak of feeds."""
    if isinstance(error, PermissionMissing):
        return PermissionMissing(_RIGHT, service=SERVICE)
    return AuthenticationFailed(_SCOPE, service=SERVICE)
