"""npm's wire: the replication service's `_changes`, page by page.

A change is any write to a package's document: a first version, a later one, an unpublication. Sequence numbers have
gaps, and the service may begin to count anew; a count that has already passed ours again cannot be told from gaps.

Source: https://github.blog/changelog/2025-02-27-changes-and-deprecation-notice-for-npm-replication-apis/
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from shared.adapters.change_feeds.wire import UNREADABLE_POSITION, Conversation, Step, base_of, expect_ok
from shared.adapters.outbound.messages import Answer, Request, read_object
from shared.errors import UnexpectedAnswer
from shared.ports import ChangedNames

_SERVICE: Final = "npm replication service"
# The most that the service gives at once.
_LIMIT: Final = 10_000
# A sequence is a number as text to us; nothing is computed from it.
_SEQUENCE: Final = re.compile(r"[0-9]{1,30}")
# Design documents of the database, not packages.
_LONG_PAGE: Final = 1_000
_DESIGN: Final = "_design/"


@dataclass(frozen=True, slots=True)
class NpmChanges:
    """The feed at the address of a replication service."""

    address: str
    limit: int = _LIMIT

    def changes(self, *, position: str | None, now: datetime) -> Conversation:  # noqa: ARG002  # no clock is needed
        """Ask for one page; where it is empty or goes back, ask also how far the service has counted."""
        if position is None:
            return ChangedNames((), _read_newest((yield self._root())))
        if _SEQUENCE.fullmatch(position) is None:
            return ChangedNames((), _read_newest((yield self._root())), lossy=UNREADABLE_POSITION)
        page = _read_page((yield self._page(position)))
        if page.rows and int(page.rows[0][0]) > int(position):
            return self._told(page, page.rows[-1][0])
        newest = _read_newest((yield self._root()))
        if int(newest) < int(position):
            return ChangedNames(page.names, newest, lossy="the registry counts its changes anew")
        if not page.rows:
            # The service may have counted on since; only what it has listed moves the position.
            return ChangedNames((), position)
        if int(page.rows[-1][0]) < int(position):
            raise UnexpectedAnswer("it lists changes from before the position", service=_SERVICE)
        return self._told(page, page.rows[-1][0])

    def _told(self, page: _Page, position: str) -> ChangedNames:
        # The service may give fewer rows than were asked for, and has before: a long page may not be the last.
        return ChangedNames(page.names, position, more=len(page.rows) >= min(self.limit, _LONG_PAGE))

    def _root(self) -> Step:
        return Step(Request(f"{base_of(self.address)}/", _SERVICE, {"accept": "application/json"}))

    def _page(self, since: str) -> Step:
        url = f"{base_of(self.address)}/_changes?since={since}&limit={self.limit}"
        return Step(Request(url, _SERVICE, {"accept": "application/json"}))


@dataclass(frozen=True, slots=True)
class _Page:
    """Rows of sequence and id, in ascending order."""

    rows: tuple[tuple[str, str], ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for _, name in self.rows if not name.startswith(_DESIGN)))


def _read_page(answer: Answer) -> _Page:
    results = read_object(expect_ok(answer, service=_SERVICE), service=_SERVICE).get("results")
    if not isinstance(results, list):
        raise UnexpectedAnswer("an answer without a list of changes", service=_SERVICE)
    rows = tuple(map(_read_row, results))
    if any(int(later[0]) < int(earlier[0]) for earlier, later in pairwise(rows)):
        # A position inside such a list could leave changes behind.
        raise UnexpectedAnswer("its changes are out of order", service=_SERVICE)
    return _Page(rows)


def _read_row(row: object) -> tuple[str, str]:
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        raise UnexpectedAnswer("a change without an id", service=_SERVICE)
    return _read_sequence(row.get("seq")), row["id"]


def _read_newest(answer: Answer) -> str:
    document = read_object(expect_ok(answer, service=_SERVICE), service=_SERVICE)
    return _read_sequence(document.get("update_seq"))


def _read_sequence(value: object) -> str:
    # bool is an int to Python, and no sequence.
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if _SEQUENCE.fullmatch(text) is None:
        raise UnexpectedAnswer("a change without a readable sequence", service=_SERVICE)
    return text
