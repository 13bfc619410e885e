"""What is said of a feed as it is now: by what was found there, never by what was decided. Pure."""

from __future__ import annotations

from typing import Final

from shared.domain.approvals import ApprovalState
from shared.domain.cases import Case
from shared.domain.evidence import UpstreamingBehavior
from shared.domain.policy import Protection
from shared.domain.reasons import Reason
from shared.web.words import PROTECTIONS, STANDINGS

# Any of these lets versions in that are not there yet.
_OPEN: Final = frozenset(
    {
        Reason.EXTERNAL_VERSIONS_ALLOWED,
        Reason.ORGANIZATION_POLICY_OFF,
        Reason.DELETED_INTERNAL_VERSIONS,
        Reason.INTERNAL_ELSEWHERE,
        Reason.PROTECTION_NOT_HOLDING,
    }
)
_MOST_NAMED: Final = 12


def standing_sentence(state: ApprovalState, case: Case) -> str:
    """Say how an approval stands, and that its feed blocks only where that was seen."""
    standing = STANDINGS[state]
    return standing.blocked or standing.sentence if is_blocked(case) else standing.sentence


def is_blocked(case: Case) -> bool:
    """Say whether versions from outside are blocked, none of them being in the feed that nobody let in."""
    return case.protection is Protection.PROTECTED


def feed_now(case: Case) -> str:
    """Say whether the feed serves versions from outside."""
    if case.protection is Protection.EXPOSED and Reason.SAVED_EXTERNAL_VERSIONS in case.reasons:
        return f"{_new_versions(case)} {_saved(case)}"
    return PROTECTIONS[case.protection]


def _new_versions(case: Case) -> str:
    if _OPEN & set(case.reasons):
        return "New versions from outside are not blocked now."
    if case.behavior is not UpstreamingBehavior.AUTO:
        return "Whether new versions from outside are blocked could not be found out."
    if Reason.PROPAGATING in case.reasons:
        return "New versions from outside are set to be blocked; that can take up to three hours to hold everywhere."
    return "New versions from outside are blocked."


def _saved(case: Case) -> str:
    saved = [version for version in case.saved_external if version not in case.approved_versions]
    if not saved:
        return "Some were saved and can still be installed; an owner deletes them in Azure Artifacts."
    more = f" and {len(saved) - _MOST_NAMED} more" if len(saved) > _MOST_NAMED else ""
    was, them = ("was", "it") if len(saved) == 1 else ("were", "them")
    named = f"{', '.join(saved[:_MOST_NAMED])}{more}"
    return f"{named} {was} saved and can still be installed; an owner deletes {them} in Azure Artifacts."
