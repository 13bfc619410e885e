"""Gates: what stands in the way of an approval, or ends it, at one look. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from shared.application.gather import PROPAGATION
from shared.application.step import Step
from shared.domain.approvals import EXECUTE_WITHIN, Approval, ApprovalState
from shared.domain.approved_versions import same_version
from shared.domain.evidence import UpstreamingBehavior, is_collision, twin_taken
from shared.domain.evidence_changes import alarms
from shared.domain.policy import Mode, Protection

# An end that is noticed later than this says nothing of when versions came in.
_IN_TIME: Final = timedelta(minutes=15)

# So long the files of a version that is saved already are tried again.
_TRIED_FOR: Final = timedelta(minutes=5)


def alarms_of(step: Step, approval: Approval) -> tuple[str, ...]:
    """Tell what has become worse since the owners decided."""
    if approval.pack is None or step.case.pack is None:
        return ()
    exact = approval.grant is not None and approval.grant.version is not None
    return alarms(approval.pack, step.case.pack, exact=exact)


def obstacle_of(step: Step) -> str:
    """Say why the switch cannot be opened at present; empty = it can."""
    if step.stance.mode is Mode.AUDIT:
        return "the policy says to change nothing here (mode: audit)"
    if step.evidence.permission_missing:
        return "Feedwarden is no owner of the feed"
    if not (is_collision(step.evidence) and twin_taken(step.evidence)):
        return "the public registry could not be asked"
    return ""


def why_not_opened(step: Step, approval: Approval, now: datetime) -> str:
    """Say why a switch that was about to be opened never will be; empty = it may."""
    if is_late(approval, now):
        return "it could not be carried out within an hour: the switch could not be opened"
    if step.stance.mode is Mode.AUDIT:
        return obstacle_of(step)
    if step.decision.protection is Protection.NOT_AT_RISK:
        return "there is nothing to allow any more"
    return ""


def pointless_since(step: Step, approval: Approval, now: datetime) -> str:
    """Say why nothing is left of an approval that is in force; empty = it stands."""
    if step.decision.protection is Protection.NOT_AT_RISK:
        return "there is nothing to allow any more"
    # Right after it was opened, an answer may still be the old one.
    settled = approval.switched_at is None or now - approval.switched_at >= PROPAGATION
    closed_by_hand = settled and step.evidence.behavior is UpstreamingBehavior.AUTO
    return "the switch was set back by hand" if closed_by_hand else ""


def already_saved(step: Step, approval: Approval) -> tuple[str, ...]:
    """Return the one version, as the feed spells it, where it came in before anything was opened for it."""
    wanted = None if approval.grant is None else approval.grant.version
    if wanted is None:
        return ()
    return tuple(v for v in step.evidence.saved_external if same_version(approval.name.ecosystem, v, wanted))


def is_decidable(step: Step) -> bool:
    """Say whether an owner can decide anything: where nothing is changed, nothing can be allowed."""
    acts = step.stance.mode is Mode.ENFORCE
    return acts and is_collision(step.evidence) and twin_taken(step.evidence)


def is_late(approval: Approval, now: datetime) -> bool:
    """Say whether it was not carried out in time."""
    return approval.granted_at is None or now - approval.granted_at >= EXECUTE_WITHIN


def is_over(approval: Approval, now: datetime) -> bool:
    """Say whether its time has come."""
    return approval.until is None or now >= approval.until


def is_long_over(approval: Approval, now: datetime) -> bool:
    """Say whether it ended so late that what is saved now may have come in after its time."""
    every_version = approval.grant is None or approval.grant.version is None
    return every_version and approval.until is not None and now - approval.until > _IN_TIME


def is_to_be_shut(approval: Approval, now: datetime) -> bool:
    """Say whether its switch may stand open, and must not."""
    late = approval.state is ApprovalState.OPENING and is_late(approval, now)
    over = approval.state is ApprovalState.IN_FORCE and is_over(approval, now)
    return late or over or approval.state is ApprovalState.CLOSING


def has_been_tried(approval: Approval, now: datetime) -> bool:
    """Say whether files that are still missing are not waited for any longer, with the switch open."""
    return approval.switched_at is not None and now - approval.switched_at >= _TRIED_FOR
