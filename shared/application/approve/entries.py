"""What events and letters of the desk tell: the step itself, the votes, and what is known of the public package."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared.application.approve.outcomes import called
from shared.application.approve.words import approval_details
from shared.application.journal import pack_details
from shared.domain.approval_rules import ApprovalTerms
from shared.domain.approval_votes import counted_votes, needed_votes
from shared.domain.approvals import Actor, Approval
from shared.domain.cases import Case, CaseEvent

# An event is never cut afterwards, or its hash would no longer fit; names come from other people's directories.
_LONGEST: Final = 2_000


@dataclass(frozen=True, slots=True)
class DeskStep:
    """One step at the desk: what happened to which request, by whom (nobody = by itself), and in which words.

    `note` is what people have to know besides, in a sentence.
    """

    event: CaseEvent
    approval: Approval
    actor: Actor | None
    said: str
    note: str = ""


def entry_details(case: Case, step: DeskStep, terms: ApprovalTerms) -> dict[str, str]:
    """Tell of one step in plain texts that fit into a row, whatever names and reasons are."""
    known = {} if case.pack is None else pack_details(case.pack, case.evidence_digest)
    told = known | approval_details(step.approval, actor=step.actor, said=step.said) | _votes(step, terms)
    told |= {"note": step.note} if step.note else {}
    return {key: text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…" for key, text in told.items()}


def _votes(step: DeskStep, terms: ApprovalTerms) -> dict[str, str]:
    approval = step.approval
    if not approval.votes:
        return {}
    counted, needed = len(counted_votes(approval, terms)), needed_votes(approval, terms)
    told = {"agreed": ", ".join(called(vote.actor) for vote in approval.votes), "votes": f"{counted} of {needed}"}
    if step.event is CaseEvent.APPROVAL_SUPPORTED:
        told["more needed"] = str(needed - counted)
    if any(vote.emergency for vote in approval.votes):
        told["emergency"] = "yes"
    return told
