"""Groups: many notices of one feed that people get as one letter with a list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.domain.letter_words_instead import is_emergency
from shared.domain.notices import Notice, NoticeKind

# What people see as one thing: a public package got in the way of an internal one.
COLLISIONS: Final = frozenset(
    {
        NoticeKind.COLLISION_BLOCKED,
        NoticeKind.TWIN_APPEARED,
        NoticeKind.COLLISION_REPORTED,
        NoticeKind.INTERNAL_ELSEWHERE,
        NoticeKind.CONTAMINATION_FOUND,
    }
)


def family_of(notice: Notice) -> str:
    """Name what a notice is counted and grouped with: all collisions together, every other kind by itself.

    Emergencies are told apart from other approvals, which must not hold them up.
    """
    if is_emergency(notice):
        return "emergency"
    return "collision" if notice.kind in COLLISIONS else notice.kind.value


@dataclass(frozen=True, slots=True)
class Member:
    """What a letter about many says of one: `twin` is the word for its class, empty where there is none."""

    kind: NoticeKind
    package: str
    twin: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Many notices as one: how many of each kind, and the list, which may be cut short; `told` went out before.

    `decidable` = of some of them a request is on record, which owners may decide on.
    """

    group_id: str
    kinds: tuple[tuple[NoticeKind, int], ...]
    members: tuple[Member, ...]
    since: datetime
    until: datetime
    told: tuple[str, ...] = ()
    decidable: bool = False

    @property
    def count(self) -> int:
        """How many notices it stands for."""
        return sum(number for _, number in self.kinds)


def group_of(group_id: str, notices: Sequence[Notice], *, told: tuple[str, ...]) -> Group:
    """Make a group of one notice or more."""
    counted = Counter(notice.kind for notice in notices)
    times = [notice.at for notice in notices]
    return Group(
        group_id=group_id,
        kinds=tuple((kind, counted[kind]) for kind in NoticeKind if counted[kind]),
        members=tuple(Member(n.kind, package_text(n), n.facts.get("class", "")) for n in notices),
        since=min(times),
        until=max(times),
        told=told,
        decidable=any(notice.facts.get("request") for notice in notices),
    )


def package_text(notice: Notice) -> str:
    """Name what a notice is about, as people call it."""
    return notice.facts.get("package") or notice.facts.get("public package") or notice.subject
