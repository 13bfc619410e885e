"""What a NuGet catalog holds: events in the order of their commits, cut into pages.

A million events can be generated: they are computed while a page is read, and take no memory.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

_PAGE_SIZE: Final = 550
# .NET's unit of time; seven digits of a second.
_TICKS_A_SECOND: Final = 10_000_000
_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to one version."""

    id: str
    version: str = "1.0.0"
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class _Written:
    """One commit: events of one moment, in ticks since 1970."""

    ticks: int
    events: tuple[Event, ...]

    @property
    def count(self) -> int:
        return len(self.events)

    def at(self, place: int) -> tuple[int, Event]:
        return self.ticks, self.events[place]


@dataclass(frozen=True, slots=True)
class _Generated:
    """Commits of `a_commit` publications each, one tick apart."""

    ticks: int
    count: int
    prefix: str
    a_commit: int

    def at(self, place: int) -> tuple[int, Event]:
        return self.ticks + place // self.a_commit, Event(f"{self.prefix}{place}")


@dataclass(slots=True)
class Catalog:
    """All commits. `clock` tells when things happen; no two commits share a moment."""

    clock: Callable[[], datetime]
    page_size: int = _PAGE_SIZE
    _starts: list[int] = field(default_factory=list)
    _parts: list[_Written | _Generated] = field(default_factory=list)
    _count: int = 0
    _shown: int = 0
    _last_ticks: int = -1

    def commit(self, events: Sequence[Event], *, show: bool = True) -> None:
        """Write one commit; `show` false = its pages are written, and the index is not yet."""
        self._write(_Written(self._next_ticks(), tuple(events)), last=0)
        if show:
            self._shown = self._count

    def generate(self, count: int, *, prefix: str, a_commit: int) -> None:
        """Write publications of ids that are the prefix and a number from 0 on."""
        if count:
            self._write(_Generated(self._next_ticks(), count, prefix, a_commit), last=(count - 1) // a_commit)
            self._shown = self._count

    def clear(self) -> None:
        """Forget everything, as a catalog that is built anew."""
        self._starts, self._parts, self._count, self._shown, self._last_ticks = [], [], 0, 0, -1

    def shown_pages(self) -> list[tuple[str, int]]:
        """Return the timestamp and the count of each page, as the index shows them."""
        ends = range(self.page_size, self._shown + self.page_size, self.page_size)
        return [self._page_head(end - self.page_size, min(end, self._shown)) for end in ends]

    def page(self, place: int) -> list[tuple[str, Event]]:
        """Return the timestamps and events of a page, in the order of commits; empty = no such page."""
        begin = place * self.page_size
        return [self._at(number) for number in range(begin, min(begin + self.page_size, self._count))]

    def _page_head(self, begin: int, end: int) -> tuple[str, int]:
        return self._at(end - 1)[0], end - begin

    def _at(self, number: int) -> tuple[str, Event]:
        part = bisect_right(self._starts, number) - 1
        ticks, event = self._parts[part].at(number - self._starts[part])
        return _stamp(ticks), event

    def _next_ticks(self) -> int:
        return max((self.clock() - _BEGINNING) // timedelta(microseconds=1) * 10, self._last_ticks + 1)

    def _write(self, part: _Written | _Generated, *, last: int) -> None:
        self._starts.append(self._count)
        self._parts.append(part)
        self._count += part.count
        self._last_ticks = part.ticks + last


def _stamp(ticks: int) -> str:
    """Write a moment as .NET does: seven digits, without the zeros at the end."""
    seconds, rest = divmod(ticks, _TICKS_A_SECOND)
    moment = f"{_BEGINNING + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}"
    fraction = f"{rest:07d}".rstrip("0")
    return f"{moment}.{fraction}Z" if fraction else f"{moment}Z"
