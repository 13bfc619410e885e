"""npm's list: all documents of the replication service, in the order of their ids.

A page begins with the id that it was asked to begin at. The list is whole where nothing comes after that one: a page
that is merely short says nothing, since the service gives as many rows at once as it likes.

Source: https://github.blog/changelog/2025-02-27-changes-and-deprecation-notice-for-npm-replication-apis/
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from shared.adapters.change_feeds.wire import Step, base_of, expect_ok
from shared.adapters.name_lists.wire import PageConversation, Walk, read_name
from shared.adapters.outbound.messages import Request, read_object
from shared.errors import UnexpectedAnswer
from shared.ports import NamePage

_SERVICE: Final = "npm replication service"
# The most that the service gives at once.
_LIMIT: Final = 10_000
# Four times what the registry holds.
_MOST_PAGES: Final = 2_000
# Design documents of the database, not packages.
_DESIGN: Final = "_design/"


@dataclass(frozen=True, slots=True)
class NpmNames:
    """The list at the address of a replication service."""

    address: str
    limit: int = _LIMIT
    service: str = _SERVICE
    most_pages: int = _MOST_PAGES

    def walk(self) -> Walk:
        """Begin a reading; a page needs to know nothing but where it begins."""
        return self

    def page(self, *, token: str | None) -> PageConversation:
        """Ask for the page after an id; None = from the beginning."""
        document = read_object(expect_ok((yield self._ask(token)), service=_SERVICE), service=_SERVICE)
        ids = _after(_read_ids(document), token)
        if not ids and token is None and document["total_rows"]:
            raise UnexpectedAnswer("an empty list that says that it is not", service=_SERVICE)
        if not ids:
            # The next reading begins at the beginning: ids that were added since stand anywhere in the list.
            return NamePage((), None, last=True)
        names = tuple(dict.fromkeys(name for name in ids if not name.startswith(_DESIGN)))
        return NamePage(names, ids[-1])

    def _ask(self, after: str | None) -> Step:
        start = "" if after is None else f"&startkey={quote(json.dumps(after), safe='')}"
        url = f"{base_of(self.address)}/_all_docs?limit={self.limit}{start}"
        return Step(Request(url, _SERVICE, {"accept": "application/json"}))


def _read_ids(document: Mapping[str, Any]) -> Sequence[str]:
    rows, total = document.get("rows"), document.get("total_rows")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnexpectedAnswer("an answer without a list of rows", service=_SERVICE)
    # bool is an int to Python, and no number.
    if not isinstance(total, int) or isinstance(total, bool) or total < len(rows):
        raise UnexpectedAnswer("a list that does not say how long it is", service=_SERVICE)
    return [read_name(row.get("id"), service=_SERVICE) for row in rows]


def _after(ids: Sequence[str], token: str | None) -> Sequence[str]:
    """Return the ids behind the one that the page was asked to begin at, which may have gone meanwhile."""
    behind = ids[1:] if ids and ids[0] == token else ids
    if token in behind:
        raise UnexpectedAnswer("it lists again what it listed before", service=_SERVICE)
    return behind
