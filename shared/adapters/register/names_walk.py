"""A walk over the names index in parts: by partition and row, from a place on that was given out before."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from shared.adapters.register import keys
from shared.adapters.register.documents import SERVICE, Entity
from shared.adapters.register.name_rows import read_held
from shared.adapters.register.turns import in_turns
from shared.domain.ecosystems import Ecosystem
from shared.errors import UnexpectedAnswer
from shared.logs import told
from shared.ports import HeldName, HeldNames

if TYPE_CHECKING:  # loading it loads the SDK
    from shared.adapters.register.table import Table

logger = logging.getLogger(__name__)

_BUCKETS: Final = 256
_AT_ONCE: Final = 8
_PLACE: Final = re.compile(r"([0-9a-f]{2})\|(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Place:
    """A partition by its number, and the last row of it that was read; an empty row = none of it was."""

    bucket: int
    row: str = ""


@dataclass(frozen=True, slots=True)
class _Part:
    """What was read of one partition, and where to go on."""

    held: list[HeldName]
    next: _Place


async def walk(table: Table, ecosystem: Ecosystem, *, after: str | None, most: int) -> HeldNames:
    """Return about `most` entries after a place, and the place to go on from.

    Raises:
        UnexpectedAnswer: the place is none that this gave out.
    """
    place, held, width = _read_place(after), list[HeldName](), 1
    while place.bucket < _BUCKETS and len(held) < most:
        left = most - len(held)
        ends = range(place.bucket + 1, min(place.bucket + width, _BUCKETS))
        starts = [place, *(_Place(bucket) for bucket in ends)]
        parts = await in_turns(partial(_part, table, ecosystem, left), starts, at_once=_AT_ONCE)
        for part in parts:
            held += part.held
            place = part.next
            if place.row or len(held) >= most:
                return HeldNames(tuple(held), _write_place(place))
        # A sparse index is read many partitions at a time; a dense one, without reading what is not returned.
        width = max(1, min(_AT_ONCE, (most - len(held)) // max(1, *(len(part.held) for part in parts))))
    return HeldNames(tuple(held), _write_place(place))


async def _part(table: Table, ecosystem: Ecosystem, most: int, start: _Place) -> _Part:
    """Read one partition up to a number of rows; those that cannot be read count too."""
    partition = keys.names_bucket(ecosystem, f"{start.bucket:02x}")
    rows = table.rows(partition, keys.from_row(start.row)) if start.row else table.partition(partition)
    held, seen = list[HeldName](), 0
    async for entity in rows:
        if entity["RowKey"] == start.row:
            continue
        held += _readable(entity, ecosystem)
        seen += 1
        if seen == most:
            return _Part(held, _Place(start.bucket, entity["RowKey"]))
    return _Part(held, _Place(start.bucket + 1))


def _readable(entity: Entity, ecosystem: Ecosystem) -> list[HeldName]:
    try:
        return [read_held(entity, ecosystem)]
    except UnexpectedAnswer as error:
        place = {"partition": entity["PartitionKey"], "row": entity["RowKey"]}
        # The text says it all; the stack is our own reader's.
        logger.error(told("name not readable: passed over", **place, error=error))  # noqa: TRY400  # as said above
        return []


def _read_place(text: str | None) -> _Place:
    if text is None:
        return _Place(0)
    match = _PLACE.fullmatch(text)
    if match is None:
        raise UnexpectedAnswer(f"{text[:60]!r} is no place in the names index", service=SERVICE)
    return _Place(int(match.group(1), 16), match.group(2))


def _write_place(place: _Place) -> str | None:
    return None if place.bucket == _BUCKETS else f"{place.bucket:02x}|{place.row}"
