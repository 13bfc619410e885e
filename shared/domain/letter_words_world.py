"""The words of letters about no package: what Feedwarden itself relies on, and does not work as it should."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from shared.domain.letters import Urgency, Words
from shared.domain.notices import NoticeKind

_K = NoticeKind

WORLD_WORDS: Final[Mapping[NoticeKind, Words]] = MappingProxyType(
    {
        _K.WATCH_LOSSY: Words(
            Urgency.WARNING,
            "Changes on a public registry may have been missed",
            "The list of changes of the registry {registry} may have left something out: {loss}.",
            "Feedwarden reads or asks for all names again, so that nothing stays unseen. That can take some hours.",
            "Nobody has to do anything, unless this message comes often.",
            "times changes on a public registry may have been missed",
            "changes may have been missed",
        ),
        _K.ORGANIZATION_POLICY_OFF: Words(
            Urgency.ALARM,
            "The organization's protection is switched off",
            'In the organization {organization} the policy "Additional protections when using public package '
            'registries" is off. While it is off, no feed blocks versions from outside, whatever its packages are '
            "set to.",
            "Feedwarden changed nothing: only an administrator of the organization can switch it on.",
            "If nobody acts, every internal package can be replaced by a public one of its name. Switch it on under "
            "Organization settings, Policies.",
            "times the organization's protection was found switched off",
            "protection is off",
        ),
        _K.HOOKS_NOT_DELIVERING: Words(
            Urgency.WARNING,
            "Service hooks do not deliver: {states}",
            "Azure DevOps does not tell Feedwarden of everything that happens in {organization}: of the service-hook "
            "subscriptions that call it, {states}.",
            "Feedwarden changed nothing. New events are lost meanwhile; sweeps find everything without them, later.",
            "If nobody acts, it stays so: Azure DevOps disables a subscription on probation after a day and a half, "
            "and a disabled one for good. Look in the history of the subscription, under Project settings, Service "
            "hooks, at what was answered; mend that, and enable the subscription again.",
            "times service hooks were found that do not deliver",
            "service hooks do not deliver",
        ),
        _K.CANARY_OVERDUE: Words(
            Urgency.ALARM,
            "An exercise failed: {canary} was not protected in time",
            "Every day Feedwarden lets versions from outside into {canary}, a package that was made for this, to see "
            "that they are blocked again. This time they were not in time. The exercise began at {since}; expected "
            "was: {expected}. What is known: {state}.",
            "Feedwarden goes on checking the package as it does every other.",
            "If nobody acts, a real package may not be protected in time either. Whoever runs Feedwarden finds the "
            "cause in its log, and under GET /api/health/ready.",
            "exercises failed",
            "exercise failed",
        ),
    }
)
