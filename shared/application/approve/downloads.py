"""Downloads: have a feed save one version, and see what it holds."""

from __future__ import annotations

import logging
from dataclasses import replace

from shared.application.step import Step
from shared.domain.approvals import Approval
from shared.domain.approved_versions import same_version
from shared.domain.evidence import saved_external
from shared.domain.offered_versions import why_not_offered
from shared.domain.versions import FeedVersion, Origin
from shared.errors import PermissionMissing, UnexpectedAnswer, UpstreamUnavailable
from shared.logs import told
from shared.ports import FeedService, FetchOutcome, ListedPackage

logger = logging.getLogger(__name__)


async def fetched(service: FeedService, step: Step, version: str) -> FetchOutcome:
    """Have the feed save every file of a version; trouble of any kind is tried again within the approval's own time.

    The switch is open meanwhile, so nothing of this may put off the check.
    """
    try:
        outcome = await service.fetch_version(step.gathered.feed, step.gathered.name, version)
    except (PermissionMissing, UpstreamUnavailable, UnexpectedAnswer) as error:
        logger.warning(told("version not fetched", package=step.case.name, version=version, why=error))
        return FetchOutcome.NOT_OFFERED
    logger.info(told("version asked for", package=step.case.name, version=version, outcome=outcome.value))
    return outcome


async def seen_anew(service: FeedService, step: Step) -> Step:
    """Return the step with what the feed holds now."""
    if step.gathered.package_id is None:
        return step
    return step.judged_anew(replace(step.evidence, saved_external=saved_external(await _versions(service, step))))


async def why_impossible(service: FeedService, step: Step, approval: Approval) -> str:
    """Say why the one version can never come from outside; empty = it may.

    It is held as an internal one, deleted ones too, or no registry has it.
    """
    wanted = None if approval.grant is None else approval.grant.version
    if wanted is None:
        return ""
    ecosystem = approval.name.ecosystem
    held = [version for version in await _versions(service, step) if version.origin is not Origin.EXTERNAL]
    if any(same_version(ecosystem, version.version, wanted) for version in held):
        return "that version is an internal one"
    return why_not_offered(ecosystem, wanted, step.evidence.twin.versions)


async def _versions(service: FeedService, step: Step) -> tuple[FeedVersion, ...]:
    if step.gathered.package_id is None:
        return ()
    listed = ListedPackage(step.gathered.package_id, step.gathered.name, maybe_internal=True, maybe_external=True)
    return await service.versions(step.gathered.feed, listed)
