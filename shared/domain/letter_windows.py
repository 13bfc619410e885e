"""Windows: which notices of a feed go out by themselves, and which wait to go out as one. Reasons: docs/adr/0011."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from shared.domain.letter_groups import package_text
from shared.domain.notices import Notice

WINDOW: Final = timedelta(minutes=10)
# So many go out by themselves within a window.
SINGLE: Final = 5
# A burst that brought nothing for so long is over: its letter need not wait for the window's end.
QUIET: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Told:
    """A notice that goes out by itself, or has."""

    notice_id: str
    at: datetime
    package: str


@dataclass(frozen=True, slots=True)
class PlannedGroup:
    """A letter for many. `members` are the ids it stands for, until all of them have left the outbox."""

    group_id: str
    at: datetime
    members: frozenset[str]
    queued: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """What was decided for one family of notices in one feed.

    It is stored before it is acted on, so that a repeat decides alike.
    """

    told: tuple[Told, ...] = ()
    group: PlannedGroup | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with the notices that wait: send some, group some, forget those that a queued group stands for.

    What is in none of them is held: it stays in the outbox.
    """

    window: Window
    single: tuple[Notice, ...] = ()
    grouped: tuple[Notice, ...] = ()
    done: tuple[Notice, ...] = ()


def plan(window: Window, waiting: Sequence[Notice], now: datetime) -> Plan:
    """Decide about the notices that wait, oldest first. Applied to its own outcome it decides the same again."""
    ids = {notice.notice_id for notice in waiting}
    told = tuple(one for one in window.told if one.notice_id in ids or now - one.at < WINDOW)
    cleared = {one.notice_id for one in told}
    single = tuple(notice for notice in waiting if notice.notice_id in cleared)
    rest = tuple(notice for notice in waiting if notice.notice_id not in cleared)
    group = _still_open(window.group, ids, now)
    if group is not None:
        stood_for = tuple(notice for notice in rest if notice.notice_id in group.members)
        kept = Window(told, group)
        return Plan(kept, single, done=stood_for) if group.queued else Plan(kept, single, grouped=stood_for)
    if _recent(told, now) + len(rest) <= SINGLE:
        let_out = tuple(Told(notice.notice_id, now, package_text(notice)) for notice in rest)
        return Plan(Window((*told, *let_out)), (*single, *rest))
    if not _is_over(rest, now):
        return Plan(Window(told), single)
    # Named after its first member, so that the letter of a repeat is recognisable.
    made = PlannedGroup(f"group-{rest[0].notice_id}", now, frozenset(notice.notice_id for notice in rest))
    return Plan(Window(told, made), single, grouped=rest)


def queued(window: Window) -> Window:
    """Return the window once its group's letter is in the queue."""
    return window if window.group is None else replace(window, group=replace(window.group, queued=True))


def _still_open(group: PlannedGroup | None, waiting: set[str], now: datetime) -> PlannedGroup | None:
    """Return a group that is not finished: its members wait, or the window that it opened has not closed."""
    if group is None:
        return None
    left = group.members & waiting
    if left:
        return group
    # All of them are gone, so its letter is in the queue, whatever the row says.
    return replace(group, members=left, queued=True) if now - group.at < WINDOW else None


def _recent(told: Sequence[Told], now: datetime) -> int:
    return sum(1 for one in told if now - one.at < WINDOW)


def _is_over(burst: Sequence[Notice], now: datetime) -> bool:
    times = [notice.at for notice in burst]
    return bool(times) and (now - max(times) >= QUIET or now - min(times) >= WINDOW)
