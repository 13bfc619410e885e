"""Publishes the canary's versions: implements the port Publisher."""

from __future__ import annotations

from shared.adapters.azure_devops import publish_wire
from shared.adapters.azure_devops.addresses import Hosts
from shared.adapters.azure_devops.sender import Sender
from shared.domain.feeds import Feed
from shared.domain.names import PackageName


class AzureDevOpsPublisher:
    """Publishes npm packages to feeds, with the credential that guards them."""

    def __init__(self, sender: Sender, *, hosts: Hosts) -> None:
        """Share the sender: the service's limits are counted by identity."""
        self._sender = sender
        self._hosts = hosts

    async def publish(self, feed: Feed, name: PackageName, version: str) -> None:
        """Publish one version that does nothing."""
        # The answer's body says nothing that we need.
        await self._sender.send(publish_wire.publish_version(self._hosts, feed.ref, name, version))
