"""Service-hook subscriptions as a test sets them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from shared.domain.subscriptions import Subscription, SubscriptionList, SubscriptionStatus
from tests.fakes.faults import Faults

OUR_URL: Final = "https://feedwarden.contoso.example.test/api/hooks/azure-devops"


@dataclass(slots=True)
class FakeHooks:
    """Implements HookSubscriptions over a dictionary."""

    held: dict[str, Subscription] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    unreadable: int = 0

    async def subscriptions(self) -> SubscriptionList:
        """Return all of them."""
        call = await self.faults.begin("subscriptions")
        self.faults.end(call)
        return SubscriptionList(tuple(self.held.values()), self.unreadable)

    def add(self, key: str, *, event_type: str = "build.complete", project_id: str = "", url: str = OUR_URL) -> None:
        """Add one that is enabled."""
        self.held[key] = Subscription(key, event_type, project_id, url, SubscriptionStatus.ENABLED)

    def turn(self, key: str, status: SubscriptionStatus) -> None:
        """Let the service change the status of one."""
        self.held[key] = replace(self.held[key], status=status)
