"""Votes: how many owners have to agree, whose voice counts, and whether two speak of the same permission."""

from __future__ import annotations

from shared.domain.approval_rules import ApprovalTerms
from shared.domain.approvals import Actor, Approval, Grant, Vote
from shared.domain.approved_versions import same_version


def needed_votes(approval: Approval, terms: ApprovalTerms) -> int:
    """Return how many owners have to agree; with four eyes two, where nobody asked whose eyes would be the others."""
    return max(terms.needed, 2 if terms.four_eyes and not approval.asks else 1)


def has_asked(approval: Approval, actor: Actor) -> bool:
    """Say whether a person is one of those who asked."""
    return any(ask.actor.is_same(actor) for ask in approval.asks)


def counted_votes(approval: Approval, terms: ApprovalTerms) -> tuple[Vote, ...]:
    """Return the votes that count: one a person, and with four eyes none of whoever asked."""
    counted: list[Vote] = []
    for vote in approval.votes:
        repeated = any(vote.actor.is_same(other.actor) for other in counted)
        if not repeated and not (terms.four_eyes and has_asked(approval, vote.actor)):
            counted.append(vote)
    return tuple(counted)


def same_grant(approval: Approval, grant: Grant) -> bool:
    """Say whether a permission is the one that the approval's votes are about."""
    known = approval.grant
    if known is None or (known.version is None) is not (grant.version is None):
        return False
    if known.version is None or grant.version is None:
        return known.period == grant.period
    # How long the switch may stand open for it is the policy's affair, not what owners agree on.
    return same_version(approval.name.ecosystem, known.version, grant.version)
