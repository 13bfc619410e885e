"""What has happened to an approval, step by step. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from shared.application.approve.words import allows
from shared.domain.approval_votes import opened_by_person
from shared.domain.approvals import Actor, Approval, ApprovalState
from shared.web.words import person

_S = ApprovalState
# How it ended, said of whoever ended it.
_ENDED: Final[Mapping[ApprovalState, str]] = MappingProxyType(
    dict.fromkeys(_S, "ended it")
    | {
        _S.DECLINED: "declined it",
        _S.UNANSWERED: "closed the request: no owner decided in time",
        _S.WITHDRAWN: "withdrew the request",
        _S.LAPSED: "gave it up",
        _S.EXPIRED: "ended it: its time is over",
        _S.COMPLETED: "ended it: the version is in the feed",
        _S.REVOKED: "revoked it",
    }
)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened: when, who did what in words, and what the person said to it; nobody = Feedwarden."""

    at: datetime
    actor: Actor | None
    did: str
    said: str = ""

    @property
    def what(self) -> str:
        """The step as a sentence."""
        return f"{person(self.actor)} {self.did}."

    def is_by(self, actor: Actor) -> bool:
        """Say whether a person took it."""
        return self.actor is not None and self.actor.is_same(actor)


def steps_of(approval: Approval) -> tuple[Step, ...]:
    """Return the steps in the order in which they happened."""
    return tuple(sorted(_steps(approval), key=lambda step: step.at))


def recorded(approval: Approval, actor: Actor) -> Step | None:
    """Return the newest step where this person took it: what they have just done, and how they see that it counts.

    What Feedwarden does to carry it out takes nothing from that; where Feedwarden has ended it, that is the news.
    """
    if approval.ending is not None and approval.ending.actor is None:
        return None
    taken = [step for step in steps_of(approval) if step.actor is not None]
    return taken[-1] if taken and taken[-1].is_by(actor) else None


def _steps(approval: Approval) -> Iterator[Step]:
    if not opened_by_person(approval):
        yield Step(approval.opened_at, None, "asked the owners of the feed")
    for ask in approval.asks:
        yield Step(ask.at, ask.actor, "asked for versions from outside", ask.reason)
    yield from _votes(approval)
    if approval.switched_at is not None:
        yield Step(approval.switched_at, None, "opened the feed for it")
    if approval.ending is not None:
        ending = approval.ending
        yield Step(ending.at, ending.actor, _ENDED[approval.closing_as or approval.state], ending.why)


def _votes(approval: Approval) -> Iterator[Step]:
    what = "it" if approval.grant is None else allows(approval.grant)
    decided = approval.granted_at is not None
    # Where one owner was enough, agreeing and allowing are one thing.
    alone = decided and (len(approval.votes) == 1 or any(vote.emergency for vote in approval.votes))
    for vote in approval.votes:
        did = f"allowed {what}" if alone and vote is approval.votes[-1] else f"agreed to allow {what}"
        yield Step(
            vote.at, vote.actor, did + (", alone because of an emergency" if vote.emergency else ""), vote.reason
        )
    if approval.granted_at is not None and not alone:
        yield Step(approval.granted_at, None, "counted the owners who agreed: with that, it was allowed")
