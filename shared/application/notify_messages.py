"""What waits in the queue `notices`: a notice, or many as one, and how far its sending came."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final

from shared.domain.feeds import FeedRef
from shared.domain.letter_facts import cut
from shared.domain.letter_groups import Group, Member
from shared.domain.letter_rules import Outlet
from shared.domain.notices import Notice, NoticeKind
from shared.errors import UntrustedInput

_SCHEMA: Final = 1
# A message holds 64 KiB in Base64, so 48 KiB of text; the text is pure ASCII.
# https://learn.microsoft.com/rest/api/storageservices/put-message
_LONGEST: Final = 45_000
# Room for the list of a group, beside its first notice.
_ROOM_FOR_LIST: Final = 30_000
# Of those, for the names in the list; the rest is for what stands beside it.
_ROOM_FOR_NAMES: Final = 25_000
_LONGEST_SUBJECT: Final = 2_000
_SHORTER: Final = (4_000, 600, 100, 20)
# What decides who is told, how loudly, and where the link leads: cut last, and never left out.
_DECIDING: Final = ("feed", "request", "emergency", "package", "class")
_LONGEST_DECIDING: Final = 200
# More addresses than fit here are not kept: then another attempt goes to everybody.
_ROOM_FOR_RECIPIENTS: Final = 6_000


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One letter to be sent. Where it is about many, `notice` is one of them, by which recipients are chosen.

    `attempt` counts from 0. `left` are the outlets that have not taken it though another has; None = all that are due.
    `recipients` are those who have not got the mail though others have; None = all.
    """

    notice: Notice
    group: Group | None = None
    attempt: int = 0
    left: tuple[Outlet, ...] | None = None
    recipients: tuple[str, ...] | None = None

    def again(self, *, left: tuple[Outlet, ...] | None, recipients: tuple[str, ...] | None = None) -> Dispatch:
        """Return the next attempt."""
        return replace(self, attempt=self.attempt + 1, left=left, recipients=recipients)

    def text(self) -> str:
        """Return the message's text; facts and lists that do not fit are cut, because a letter must go out."""
        recipients = None if self.recipients is None else json.dumps(self.recipients)
        kept = None if recipients is None or len(recipients) > _ROOM_FOR_RECIPIENTS else self.recipients
        longest = _LONGEST - len(json.dumps(kept)) - (0 if self.group is None else _ROOM_FOR_LIST)
        notice = next((row for row in map(self._notice, _SHORTER) if len(json.dumps(row)) <= longest), None)
        row = self._notice(_SHORTER[-1], most=5) if notice is None else notice
        left = None if self.left is None else [outlet.value for outlet in self.left]
        row |= {"attempt": self.attempt, "left": left, "recipients": kept}
        return json.dumps(row if self.group is None else row | {"group": _group_row(self.group)})

    def _notice(self, longest: int, most: int | None = None) -> dict[str, Any]:
        notice = self.notice
        first = {key: cut(notice.facts[key], _LONGEST_DECIDING) for key in _DECIDING if key in notice.facts}
        others = [(key, cut(fact, longest)) for key, fact in notice.facts.items() if key not in first]
        return {
            "schema": _SCHEMA,
            "notice_id": notice.notice_id,
            "kind": notice.kind.value,
            "feed": asdict(notice.feed),
            "subject": cut(notice.subject, _LONGEST_SUBJECT),
            "at": notice.at.isoformat(),
            "facts": first | dict(others[:most]),
        }

    @classmethod
    def of(cls, text: str) -> Dispatch:
        """Read a message's text. Raises UntrustedInput."""
        try:
            row = json.loads(text)
            left, group, recipients = row.get("left"), row.get("group"), row.get("recipients")
            return cls(
                notice=_read_notice(row),
                group=None if group is None else _read_group(group),
                attempt=int(row.get("attempt", 0)),
                left=None if left is None else tuple(Outlet(word) for word in left),
                recipients=None if recipients is None else tuple(map(str, recipients)),
            )
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError, OverflowError) as error:
            raise UntrustedInput("not a notice") from error


def _read_notice(row: dict[str, Any]) -> Notice:
    return Notice(
        notice_id=str(row["notice_id"]),
        kind=NoticeKind(row["kind"]),
        feed=FeedRef(**row["feed"]),
        subject=str(row["subject"]),
        at=datetime.fromisoformat(row["at"]),
        facts={str(key): str(fact) for key, fact in row["facts"].items()},
    )


def _group_row(group: Group) -> dict[str, Any]:
    listed: list[tuple[str, str, str]] = []
    room = _ROOM_FOR_NAMES
    for member in group.members:
        entry = (member.kind.value, cut(member.package, 300), member.twin)
        room -= len(json.dumps(entry)) + 2
        if room < 0:
            break
        listed.append(entry)
    return {
        "group_id": group.group_id,
        "kinds": [(kind.value, number) for kind, number in group.kinds],
        "members": listed,
        "since": group.since.isoformat(),
        "until": group.until.isoformat(),
        "told": [cut(package, 100) for package in group.told],
        "decidable": group.decidable,
    }


def _read_group(row: dict[str, Any]) -> Group:
    kinds = tuple((NoticeKind(kind), int(number)) for kind, number in row["kinds"])
    if not kinds:
        raise ValueError("a group of nothing")
    return Group(
        group_id=str(row["group_id"]),
        kinds=kinds,
        members=tuple(Member(NoticeKind(kind), str(name), str(twin)) for kind, name, twin in row["members"]),
        since=datetime.fromisoformat(row["since"]),
        until=datetime.fromisoformat(row["until"]),
        told=tuple(map(str, row["told"])),
        decidable=bool(row.get("decidable", False)),
    )
