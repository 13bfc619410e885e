"""Events occur: each is really sent to the subscriptions that want it, and again when its time comes.

All waits are on the world's clock. What is due is sent when the clock is moved, when an event occurs, and when
somebody asks for subscriptions: nothing runs by itself.
"""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any, Final

import httpx

from local.simulators.azure_devops.hooks import ENABLED, HookSubscription, Notification, publisher_of
from local.simulators.azure_devops.render_feeds import timestamp
from local.simulators.azure_devops.world import Organization, Project, World

_PARTS: Final = {"resourceDetailsToSend": "resource", "messagesToSend": "message"}
_MINIMAL: Final = ("id", "url", "name")


class HookSender:
    """Sends the notifications of one world."""

    def __init__(self, world: World, client: httpx.AsyncClient) -> None:
        self._world, self._client = world, client
        self._sending = asyncio.Lock()
        self._last_id = 0

    async def occur(
        self, organization: Organization, project: Project, *, event_type: str, resource: dict[str, Any]
    ) -> list[HookSubscription]:
        """Let an event happen; return the subscriptions that it was for, with what became of it in them."""
        event: dict[str, Any] = self._event(organization, project, event_type, resource)
        meant = [one for one in organization.subscriptions if one.wants(event_type, project.id)]
        async with self._sending:
            for one in meant:
                if one.status == ENABLED:
                    await self._attempt(one, self._notification(one, event))
                else:
                    one.lost += 1
        return meant

    async def catch_up(self) -> None:
        """Send what is due by now, unless that is under way."""
        if not self._sending.locked():
            await self.advance(timedelta(0))

    async def advance(self, by: timedelta) -> None:
        """Move the world's clock, and send on the way what falls due, each at its time."""
        world = self._world
        async with self._sending:
            final = world.offset + by
            while (first := self._first_due()) is not None and first[1].due <= world.clock() + final:
                world.offset = max(world.offset, first[1].due - world.clock())
                await self._attempt(*first)
            world.offset = final

    def _first_due(self) -> tuple[HookSubscription, Notification] | None:
        everything = [
            (one, notification)
            for organization in self._world.organizations
            for one in organization.subscriptions
            for notification in one.waiting
        ]
        return min(everything, key=lambda pair: pair[1].due, default=None)

    def _event(
        self, organization: Organization, project: Project, event_type: str, resource: dict[str, Any]
    ) -> dict[str, Any]:
        text = f"{event_type} in {project.name}"
        return {
            "id": self._world.new_id(),
            "eventType": event_type,
            "publisherId": publisher_of(event_type),
            "message": {"text": text, "html": text, "markdown": text},
            "resource": {"project": {"id": project.id, "name": project.name}} | resource,
            "resourceContainers": {
                "collection": {"id": organization.id},
                "account": {"id": organization.id},
                "project": {"id": project.id},
            },
            "createdDate": timestamp(self._world.now()),
        }

    def _notification(self, subscription: HookSubscription, event: dict[str, Any]) -> Notification:
        self._last_id += 1
        told = {"subscriptionId": subscription.id, "notificationId": self._last_id}
        body: dict[str, Any] = told | event | {"resourceVersion": subscription.resource_version}
        for key, member in _PARTS.items():
            match subscription.consumer_inputs.get(key, "all").lower():
                case "none":
                    del body[member]
                case "minimal" if member == "resource":
                    body[member] = {name: body[member][name] for name in _MINIMAL if name in body[member]}
        made = Notification(self._last_id, body, self._world.now())
        subscription.waiting.append(made)
        subscription.sent.append(made)
        return made

    async def _attempt(self, subscription: HookSubscription, notification: Notification) -> None:
        answer = await self._post(subscription.consumer_inputs, notification.body)
        # Somebody may have switched it off or deleted it while its target thought.
        if notification in subscription.waiting:
            subscription.settle(notification, answer, now=self._world.now())

    async def _post(self, inputs: dict[str, str], body: dict[str, Any]) -> int:
        headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "VSServices/19.0 (ServiceHooks)"}
        for line in inputs.get("httpHeaders", "").splitlines():
            name, colon, value = line.partition(":")
            if colon:
                headers[name.strip()] = value.strip()
        user, password = inputs.get("basicAuthUsername", ""), inputs.get("basicAuthPassword", "")
        auth = httpx.BasicAuth(user, password) if user or password else httpx.Auth()
        try:
            answer = await self._client.post(
                inputs["url"], content=json.dumps(body), headers=headers, auth=auth, follow_redirects=False
            )
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):  # ValueError: a header that cannot be sent
            return 0
        return answer.status_code
