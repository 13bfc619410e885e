"""Making a service-hook subscription: the request, and the reader of its answer.

Source: https://learn.microsoft.com/azure/devops/service-hooks/create-subscription,
https://learn.microsoft.com/azure/devops/service-hooks/services/webhooks
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from local.onboard.options import PUBLISHERS
from shared.adapters.azure_devops.addresses import Hosts, address
from shared.adapters.azure_devops.exchange import Answer, Request, Shape, parsed

PATH: Final = "/api/hooks/azure-devops"
"""Where the app takes deliveries of Azure DevOps."""
_USER: Final = "feedwarden"


class _Made(Shape):
    id: Annotated[str, Field(min_length=1, max_length=100)]


def create_subscription(hosts: Hosts, organization: str) -> Request:
    """Return the request, without its body, which carries the secret."""
    url = address(hosts.devops, organization, None, "_apis", "hooks", "subscriptions")
    return Request("POST", url, params={"api-version": "7.1"})


def subscription_body(event: str, *, project_id: str, url: str, secret: str) -> dict[str, object]:
    """Return what is asked for: only ids of the event are sent, since nothing else of it is read."""
    publisher, version = PUBLISHERS[event]
    return {
        "publisherId": publisher,
        "eventType": event,
        "resourceVersion": version,
        "consumerId": "webHooks",
        "consumerActionId": "httpRequest",
        "publisherInputs": {"projectId": project_id},
        "consumerInputs": {
            "url": url,
            "basicAuthUsername": _USER,
            "basicAuthPassword": secret,
            "resourceDetailsToSend": "minimal",
            "messagesToSend": "none",
            "detailedMessagesToSend": "none",
        },
    }


def read_made(answer: Answer) -> str:
    """Return the id of what was made. Raises UnexpectedAnswer."""
    return parsed(answer, _Made).id.lower()
