"""The digest of a day: where every audit chain stood, one line a case, to be kept where nobody can change it.

A chain proves that nothing in its middle was changed. Who may write all rows could still write a whole chain anew, or
remove it with its case; what a digest says of it then no longer fits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from shared.domain.audit import AuditEvent
from shared.errors import UnexpectedAnswer

_SCHEMA: Final = 1
_SERVICE: Final = "audit digest"
_LONGEST_WHY: Final = 500
_HASH: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Seal:
    """Where one chain stood: the number and the hash of its newest event."""

    subject: str
    sequence: int
    head: str


@dataclass(frozen=True, slots=True)
class Stand:
    """One chain as its rows tell of it; `unread` says why the row of its case does not, empty = it does.

    `seal` None = its events do not tell either where it stands.
    """

    subject: str
    seal: Seal | None
    unread: str = ""


@dataclass(frozen=True, slots=True)
class DayDigest:
    """All seals of a day, by subject; and what could not be read of a case, sealed by its events or not at all."""

    day: date
    seals: Mapping[str, Seal]
    unread: Mapping[str, str] = field(default_factory=dict)

    @property
    def subjects(self) -> frozenset[str]:
        """All that it names."""
        return frozenset({*self.seals, *self.unread})


def digest_of(day: date, stands: Iterable[Stand]) -> DayDigest:
    """Make a digest; of two chains that pass for one, the one with a case that could be read is sealed."""
    seals: dict[str, Seal] = {}
    unread: dict[str, str] = {}
    seen: set[str] = set()
    for stand in sorted(stands, key=lambda one: bool(one.unread)):
        why = f"{stand.unread}; " * bool(stand.unread) + "rows in two places" if stand.subject in seen else stand.unread
        if why:
            unread[stand.subject] = why[:_LONGEST_WHY]
        if stand.seal is not None:
            seals.setdefault(stand.subject, stand.seal)
        seen.add(stand.subject)
    return DayDigest(day, seals, unread)


def lines_of(digest: DayDigest) -> Iterator[str]:
    """Write a digest as JSON lines; the last one says how many there are, so that a cut one is known.

    Readers of the release before know no line `unsealed`: they refuse a digest with one, and read every other.
    """
    unsealed = {subject: why for subject, why in digest.unread.items() if subject not in digest.seals}
    yield _line(kind="digest", day=digest.day.isoformat())
    for seal in digest.seals.values():
        why = {"unread": digest.unread[seal.subject]} if seal.subject in digest.unread else {}
        yield _line(kind="seal", subject=seal.subject, sequence=seal.sequence, head=seal.head, **why)
    for subject, text in unsealed.items():
        yield _line(kind="unsealed", subject=subject, unread=text)
    yield _line(kind="end", seals=len(digest.seals), unsealed=len(unsealed))


def _line(**members: object) -> str:
    return json.dumps({"schema": _SCHEMA, **members}, ensure_ascii=True) + "\n"


def read_digest(lines: Iterable[str]) -> DayDigest:
    """Read a digest.

    Raises:
        UnexpectedAnswer: it is none, or not whole.
    """
    seals: dict[str, Seal] = {}
    unread: dict[str, str] = {}
    records = (_record(line) for line in lines)
    match next(records, None):
        case {"kind": "digest", "day": str(text)}:
            digest = DayDigest(_day(text), seals, unread)
        case _:
            raise UnexpectedAnswer("it does not begin as a digest does", service=_SERVICE)
    for record in records:
        match record:
            case {"kind": "seal" | "unsealed", "subject": str(subject)}:
                if subject in seals or subject in unread:
                    raise UnexpectedAnswer(f"{subject[:200]!r} is sealed twice", service=_SERVICE)
                _take(record, subject, seals, unread)
            case {"kind": "end", "seals": int(count)} if (count, record.get("unsealed", 0)) == _counts(digest):
                if next(records, None) is not None:
                    raise UnexpectedAnswer("a line after the last", service=_SERVICE)
                return digest
            case _:
                raise UnexpectedAnswer("a line that does not belong there", service=_SERVICE)
    raise UnexpectedAnswer("its last line is missing: it was cut", service=_SERVICE)


def _take(record: Mapping[str, Any], subject: str, seals: dict[str, Seal], unread: dict[str, str]) -> None:
    if record["kind"] == "seal":
        seals[subject] = _seal(record)
    match record:
        case {"unread": str(why)}:
            unread[subject] = why
        case {"unread": _} | {"kind": "unsealed"}:
            raise UnexpectedAnswer("a line that does not say what could not be read", service=_SERVICE)


def _counts(digest: DayDigest) -> tuple[int, int]:
    return len(digest.seals), len(digest.subjects) - len(digest.seals)


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


def is_seal(seal: Seal) -> bool:
    """Say whether it names an event: what stands in a row may be anything."""
    return seal.sequence > 0 and _HASH.fullmatch(seal.head) is not None


def _seal(record: Mapping[str, Any]) -> Seal:
    match record:
        case {"subject": str(subject), "sequence": int(sequence), "head": str(head)} if not isinstance(
            record["sequence"], bool
        ) and is_seal(seal := Seal(subject, sequence, head)):
            return seal
        case _:
            raise UnexpectedAnswer("a seal that is none", service=_SERVICE)


def breaches(seal: Seal, events: Sequence[AuditEvent]) -> tuple[str, ...]:
    """Compare a chain, as it is now, with where it stood; empty = it grew, or stayed as it was."""
    if len(events) < seal.sequence:
        return (f"it had {seal.sequence} events when it was sealed, and has {len(events)}",)
    if events[seal.sequence - 1].digest != seal.head:
        return (f"event {seal.sequence} is not the one that was sealed: the chain was written anew",)
    return ()


def omission(digest: DayDigest, subject: str, begun: date | None) -> tuple[str, ...]:
    """Say why a chain is not in a digest that it should be in; `begun` None = nobody can say how old it is."""
    if subject in digest.seals:
        return ()
    if subject in digest.unread:
        return (f"it could not be sealed: {digest.unread[subject]}",)
    if begun is None or begun < digest.day:
        return ("it was never sealed, and is older than the digest",)
    return ()
