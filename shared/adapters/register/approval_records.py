"""What an approval's row decides about rights, compared with the events that name it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from shared.domain.approval_digest import record_digest, record_word, recorded_id
from shared.domain.approvals import Actor, Approval, Ask, Vote
from shared.domain.audit import AuditEvent
from shared.domain.cases import CaseEvent

# Longer texts are cut before they become an event.
COMPARED: Final = 1_000
_AGREED: Final = frozenset({CaseEvent.APPROVAL_SUPPORTED, CaseEvent.APPROVAL_GRANTED})
_ASKED: Final = frozenset({CaseEvent.APPROVAL_ASKED})


def named_in(event: AuditEvent) -> frozenset[str]:
    """Return the ids of the approvals that an event names."""
    told = {event.details.get("request")} | {recorded_id(word) for word in event.details}
    return frozenset(approval_id for approval_id in told if approval_id)


def record_flaws(events: Sequence[AuditEvent], approval: Approval) -> Iterator[str]:
    """Yield what was made up, or rewritten after the last event that tells of the record."""
    which, word = f"approval {approval.approval_id}", record_word(approval.approval_id)
    if not any(approval.approval_id in named_in(event) for event in events):
        yield f"no event tells of {which}"
    # Events of earlier releases tell no record.
    last = next((event for event in reversed(events) if word in event.details), None)
    if last is not None and last.details[word] != record_digest(approval):
        yield f"{which} does not decide what event {last.sequence} says of it: its row was rewritten"
    if approval.is_alive and approval.pack is not None and approval.pack.digest() != approval.digest:
        # Alarms are found by comparing with it.
        yield f"{which} holds other evidence than the one whose digest it names"
    yield from _people_flaws(events, approval)


def _people_flaws(events: Sequence[AuditEvent], approval: Approval) -> Iterator[str]:
    """Yield whose voice was added or taken away.

    The next event tells the record with a forged voice in it, but no event of theirs.
    """
    which = f"approval {approval.approval_id}"
    asked, agreed = (_tellers(events, approval, kinds) for kinds in (_ASKED, _AGREED))
    asking = _people(approval.asks)
    for person in sorted(asking - asked):
        yield f"{which} says that {person} asked, and no event does"
    for person in sorted(asked - asking):
        yield f"{which} does not say any more that {person} asked"
    # Votes are dropped where the evidence is another: not everybody who agreed once does so now.
    for person in sorted(_people(approval.votes) - agreed):
        yield f"{which} says that {person} agreed, and no event does"


def _tellers(events: Sequence[AuditEvent], approval: Approval, kinds: frozenset[CaseEvent]) -> frozenset[str]:
    fitting = (e.details for e in events if e.kind in kinds and e.details.get("request") == approval.approval_id)
    return frozenset(details["who id"][:COMPARED] for details in fitting if "who id" in details)


def _people(said: Sequence[Ask | Vote]) -> frozenset[str]:
    return frozenset(_id(one.actor)[:COMPARED] for one in said)


def _id(actor: Actor) -> str:
    return f"{actor.tenant}/{actor.object_id}"
