"""Service-hook subscriptions: what Azure DevOps does with the events that it is to send us."""

from __future__ import annotations

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
