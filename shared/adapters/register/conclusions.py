"""What the row of a case concludes, compared with what its events told: the row is rewritten, the events stay."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from shared.domain.audit import AuditEvent
from shared.domain.cases import Case

# The words of the journal's details, and how a row says the same.
_CONCLUSIONS: Final[Mapping[str, Callable[[Case], str]]] = MappingProxyType(
    {
        "protection": lambda case: case.protection.value,
        "scenario": lambda case: "-" if case.scenario is None else case.scenario.value,
        "reasons": lambda case: ", ".join(case.reasons),
        "behavior": lambda case: "unknown" if case.behavior is None else case.behavior.value,
        # An event keeps the first twenty.
        "saved external": lambda case: ", ".join(case.saved_external[:20]),
    }
)
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
