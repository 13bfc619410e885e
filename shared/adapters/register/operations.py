"""What a transaction consists of: plain data, so that only the table's client knows the SDK."""

from __future__ import annotations

from dataclasses import dataclass

from shared.adapters.register.documents import Entity


@dataclass(frozen=True, slots=True)
class Insert:
    """Write a row that must not exist."""

    partition: str
    row: str
    entity: Entity


@dataclass(frozen=True, slots=True)
class Replace:
    """Write a row that must still carry the tag."""

    partition: str
    row: str
    entity: Entity
    tag: str


@dataclass(frozen=True, slots=True)
class Put:
    """Write a row, whatever stood there: where another row's tag guards it."""

    partition: str
    row: str
    entity: Entity


@dataclass(frozen=True, slots=True)
class Merge:
    """Set some properties of a row, keep its others, and make it where it is missing."""

    partition: str
    row: str
    entity: Entity


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove a row that must exist."""

    partition: str
    row: str


type Operation = Insert | Replace | Put | Merge | Remove
