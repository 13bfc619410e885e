"""Service-hook subscriptions: what Azure DevOps does with the events that it is to send us."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class SubscriptionStatus(StrEnum):
    """Azure DevOps' own words; UNKNOWN = a word that is not documented.

    Source: https://learn.microsoft.com/rest/api/azure/devops/hooks/subscriptions/list
    """

    ENABLED = "enabled"
    ON_PROBATION = "onProbation"
    DISABLED_BY_USER = "disabledByUser"
    DISABLED_BY_SYSTEM = "disabledBySystem"
    DISABLED_BY_INACTIVE_IDENTITY = "disabledByInactiveIdentity"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription of the consumer `webHooks`. `project_id` empty = of the whole organization."""

    subscription_id: str
    event_type: str
    project_id: str
    url: str
    status: SubscriptionStatus


@dataclass(frozen=True, slots=True)
class SubscriptionList:
    """All that a list told. Each of the `unreadable` rows may be a subscription that is missing among the others."""

    subscriptions: tuple[Subscription, ...]
    unreadable: int = 0

    def __iter__(self) -> Iterator[Subscription]:
        """Walk those that could be read."""
        return iter(self.subscriptions)
