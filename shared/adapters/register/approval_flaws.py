"""What a package's approval rows say, compared with its case and its events: rows are rewritten, the events stay."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from shared.adapters.register.approval_records import COMPARED, named_in, record_flaws
from shared.application.approve.words import WITHIN, allows, moment
from shared.domain.approvals import ALIVE, APPROVAL_MOVES, Approval, ApprovalState
from shared.domain.audit import AuditEvent, subject_of
from shared.domain.cases import Case, CaseEvent

_APPROVAL_EVENTS: Final = frozenset(event for moves in APPROVAL_MOVES.values() for event in moves)


def _leading_to(state: ApprovalState) -> frozenset[CaseEvent]:
    return frozenset(event for moves in APPROVAL_MOVES.values() for event, after in moves.items() if after is state)


# A request is opened by other events too, together with letters; every step towards the switch has an event of its own.
_LEADING_TO: Final[Mapping[ApprovalState, frozenset[CaseEvent]]] = MappingProxyType(
    {state: _leading_to(state) for state in ALIVE if state is not ApprovalState.OPEN}
)


def approval_flaws(case: Case | None, events: Sequence[AuditEvent], approvals: Collection[Approval]) -> Iterator[str]:
    """Yield what does not fit; `approvals` are all that could be read of the package, alive and past."""
    if case is None:
        if approvals:
            yield "there are approvals, and the case that they are about is gone"
        return
    about = subject_of(case.feed, case.name)
    for approval in approvals:
        said = subject_of(approval.feed, approval.name)
        if said != about:
            yield f"approval {approval.approval_id} says that it is about {said}: it was put into another's place"
    yield from _gone(case, events, {approval.approval_id for approval in approvals})
    for approval in approvals:
        yield from record_flaws(events, approval)
        if approval.is_alive:
            yield from _alive_flaws(case, events, approval)


def _gone(case: Case, events: Sequence[AuditEvent], on_record: Collection[str]) -> Iterator[str]:
    naming = {approval_id: f"event {event.sequence}" for event in events for approval_id in named_in(event)}
    if case.approval_id:
        naming[case.approval_id] = "the case"
    elif on_record:
        yield "there are approvals, and the case names none"
    for approval_id, who in naming.items():
        if approval_id not in on_record:
            yield f"{who} names approval {approval_id}, and that is gone"


def _alive_flaws(case: Case, events: Sequence[AuditEvent], approval: Approval) -> Iterator[str]:
    which = f"approval {approval.approval_id}"
    if case.approval_id != approval.approval_id:
        yield f"{which} is alive, and the case names `{case.approval_id}`"
    last = next((event for event in reversed(events) if event.kind in _APPROVAL_EVENTS), None)
    leading = _LEADING_TO.get(approval.state)
    if leading is not None and (last is None or last.kind not in leading):
        told = "no event tells of it" if last is None else f"event {last.sequence} says `{last.kind}`"
        yield f"{which} is `{approval.state}`, and {told}"
    elif leading is not None and last is not None:
        # What it allows and until when is what somebody would widen.
        for word, said in _terms(approval).items():
            event_says = last.details.get(word, "")
            if said[:COMPARED] != event_says[:COMPARED] and said != _with_window(event_says, said):
                yield f"{which} says {word} `{said[:80]}`, event {last.sequence} says `{event_says[:80]}`"


def _with_window(event_says: str, said: str) -> str:
    """Return what an event says of an exact version, with the window that those of earlier releases left out."""
    window = said.rpartition(WITHIN)[2]
    return f"{event_says}{WITHIN}{window}" if event_says.startswith("exactly ") else event_says


def _terms(approval: Approval) -> Mapping[str, str]:
    """Return what the words of the events are compared with."""
    return {
        "request": approval.approval_id,
        "allows": "" if approval.grant is None else allows(approval.grant),
        "until": "" if approval.until is None else moment(approval.until),
        "evidence digest": approval.digest,
    }
