"""The audit chain of a case: each event carries the hash of the one before, so a gap or an edit shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.domain.cases import CaseEvent, CaseState
from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName

GENESIS: Final = "0" * 64


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One thing that happened to a case.

    `sequence` counts from 1. `details` holds plain texts: what was found, done, and at whose
    instance. `previous` is the hash of the event before, or GENESIS.
    """

    sequence: int
    kind: CaseEvent
    state: CaseState
    at: datetime
    cause: str
    details: Mapping[str, str]
    previous: str
    digest: str


def subject_of(feed: FeedRef, name: PackageName) -> str:
    """Name a case in words that never change: what its chain is about."""
    return f"{feed.organization}/{feed.project_id or '-'}/{feed.feed_id}/{name.ecosystem}/{name.canonical}"


def _digest(subject: str, event: AuditEvent) -> str:
    canonical = json.dumps(
        {
            "schema": 1,
            "subject": subject,
            "sequence": event.sequence,
            "kind": event.kind.value,
            "state": event.state.value,
            "at": event.at.isoformat(),
            "cause": event.cause,
            "details": dict(event.details),
            "previous": event.previous,
        },
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=True,
    )
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def seal(subject: str, event: AuditEvent) -> AuditEvent:
    """Return the event with its hash; `subject` names the case, so that no event fits another chain."""
    return AuditEvent(
        event.sequence,
        event.kind,
        event.state,
        event.at,
        event.cause,
        dict(event.details),
        event.previous,
        _digest(subject, event),
    )


def flaws(subject: str, events: Iterable[AuditEvent], *, sequence: int, head: str) -> tuple[str, ...]:
    """Verify one chain in sequence order against the case's own count and head; empty = sound."""
    found: list[str] = []
    expected_previous, count = GENESIS, 0
    for count, event in enumerate(events, start=1):  # the last count is compared below
        if event.sequence != count:
            found.append(f"event {count} is numbered {event.sequence}: one is missing or doubled")
        if event.previous != expected_previous:
            found.append(f"event {event.sequence} does not follow the one before it")
        if event.digest != _digest(subject, event):
            found.append(f"event {event.sequence} was changed after it was written")
        expected_previous = event.digest
    if (count, expected_previous) != (sequence, head):
        found.append(f"the case knows {sequence} events, the chain ends at {count}, or at another hash")
    return tuple(found)
