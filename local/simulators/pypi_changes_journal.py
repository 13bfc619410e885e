"""What a Python index remembers of everything that happened: its journal, and when each project was created.

A million entries can be generated: they are computed while they are read, and take no memory.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain

from packaging.utils import canonicalize_name

from local.simulators.pypi_changes_list import ListEdge


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One row of the changelog; `version` None = it is about the project."""

    serial: int
    name: str
    version: str | None
    action: str
    at: datetime


@dataclass(slots=True)
class _Written:
    rows: list[JournalEntry] = field(default_factory=list)

    def after(self, serial: int) -> Iterator[JournalEntry]:
        return iter(self.rows[bisect_right(self.rows, serial, key=lambda row: row.serial) :])


@dataclass(frozen=True, slots=True)
class _Generated:
    """New releases of `count` projects that nobody created."""

    first: int
    count: int
    prefix: str
    at: datetime

    def after(self, serial: int) -> Iterator[JournalEntry]:
        start = max(0, serial - self.first + 1)
        places = range(start, self.count)
        return (JournalEntry(self.first + n, f"{self.prefix}{n}", "1.0", "new release", self.at) for n in places)


@dataclass(slots=True)
class CallLimit:
    """One call in a while."""

    apart: timedelta = timedelta(seconds=1)
    _called: datetime | None = None

    def wait(self, now: datetime) -> timedelta:
        """Return how long the caller must wait; zero = the call is admitted, and the next must keep its distance."""
        if self._called is not None and now - self._called < self.apart:
            return self._called + self.apart - now
        self._called = now
        return timedelta(0)


@dataclass(slots=True)
class PypiJournal:
    """All entries. `serial` = that of the newest; `limit` = how often it may be asked; `edge` = who gives the list."""

    serial: int = 0
    limit: CallLimit = field(default_factory=CallLimit)
    edge: ListEdge = field(default_factory=ListEdge)
    _parts: list[_Written | _Generated] = field(default_factory=lambda: [_Written()])
    _created: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    def record(self, name: str, action: str, *, at: datetime, version: str | None = None) -> None:
        """Write down what happened to a project."""
        self.serial += 1
        key = canonicalize_name(name)
        if action == "create":
            self._created[key] = (name, at)
        elif action == "remove project":
            self._created.pop(key, None)
        last = self._parts[-1]
        if isinstance(last, _Generated):
            last = _Written()
            self._parts.append(last)
        last.rows.append(JournalEntry(self.serial, name, version, action, at))

    def generate(self, count: int, *, prefix: str, at: datetime) -> None:
        """Write down releases of projects that are the prefix and a number from 0 on."""
        self._parts.append(_Generated(self.serial + 1, count, prefix, at))
        self.serial += count

    def begin_anew(self) -> None:
        """Forget every entry and count from 0, as a restored backup would; projects stay."""
        self.serial, self._parts = 0, [_Written()]

    def after(self, serial: int) -> Iterator[JournalEntry]:
        """Give the entries after a serial, in order."""
        return chain.from_iterable(part.after(serial) for part in self._parts)

    def newest_projects(self, most: int) -> list[tuple[str, datetime]]:
        """Return the projects created last, the newest first, with their spelling and moment."""
        return [self._created[key] for key in list(reversed(self._created))[:most]]
