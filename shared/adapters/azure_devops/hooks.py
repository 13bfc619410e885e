"""The service hooks of one organization: implements the port HookSubscriptions."""

from __future__ import annotations

from shared.adapters.azure_devops import hooks_wire
from shared.adapters.azure_devops.addresses import Hosts
from shared.adapters.azure_devops.sender import Sender
from shared.domain.subscriptions import SubscriptionList
from shared.errors import AuthenticationFailed, PermissionMissing


class AzureDevOpsHooks:
    """Lists subscriptions, seen with one credential; changes none."""

    def __init__(self, sender: Sender, *, hosts: Hosts, organization: str) -> None:
        self._sender = sender
        self._hosts = hosts
        self._organization = organization.lower()

    async def subscriptions(self) -> SubscriptionList:
        """Return those that we may see, of all projects, to any address. Raises PermissionMissing, UpstreamError."""
        try:
            answer = await self._sender.send(hooks_wire.list_subscriptions(self._hosts, self._organization))
        except (PermissionMissing, AuthenticationFailed) as error:
            raise hooks_wire.refused(error) from error
        return hooks_wire.read_subscriptions(answer)
