"""Service-hook subscriptions: list, get, create, replace, delete.

Source: https://learn.microsoft.com/rest/api/azure/devops/hooks/subscriptions
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.responses import Response
from starlette.routing import Route

from local.simulators.azure_devops.calls import Call, Site
from local.simulators.azure_devops.errors import AzureError
from local.simulators.azure_devops.hook_checks import (
    ACTION,
    CONSUMER,
    EDIT,
    VIEW,
    may,
    read_wish,
    refuse_scopes,
    require,
)
from local.simulators.azure_devops.hooks import BY_USER, ENABLED, MASK, HookSubscription
from local.simulators.azure_devops.render_feeds import timestamp
from local.simulators.azure_devops.routing import scoped_routes

_NAMESPACE: Final = "Microsoft.VisualStudio.Services.ServiceHooks.WebApi"


def _found(call: Call, right: str) -> HookSubscription:
    refuse_scopes(call)
    wanted = call.path("subscription").lower()
    for one in call.organization.subscriptions:
        if one.id.lower() == wanted and may(call, one.project_id, VIEW):
            require(call, one.project_id, right)
            return one
    message = f"The subscription with ID '{wanted}' doesn't exist."
    raise AzureError(HTTPStatus.NOT_FOUND, "SubscriptionNotFoundException", message, namespace=_NAMESPACE)


def _json(call: Call, one: HookSubscription) -> dict[str, Any]:
    """Write one subscription as answers show it; nothing secret is told."""
    people = call.organization.identities
    by = {"id": one.created_by, "displayName": people[one.created_by].name if one.created_by in people else ""}
    url = f"{call.base()}/_apis/hooks/subscriptions/{one.id}"
    return {
        "id": one.id,
        "url": url,
        "status": one.status,
        "publisherId": one.publisher_id,
        "eventType": one.event_type,
        "subscriber": None,
        "resourceVersion": one.resource_version,
        "eventDescription": "Any",
        "consumerId": CONSUMER,
        "consumerActionId": ACTION,
        "actionDescription": f"To host {urlsplit(one.consumer_inputs['url']).hostname}",
        "probationRetries": one.probation_retries,
        "createdBy": by,
        "createdDate": timestamp(one.created_at),
        "modifiedBy": by,
        "modifiedDate": timestamp(one.modified_at),
        "publisherInputs": one.publisher_inputs,
        "consumerInputs": one.told_inputs(),
        "_links": {"self": {"href": url}},
    }


async def list_subscriptions(call: Call) -> Response:
    """Answer those that the caller may see; what an identity without any right is answered, the world chooses."""
    refuse_scopes(call)
    await call.site.hooks.catch_up()
    everything = call.organization.subscriptions
    seen = [one for one in everything if may(call, one.project_id, VIEW)]
    if call.world.behavior.unseen_subscriptions_status == HTTPStatus.FORBIDDEN and not seen:
        require(call, "", VIEW)
    rows = [_json(call, one) for one in seen]
    for name in ("publisherId", "eventType", "consumerId", "consumerActionId"):
        wanted = (call.query(name) or "").lower()
        rows = [row for row in rows if wanted in ("", row[name].lower())]
    return call.collection(rows)


async def create_subscription(call: Call) -> Response:
    """Make a subscription, which is enabled at once."""
    refuse_scopes(call)
    wish = read_wish(call, await call.body())
    now = call.world.now()
    made = HookSubscription(
        id=call.world.new_id(),
        publisher_id=wish.publisher_id,
        event_type=wish.event_type,
        resource_version=wish.resource_version,
        publisher_inputs=wish.publisher_inputs,
        consumer_inputs=wish.consumer_inputs,
        created_by=call.caller.identity.id,
        created_at=now,
        modified_at=now,
    )
    call.organization.subscriptions.append(made)
    return call.answer(_json(call, made))


async def get_subscription(call: Call) -> Response:
    """Answer one subscription."""
    await call.site.hooks.catch_up()
    return call.answer(_json(call, _found(call, VIEW)))


async def replace_subscription(call: Call) -> Response:
    """Put other inputs in place, and switch it on or off; a secret that is sent masked stays as it is."""
    one = _found(call, EDIT)
    wish = read_wish(call, await call.body())
    kept = {key for key, value in wish.consumer_inputs.items() if value == MASK and key in one.consumer_inputs}
    one.consumer_inputs = wish.consumer_inputs | {key: one.consumer_inputs[key] for key in kept}
    one.publisher_id, one.event_type = wish.publisher_id, wish.event_type
    one.publisher_inputs, one.resource_version = wish.publisher_inputs, wish.resource_version
    one.modified_at = call.world.now()
    if wish.status in (ENABLED, BY_USER):
        one.revive(enabled=wish.status == ENABLED)
    return call.answer(_json(call, one))


async def delete_subscription(call: Call) -> Response:
    """Forget one subscription."""
    one = _found(call, EDIT)
    one.waiting.clear()
    call.organization.subscriptions.remove(one)
    return Response(status_code=HTTPStatus.NO_CONTENT)


def routes(site: Site) -> list[Route]:
    """Return the routes of this part; subscriptions are the organization's, no project's."""
    path = "/_apis/hooks/subscriptions"
    one = {"GET": get_subscription, "PUT": replace_subscription, "DELETE": delete_subscription}
    return [
        *scoped_routes(site, path, {"GET": list_subscriptions, "POST": create_subscription})[:1],
        *scoped_routes(site, f"{path}/{{subscription}}", one)[:1],
    ]
