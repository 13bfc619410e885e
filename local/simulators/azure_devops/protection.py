"""The rule that the whole product is about: when a feed lists and serves no external version of a package.

Source: "Changes to Azure Artifact upstream behavior", and
    https://learn.microsoft.com/azure/devops/artifacts/concepts/upstream-behavior
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from local.simulators.azure_devops.feeds import ALLOW
from local.simulators.azure_devops.packages import HeldVersion


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the rule looks at. `in_force` is the switch as propagated, not as told."""

    in_force: str
    organization_protection: bool
    held: tuple[HeldVersion, ...]
    deleted: tuple[HeldVersion, ...]
    internal_offered: bool
    deleted_internal_versions_block: bool


def _any_internal(versions: Iterable[HeldVersion]) -> bool:
    return any(version.internal for version in versions)


def blocks_external(now: Circumstances) -> bool:
    """Say whether external versions are kept out; versions already saved stay in either case."""
    if now.in_force == ALLOW or not now.organization_protection:
        return False
    if _any_internal(now.held) or (now.deleted_internal_versions_block and _any_internal(now.deleted)):
        return True
    # "On first consumption" only: a package of which public versions were saved is public already.
    return not now.held and now.internal_offered
