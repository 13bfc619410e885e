"""What npm's replication service remembers: each name once, at its latest change, under numbers with gaps.

A million changes can be generated: they are computed while they are read, and take no memory.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from local.simulators.generated_names import GeneratedNames

# The real count moves on by about 4.3 for each change that is listed; these repeat, and their mean is 4.5.
_GAPS: Final = (1, 8, 4, 5, 2, 7, 6, 3)


@dataclass(frozen=True, slots=True)
class Change:
    """One row of `_changes`."""

    seq: int
    name: str
    deleted: bool = False
    edits: int = 1


@dataclass(slots=True)
class _Written:
    """Changes that happened, in order."""

    rows: list[Change] = field(default_factory=list)

    def after(self, since: int) -> Iterator[Change]:
        start = bisect_right(self.rows, since, key=lambda row: row.seq)
        return iter(self.rows[start:])


@dataclass(frozen=True, slots=True)
class _Generated:
    """Changes of `count` names that nobody published, one number in `step`."""

    first: int
    count: int
    prefix: str
    step: int = 4

    def after(self, since: int) -> Iterator[Change]:
        start = max(0, (since - self.first) // self.step + 1)
        return (Change(self.first + place * self.step, f"{self.prefix}{place}") for place in range(start, self.count))


@dataclass(slots=True)
class NpmChangeLog:
    """All changes. `newest` = how far the service has counted; `generated` = names that have been there for ever."""

    newest: int = 90_000_000
    generated: list[GeneratedNames] = field(default_factory=list)
    _parts: list[_Written | _Generated] = field(default_factory=lambda: [_Written()])
    _latest: dict[str, Change] = field(default_factory=dict)

    @property
    def names(self) -> int:
        """How many names are listed."""
        changed = sum(part.count for part in self._parts if isinstance(part, _Generated))
        return len(self._latest) + changed + sum(map(len, self.generated))

    @property
    def present(self) -> list[str]:
        """The names of documents that were written and not deleted."""
        return [name for name, row in self._latest.items() if not row.deleted]

    def record(self, name: str, *, deleted: bool = False) -> None:
        """Write a change down; the name's earlier row is listed no longer."""
        before = self._latest.get(name)
        self.newest += _GAPS[len(self._latest) % len(_GAPS)]
        row = Change(self.newest, name, deleted, 1 if before is None else before.edits + 1)
        self._latest[name] = row
        last = self._parts[-1]
        if isinstance(last, _Generated):
            last = _Written()
            self._parts.append(last)
        last.rows.append(row)

    def generate(self, count: int, *, prefix: str) -> None:
        """Let names change that are the prefix and a number from 0 on."""
        block = _Generated(self.newest + 1, count, prefix)
        self._parts.append(block)
        self.newest = block.first + max(count - 1, 0) * block.step

    def begin_anew(self, at: int) -> None:
        """Count anew from there: names that were written are listed again, generated ones are forgotten."""
        rows = sorted(self._latest.values(), key=lambda row: row.seq)
        self.newest, self._parts, self._latest = at, [_Written()], {}
        for row in rows:
            self.record(row.name, deleted=row.deleted)

    def after(self, since: int) -> Iterator[Change]:
        """Give the changes after a number, in order."""
        rows = chain.from_iterable(part.after(since) for part in self._parts)
        return (row for row in rows if self._latest.get(row.name, row) == row)
