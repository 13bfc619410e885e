"""Which of a feed's external versions came in with an owner's permission."""

from __future__ import annotations

from collections.abc import Sequence

from shared.domain.approvals import Approval, ApprovalState
from shared.domain.ecosystems import Ecosystem
from shared.domain.version_keys import version_key


def same_version(ecosystem: Ecosystem, one: str, other: str) -> bool:
    """Say whether two texts are one version: a feed may write it in another spelling than whoever asked for it."""
    return version_key(ecosystem, one) == version_key(ecosystem, other)


def came_in(approval: Approval, saved: Sequence[str]) -> tuple[str, ...]:
    """Return the saved external versions that were not there before the switch was opened for this approval."""
    return tuple(version for version in saved if version not in approval.saved_before)


def permitted(approval: Approval, saved: Sequence[str], ending: ApprovalState) -> tuple[str, ...]:
    """Return what of that the approval, with this end, was for.

    Of an approval that was taken back, nothing: what came in under it is for somebody to look at.
    """
    grant = approval.grant
    if grant is None or ending not in {ApprovalState.COMPLETED, ApprovalState.EXPIRED}:
        return ()
    new = came_in(approval, saved)
    if grant.version is None:
        return new
    return tuple(version for version in new if same_version(approval.name.ecosystem, version, grant.version))
