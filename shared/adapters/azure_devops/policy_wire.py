"""The organization's "additional protections when using public package registries": request and reader.

The endpoint is not documented. It is what tools that audit organizations read, and its answer has the same
members as the settings page's own data. Whatever is not plainly that is unknown.
"""

from __future__ import annotations

from typing import Final

from shared.adapters.azure_devops.addresses import Hosts, address
from shared.adapters.azure_devops.exchange import Answer, Request, Shape, parsed
from shared.domain.evidence import OrganizationPolicy

_POLICY: Final = "Policy.ArtifactsExternalPackageProtectionToken"


class _Policy(Shape):
    effective_value: bool


def get_policy(hosts: Hosts, organization: str) -> Request:
    """Ask whether the protections are on.

    Without `defaultValue` some organizations answer 405. It says what an organization that never touched the
    policy has; the settings page asks with `true`, because the protections came switched on for everybody.
    """
    url = address(hosts.devops, organization, None, "_apis", "OrganizationPolicy", "Policies", _POLICY)
    return Request("GET", url, params={"defaultValue": "true", "api-version": "5.0-preview.1"})


def read_policy(answer: Answer) -> OrganizationPolicy:
    """Read `effectiveValue`. Raises UnexpectedAnswer for anything but true or false."""
    return OrganizationPolicy.ON if parsed(answer, _Policy).effective_value else OrganizationPolicy.OFF
