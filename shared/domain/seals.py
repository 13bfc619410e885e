"""The digest of a day: where every audit chain stood, one line a case, to be kept where nobody can change it.

A chain proves that nothing in its middle was changed. Who may write all rows could still write a whole chain anew, or
remove it with its case; what a digest says of it then no longer fits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from shared.domain.audit import AuditEvent
from shared.errors import UnexpectedAnswer

_SCHEMA: Final = 1
_SERVICE: Final = "audit digest"
_HASH: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Seal:
    """Where one chain stood: the number and the hash of its newest event."""

    subject: str
    sequence: int
    head: str


@dataclass(frozen=True, slots=True)
class DayDigest:
    """All seals of a day, by subject."""

    day: date
    seals: Mapping[str, Seal]


def lines_of(digest: DayDigest) -> Iterator[str]:
    """Write a digest as JSON lines; the last one says how many there are, so that a cut one is known."""
    yield _line(kind="digest", day=digest.day.isoformat())
    for seal in digest.seals.values():
        yield _line(kind="seal", subject=seal.subject, sequence=seal.sequence, head=seal.head)
    yield _line(kind="end", seals=len(digest.seals))


def _line(**members: object) -> str:
    return json.dumps({"schema": _SCHEMA, **members}, ensure_ascii=True) + "\n"


def read_digest(lines: Iterable[str]) -> DayDigest:
    """Read a digest.

    Raises:
        UnexpectedAnswer: it is none, or not whole.
    """
    day: date | None = None
    seals: dict[str, Seal] = {}
    records = (_record(line) for line in lines)
    for record in records:
        match record:
            case {"kind": "digest", "day": str(text)} if day is None:
                day = _day(text)
            case {"kind": "seal"} if day is not None:
                seal = _seal(record)
                if seal.subject in seals:
                    raise UnexpectedAnswer(f"{seal.subject[:200]!r} is sealed twice", service=_SERVICE)
                seals[seal.subject] = seal
            case {"kind": "end", "seals": int(count)} if day is not None and count == len(seals):
                if next(records, None) is not None:
                    raise UnexpectedAnswer("a line after the last", service=_SERVICE)
                return DayDigest(day, seals)
            case _:
                raise UnexpectedAnswer("a line that does not belong there", service=_SERVICE)
    raise UnexpectedAnswer("its last line is missing: it was cut", service=_SERVICE)


def _record(line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UnexpectedAnswer("a line that is no JSON", service=_SERVICE) from error
    if not isinstance(record, dict) or record.get("schema") != _SCHEMA:
        raise UnexpectedAnswer("a line of another schema", service=_SERVICE)
    return record


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UnexpectedAnswer("a day that is none", service=_SERVICE) from error


def _seal(record: Mapping[str, Any]) -> Seal:
    match record:
        case {"subject": str(subject), "sequence": int(sequence), "head": str(head)} if (
            sequence > 0 and not isinstance(record["sequence"], bool) and _HASH.fullmatch(head)
        ):
            return Seal(subject, sequence, head)
        case _:
            raise UnexpectedAnswer("a seal that is none", service=_SERVICE)


def breaches(seal: Seal, events: Sequence[AuditEvent]) -> tuple[str, ...]:
    """Compare a chain, as it is now, with where it stood; empty = it grew, or stayed as it was."""
    if len(events) < seal.sequence:
        return (f"it had {seal.sequence} events when it was sealed, and has {len(events)}",)
    if events[seal.sequence - 1].digest != seal.head:
        return (f"event {seal.sequence} is not the one that was sealed: the chain was written anew",)
    return ()
