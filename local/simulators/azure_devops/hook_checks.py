"""Service-hook subscriptions: who may see and change them, and what may stand in one.

Collection administrators may all of it, a project's administrators in their project, others as they were given
`View subscriptions` or `Edit subscriptions`. The wording of refusals is believed, not documented.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from local.simulators.azure_devops.calls import Call
from local.simulators.azure_devops.errors import AzureError, NotSignedIn, bad_request, project_not_found
from local.simulators.azure_devops.hooks import publisher_of
from local.simulators.azure_devops.people import groups_of

CONSUMER, ACTION = "webHooks", "httpRequest"
VIEW, EDIT = "View subscriptions", "Edit subscriptions"
_SCOPES: Final = frozenset(
    {"vso.work", "vso.work_write", "vso.work_full", "vso.build", "vso.build_execute", "vso.code"}
)


def may(call: Call, project_id: str, right: str) -> bool:
    """Say whether the caller has that right on the subscriptions of a project; empty = on those of every project."""
    people = call.organization.identities
    me = call.caller.identity
    holders = [me, *(people[group] for group in groups_of(me.id, people))]
    given = {"edit"} if right == EDIT else {"view", "edit"}
    return any(
        one.collection_administrator or project_id in one.administers or one.subscriptions in given for one in holders
    )


def require(call: Call, project_id: str, right: str) -> None:
    """Refuse a caller without the right."""
    if not may(call, project_id, right):
        message = f"Access denied. {call.caller.identity.name} needs the following permissions to perform this action:"
        namespace = "Microsoft.VisualStudio.Services.Security"
        raise AzureError(HTTPStatus.FORBIDDEN, "AccessCheckException", f"{message} {right}", namespace=namespace)


def refuse_scopes(call: Call) -> None:
    """Refuse a credential whose scopes reach no events."""
    if call.caller.scopes and not call.caller.scopes & _SCOPES:
        raise NotSignedIn(offered=False)


def _wrong(message: str) -> AzureError:
    return bad_request("SubscriptionInputException", message)


def _texts(body: dict[str, Any], member: str) -> dict[str, str]:
    value = body.get(member) or {}
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise _wrong(f"{member} must be an object of texts.")
    return dict(value)


def _check_url(inputs: dict[str, str]) -> None:
    """Refuse what is not https. Unlike the real service, loopback is let in: everything here is on it."""
    try:
        parts = urlsplit(inputs.get("url", ""))
    except ValueError as error:
        raise _wrong("The value of the input 'url' is no address.") from error
    host = parts.hostname or ""
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))):
        raise _wrong("The value of the input 'url' must be an https address.")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _check_kind(body: dict[str, Any]) -> tuple[str, str]:
    publisher, event = str(body.get("publisherId", "")), str(body.get("eventType", ""))
    if publisher_of(event) is None or publisher_of(event) != publisher:
        raise _wrong(f"There is no registered handler for the service hooks event type {event}")
    if (body.get("consumerId"), body.get("consumerActionId")) != (CONSUMER, ACTION):
        raise _wrong("No actions are associated with the specified consumer identifier.")
    return publisher, event


def _check_project(call: Call, inputs: dict[str, str]) -> None:
    """Put the project's id in the place of what was given; an unknown project is refused."""
    wanted = inputs.get("projectId", "")
    if wanted:
        project = next((one for one in call.organization.projects if one.id.lower() == wanted.lower()), None)
        if project is None:
            raise project_not_found(wanted)
        inputs["projectId"] = project.id
    require(call, inputs.get("projectId", ""), EDIT)


@dataclass(frozen=True, slots=True)
class Wish:
    """What create and replace ask for, checked."""

    publisher_id: str
    event_type: str
    resource_version: str
    publisher_inputs: dict[str, str]
    consumer_inputs: dict[str, str]
    status: str


def read_wish(call: Call, body: dict[str, Any]) -> Wish:
    """Check a subscription that somebody sent. Raises AzureError."""
    publisher, event = _check_kind(body)
    ours, theirs = _texts(body, "publisherInputs"), _texts(body, "consumerInputs")
    _check_project(call, ours)
    _check_url(theirs)
    return Wish(publisher, event, str(body.get("resourceVersion") or "1.0"), ours, theirs, str(body.get("status", "")))
