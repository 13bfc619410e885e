"""What the row of a case concludes, compared with what its events told: the row is rewritten, the events stay."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from shared.domain.approved_texts import told_text, told_versions
from shared.domain.audit import AuditEvent
from shared.domain.cases import Case, CaseEvent

# The words of the journal's details, and how a row says the same.
_CONCLUSIONS: Final[Mapping[str, Callable[[Case], str]]] = MappingProxyType(
    {
        "protection": lambda case: case.protection.value,
        "scenario": lambda case: "-" if case.scenario is None else case.scenario.value,
        "reasons": lambda case: ", ".join(case.reasons),
        "behavior": lambda case: "unknown" if case.behavior is None else case.behavior.value,
        "approved": lambda case: told_text(case.approved_versions),
        # An event keeps the first twenty.
        "saved external": lambda case: ", ".join(case.saved_external[:20]),
    }
)
# Only with these does a permission end so that what came in may stay; one that lapses may find its version there.
_LETTING_IN: Final = frozenset({CaseEvent.APPROVAL_COMPLETED, CaseEvent.APPROVAL_EXPIRED, CaseEvent.APPROVAL_LAPSED})
_NOTHING: Final = frozenset({"", "-", "unknown"})


def contradictions(case: Case, events: Sequence[AuditEvent]) -> Iterator[str]:
    """Yield each thing that the row says and its events do not; `events` are in sequence order."""
    if not events:
        yield "no event tells how the case came to be"
        return
    last = events[-1]
    if case.state is not last.state:
        yield f"the case says state `{case.state}`, event {last.sequence} says `{last.state}`"
    for word, conclusion in _CONCLUSIONS.items():
        telling = next((event for event in reversed(events) if word in event.details), None)
        # A later event without the word (an abandoned check found out nothing) lets it stand or takes it back.
        taken_back = telling is not last and conclusion(case) in _NOTHING
        if telling is not None and not taken_back and conclusion(case) != telling.details[word]:
            said = telling.details[word][:80]
            yield f"the case says {word} `{conclusion(case)[:80]}`, event {telling.sequence} says `{said}`"
    yield from _let_in(events)


def _let_in(events: Sequence[AuditEvent]) -> Iterator[str]:
    """Yield what was let in without a permission: each event repeats what it found in the row, whoever wrote that."""
    # Where the chain began before events told of it, the first that does is believed.
    known = None if events[0].details.get("approved") is None else frozenset[str]()
    for event in events:
        text = event.details.get("approved")
        if text is None:
            continue
        versions = told_versions(text)
        if versions is None:
            yield f"event {event.sequence} tells of approved versions what is not readable: `{text[:80]}`"
            continue
        new = versions - (versions if known is None else known)
        if new and event.kind not in _LETTING_IN:
            said = ", ".join(sorted(new))[:80]
            yield f"event {event.sequence} says `{event.kind}`, and from it on `{said}` is an approved version"
        known = versions
