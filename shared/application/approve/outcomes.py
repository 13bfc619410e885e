"""How an approval stands, in a sentence that says who did what, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from shared.application.approve.words import allows, moment
from shared.domain.approval_votes import LostVote
from shared.domain.approvals import Actor, Approval, ApprovalState
from shared.domain.owners import Owns


def called(actor: Actor | None) -> str:
    """Name who acted; nobody = Feedwarden itself."""
    return "Feedwarden" if actor is None else actor.name or actor.object_id


def outcome(approval: Approval) -> str:
    """Say how it stands."""
    return _SAID[approval.state](approval)


def lost_words(lost: Iterable[LostVote]) -> str:
    """Say whose votes do not count now, and why; empty = all count."""
    return " ".join(f"{called(one.vote.actor)} agreed, but {_LOST[one.owns]}." for one in lost)


_LOST: Final[Mapping[Owns, str]] = MappingProxyType(
    {
        Owns.NO: "does not own the feed now",
        Owns.UNKNOWN: "whether they own the feed could not be made out now",
    }
)


def _open(approval: Approval) -> str:
    if not approval.votes or approval.grant is None:
        return f"It waits for the feed's owners until {moment(approval.link_until)}."
    who = ", ".join(called(vote.actor) for vote in approval.votes)
    return f"{who} agreed to {allows(approval.grant)}; more owners have to agree."


def _granted(approval: Approval) -> str:
    who = ", ".join(called(vote.actor) for vote in approval.votes) or "An owner"
    at = "" if approval.granted_at is None else f" ({moment(approval.granted_at)})"
    what = "external versions" if approval.grant is None else allows(approval.grant)
    return f"{who} allowed {what}{at}."


def _carried_out(approval: Approval) -> str:
    return f"{_granted(approval)} The switch is about to be opened."


def _in_force(approval: Approval) -> str:
    until = "" if approval.until is None else f" It ends by {moment(approval.until)} at the latest."
    return f"{_granted(approval)}{until}"


def _closing(approval: Approval) -> str:
    return f"{_allowed_and('It has ended')(approval)} The switch is being set back."


def _allowed_and(what: str) -> Callable[[Approval], str]:
    return lambda approval: f"{_granted(approval)} {_ended(what)(approval)}"


def _ended(what: str) -> Callable[[Approval], str]:
    def said(approval: Approval) -> str:
        ending = approval.ending
        if ending is None:
            return f"{what}."
        by = "" if ending.actor is None else f" by {called(ending.actor)}"
        return f"{what}{by} on {moment(ending.at)}: {ending.why}"

    return said


_S = ApprovalState
_SAID: Final[Mapping[ApprovalState, Callable[[Approval], str]]] = MappingProxyType(
    {
        _S.NEW: _ended("It was never opened"),
        _S.OPEN: _open,
        _S.GRANTED: _carried_out,
        _S.OPENING: _carried_out,
        _S.IN_FORCE: _in_force,
        _S.CLOSING: _closing,
        _S.DECLINED: _ended("It was declined"),
        _S.UNANSWERED: _ended("Its time ran out"),
        _S.WITHDRAWN: _ended("It was withdrawn"),
        _S.LAPSED: _allowed_and("It could not be carried out, and lapsed"),
        _S.EXPIRED: _allowed_and("Its time is over, and it ended"),
        _S.COMPLETED: _allowed_and("It was carried out, and ended"),
        _S.REVOKED: _allowed_and("It was taken back"),
    }
)
