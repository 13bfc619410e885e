"""Rulings: what an owner's decision makes of a request, or why it makes nothing of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from shared.application.approve.answers import Choice, OwnerDecision
from shared.application.approve.outcomes import called, lost_words, outcome
from shared.application.approve.words import allows
from shared.domain.approval_checks import exact_version, is_malicious, obstacles, period_of
from shared.domain.approval_rules import ApprovalTerms
from shared.domain.approval_votes import LostVote, counted_votes, has_asked, needed_votes, same_grant, without
from shared.domain.approvals import Actor, Approval, ApprovalState, Ending, Grant, Vote, moved
from shared.domain.cases import Case, CaseEvent
from shared.domain.evidence_changes import worse
from shared.errors import AlreadyDecided, BadField, DecisionRefused, EvidenceChanged, LinkExpired

ALLOWS: Final = frozenset({Choice.ALLOW_VERSION, Choice.ALLOW_PERIOD})
_REVOCABLE: Final = frozenset({ApprovalState.GRANTED, ApprovalState.OPENING, ApprovalState.IN_FORCE})
_NOTHING_WORSE: Final = ("something of what you were shown is different now; nothing of it speaks against the package",)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What becomes of the request, and by which event."""

    approval: Approval
    event: CaseEvent


@dataclass(frozen=True, slots=True)
class Matter:
    """What is decided on, by whom and when; `said` is the reason as it is kept.

    `lost` are earlier votes that do not count any more: they are dropped where votes are counted.
    """

    case: Case
    approval: Approval
    terms: ApprovalTerms
    actor: Actor
    said: str
    now: datetime
    lost: tuple[LostVote, ...] = ()


def demand_undecided(approval: Approval, choice: Choice, now: datetime) -> None:
    """Refuse where there is nothing for this choice to decide.

    Raises:
        AlreadyDecided: somebody did, or it ended by itself.
        LinkExpired: nobody did in time.
        DecisionRefused: another choice is meant.
    """
    if choice is Choice.REVOKE:
        if approval.state is ApprovalState.OPEN:
            raise DecisionRefused("Nothing has been allowed yet that could be taken back: decline the request instead.")
        if approval.state not in _REVOCABLE:
            raise AlreadyDecided(outcome(approval))
        return
    if approval.state is not ApprovalState.OPEN:
        raise AlreadyDecided(outcome(approval))
    if now >= approval.link_until:
        raise LinkExpired("The time to decide on this request is over: ask anew.")


def ruled(matter: Matter, decision: OwnerDecision) -> Ruling:
    """Apply the decision.

    Raises:
        DecisionRefused: it does not hold; the class and the text say why.
        BadField: something in the form is not usable.
    """
    demand_undecided(matter.approval, decision.choice, matter.now)
    if decision.choice is Choice.REVOKE:
        return _ended(matter, matter.approval, CaseEvent.APPROVAL_REVOKED)
    if decision.choice is Choice.DECLINE:
        # What was declined is what was seen: where that is not what is known now, people are asked again.
        seen = decision.digest == matter.case.evidence_digest
        return _ended(matter, _on_present_evidence(matter) if seen else matter.approval, CaseEvent.APPROVAL_DECLINED)
    return _allowed(matter, decision)


def _ended(matter: Matter, approval: Approval, event: CaseEvent) -> Ruling:
    ending = Ending(matter.now, matter.actor, matter.said)
    return Ruling(replace(moved(approval, event), ending=ending), event)


def _on_present_evidence(matter: Matter) -> Approval:
    return replace(matter.approval, digest=matter.case.evidence_digest, pack=matter.case.pack)


def _allowed(matter: Matter, decision: OwnerDecision) -> Ruling:
    _demand_allowable(matter, decision)
    grant = grant_of(matter.case, matter.terms, decision)
    emergency = decision.emergency
    votes = _standing_votes(matter, grant, emergency=emergency)
    vote = Vote(matter.actor, matter.now, matter.said)
    approval = replace(_on_present_evidence(matter), grant=grant, votes=(*votes, vote))
    if len(counted_votes(approval, matter.terms)) >= needed_votes(approval, matter.terms):
        return _granted(approval, matter.now)
    if emergency:
        alone = replace(approval, votes=(*votes, replace(vote, emergency=True)))
        return _granted(alone, matter.now)
    _demand_voice(matter, grant)
    return Ruling(moved(approval, CaseEvent.APPROVAL_SUPPORTED), CaseEvent.APPROVAL_SUPPORTED)


def _granted(approval: Approval, now: datetime) -> Ruling:
    return Ruling(replace(moved(approval, CaseEvent.APPROVAL_GRANTED), granted_at=now), CaseEvent.APPROVAL_GRANTED)


def _demand_allowable(matter: Matter, decision: OwnerDecision) -> None:
    case = matter.case
    found = obstacles(case, matter.terms)
    if found:
        raise DecisionRefused(" ".join(found))
    if decision.digest != case.evidence_digest:
        shown, known = decision.shown, case.pack
        changes = worse(shown, known) if shown is not None and known is not None else ()
        text = "What is known of the public package has changed since you were shown it: look again, then decide."
        raise EvidenceChanged(text, changes=changes or _NOTHING_WORSE)
    if is_malicious(case) and decision.retyped_name.strip() != case.name.spelling:
        text = f"The public package is known to be malicious: to allow it all the same, type {case.name.spelling!r}."
        raise BadField(text, field="retyped_name")
    if decision.emergency and not matter.terms.break_glass:
        raise BadField("The policy knows no emergencies here: the other owners have to agree.", field="emergency")


def grant_of(case: Case, terms: ApprovalTerms, decision: OwnerDecision) -> Grant:
    """Return what the decision would allow. Raises BadField."""
    if decision.choice is Choice.ALLOW_VERSION:
        return Grant(exact_version(case, decision.version), terms.exact_window)
    return Grant(None, period_of(decision.days, terms))


def _standing_votes(matter: Matter, grant: Grant, *, emergency: bool) -> tuple[Vote, ...]:
    """Return the other owners' votes that this one joins: on the same evidence, and for the same permission."""
    approval = matter.approval
    if approval.digest != matter.case.evidence_digest:
        return ()
    held = without(approval, matter.lost).votes
    others = tuple(vote for vote in held if not vote.actor.is_same(matter.actor))
    if not others or same_grant(approval, grant):
        return others
    if emergency:
        return ()
    who = ", ".join(called(vote.actor) for vote in others)
    known = "something else" if approval.grant is None else allows(approval.grant)
    raise DecisionRefused(f"{who} agreed to {known}. Agree to the same, or decline the request and have it asked anew.")


def _demand_voice(matter: Matter, grant: Grant) -> None:
    """Refuse a vote that would change nothing. Raises DecisionRefused."""
    approval, actor = matter.approval, matter.actor
    if matter.terms.four_eyes and has_asked(approval, actor):
        raise DecisionRefused("You have asked for this yourself: another owner has to agree.")
    still = approval.digest == matter.case.evidence_digest and same_grant(approval, grant)
    if still and any(vote.actor.is_same(actor) for vote in approval.votes):
        text = f"You have agreed to this already: another owner has to agree, too. {lost_words(matter.lost)}"
        raise DecisionRefused(text.strip())
