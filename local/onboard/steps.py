"""The steps in their order, and how one that fails is told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Final

from local.onboard import (
    step_feeds,
    step_identity,
    step_letters,
    step_pat,
    step_prefixes,
    step_settings,
    step_storage,
    step_subscriptions,
)
from local.onboard.findings import Finding, Reporter
from local.onboard.ground import Ground
from shared.errors import (
    AuthenticationFailed,
    ConfigurationError,
    FeedwardenError,
    PermissionMissing,
    UpstreamUnavailable,
)

type Step = Callable[[Ground, Reporter], Awaitable[list[Finding]]]

STEPS: Final[dict[str, Step]] = {
    "settings": step_settings.settings,
    "organization": step_identity.organization,
    "identity": step_identity.identity,
    "access level": step_identity.access_level,
    "organization policy": step_feeds.organization_policy,
    "feeds": step_feeds.feeds,
    "roles": step_feeds.roles,
    "public upstreams": step_feeds.public_upstreams,
    "PAT expiry": step_pat.pat,
    "subscriptions": step_subscriptions.subscriptions,
    "teams": step_letters.teams,
    "mail": step_letters.mail,
    "storage": step_storage.storage,
    "approvals": step_settings.approvals,
    "name prefixes": step_prefixes.prefixes,
}
"""docs/onboarding.md has a section for each; a test compares them."""

_REMEDIES: Final[tuple[tuple[type[FeedwardenError], str], ...]] = (
    (ConfigurationError, "mend what the step `settings` tells"),
    (
        AuthenticationFailed,
        (
            "check AZURE_DEVOPS_PAT (its end, its organization, its scopes: docs/onboarding.md), or `az login` again; "
            "and whether {organization} is the organization's name: a wrong name may be answered like a bad credential"
        ),
    ),
    (PermissionMissing, "ask as somebody who may: docs/onboarding.md says what each step takes"),
    (UpstreamUnavailable, "check the addresses in the settings and the network, and look again"),
)
_OTHERWISE: Final = "look at the address that was asked: what answers there is not what is documented"


async def findings_of(ground: Ground, steps: Mapping[str, Step] = STEPS) -> AsyncIterator[Finding]:
    """Run every step, whatever the ones before it found."""
    for name, step in steps.items():
        report = Reporter(name)
        try:
            for finding in await step(ground, report):
                yield finding
        except FeedwardenError as error:
            remedy = next((text for kind, text in _REMEDIES if isinstance(error, kind)), _OTHERWISE)
            organization = ground.settings.organization or "AZURE_DEVOPS_ORGANIZATION"
            yield report.not_known(str(error), remedy.replace("{organization}", organization))
