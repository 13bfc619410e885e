"""What a simulated advisory database holds, and how it is searched."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

# Case-sensitive; the last in pieces, since it is letter for letter a registry's host, and none stands in this
# repository.
ECOSYSTEMS: Final = frozenset({"npm", "PyPI", "NuGet", "Maven", "crates" + "." + "io"})
MOST_QUERIES: Final = 1000


class BadQuery(Exception):
    """The batch is refused as a whole, with these words."""


@dataclass(frozen=True, slots=True)
class Advisory:
    """One record about one package. `weaknesses` are CWE ids, where records of MAL- kind name them."""

    id: str
    ecosystem: str
    name: str
    modified: datetime
    versions: tuple[str, ...] = ()
    weaknesses: tuple[str, ...] = ()
    withdrawn: datetime | None = None

    def record(self) -> dict[str, Any]:
        """Return the whole record."""
        weaknesses = [{"cweId": weakness, "name": weakness} for weakness in self.weaknesses]
        document = {
            "schema_version": "1.7.4",
            "id": self.id,
            "modified": _stamp(self.modified),
            "published": _stamp(self.modified),
            "summary": f"About {self.name} ({self.ecosystem})",
            "details": "A simulated advisory.",
            "affected": [
                {
                    "package": {"ecosystem": self.ecosystem, "name": self.name},
                    "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}]}],
                    "versions": list(self.versions),
                    "database_specific": {"cwes": weaknesses},
                }
            ],
        }
        return document if self.withdrawn is None else document | {"withdrawn": _stamp(self.withdrawn)}


@dataclass(slots=True)
class Database:
    """All records. `page_size` bounds the records of one result; `empty_pages` = results without any that still come.

    A real server hands back a token instead of records where a batch becomes too dear.
    """

    clock: Callable[[], datetime]
    records: dict[str, Advisory] = field(default_factory=dict)
    page_size: int = 1000
    empty_pages: int = 0

    def add(self, advisory: Advisory) -> None:
        """Add a record, or put it in the place of the one with its id."""
        self.records[advisory.id] = advisory

    def withdraw(self, advisory: str) -> bool:
        """Withdraw a record: it is no answer to a query any more; false where there is none."""
        known = self.records.get(advisory)
        if known is not None:
            now = self.clock()
            self.records[advisory] = replace(known, modified=now, withdrawn=now)
        return known is not None

    def batch(self, queries: object) -> list[dict[str, Any]]:
        """Answer queries in their order.

        Raises:
            BadQuery: too many, or one of them is malformed: none is answered then.
        """
        if not isinstance(queries, list):
            raise BadQuery("invalid query")
        if len(queries) > MOST_QUERIES:
            raise BadQuery("too many queries")
        return [self._result(*query) for query in [_read(query) for query in queries]]

    def _result(self, ecosystem: str, name: str, start: int) -> dict[str, Any]:
        if self.empty_pages:
            self.empty_pages -= 1
            return {"next_page_token": f"at:{start}"}
        key = _key(ecosystem, name)
        found = [
            {"id": one.id, "modified": _stamp(one.modified)}
            for one in sorted(self.records.values(), key=lambda one: one.id)
            if one.withdrawn is None and _key(one.ecosystem, one.name) == key
        ]
        end = start + self.page_size
        result: dict[str, Any] = {"vulns": found[start:end]} if found[start:end] else {}
        return result | {"next_page_token": f"at:{end}"} if found[end:] else result


def _read(query: object) -> tuple[str, str, int]:
    package = query.get("package") if isinstance(query, Mapping) else None
    if not isinstance(query, Mapping) or not isinstance(package, Mapping):
        raise BadQuery("invalid query")
    name, ecosystem = package.get("name"), package.get("ecosystem")
    if not isinstance(name, str) or not name:
        raise BadQuery("invalid query")
    if not isinstance(ecosystem, str) or ecosystem not in ECOSYSTEMS:
        raise BadQuery("invalid ecosystem")
    token = re.fullmatch(r"at:([0-9]{1,9})", str(query.get("page_token") or "at:0"))
    if token is None:
        raise BadQuery("invalid page token")
    return ecosystem, name, int(token[1])


def _key(ecosystem: str, name: str) -> tuple[str, str]:
    # Only PyPI's names are normalised: another spelling of a NuGet id finds nothing.
    return ecosystem, re.sub(r"[-_.]+", "-", name).lower() if ecosystem == "PyPI" else name


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
