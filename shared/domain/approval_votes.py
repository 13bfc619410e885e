"""Votes: how many owners have to agree, whose voice counts, and whether two speak of the same permission."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from shared.domain.approval_rules import ApprovalTerms
from shared.domain.approvals import Actor, Approval, Ask, Grant, Vote
from shared.domain.approved_versions import same_version
from shared.domain.owners import Owns

_MOMENT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class LostVote:
    """A vote that does not count now: whoever gave it does not own the feed, or `owns` is unknown."""

    vote: Vote
    owns: Owns


def without(approval: Approval, lost: tuple[LostVote, ...]) -> Approval:
    """Return the approval with those votes only that are not lost."""
    gone = [one.vote for one in lost]
    return replace(approval, votes=tuple(vote for vote in approval.votes if vote not in gone))


def opened_by_person(approval: Approval) -> bool:
    """Say whether somebody's ask opened it; false = Feedwarden did, whoever joined later."""
    return bool(approval.asks) and approval.asks[0].at == approval.opened_at


def joined(approval: Approval, ask: Ask) -> Approval:
    """Return a request that is open with one more who asks for it."""
    if not approval.asks and ask.at == approval.opened_at:
        # By chance at the very moment of the opening: nobody who joins lowers how many have to agree.
        ask = replace(ask, at=ask.at + _MOMENT)
    return replace(approval, asks=(*approval.asks, ask))


def needed_votes(approval: Approval, terms: ApprovalTerms) -> int:
    """Return how many owners have to agree; with four eyes two, where it was nobody's wish to begin with."""
    return max(terms.needed, 2 if terms.four_eyes and not opened_by_person(approval) else 1)


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
