"""OSV's wire: which advisories call a package malicious?

A record says so by its id (`MAL-`), or by the weakness that it names, which only the whole record tells.

Source: https://google.github.io/osv.dev/post-v1-querybatch/, https://google.github.io/osv.dev/get-v1-vulns/,
    https://ossf.github.io/osv-schema/
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Generator, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

from shared.adapters.outbound.messages import Answer, Request, read_object
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.errors import FeedwardenError, UnexpectedAnswer, UpstreamUnavailable

# Questions and answers about one name, in turn; returns the ids of the advisories that call it malicious.
type Conversation = Generator[Request, Answer, tuple[str, ...]]

_SERVICE: Final = "advisory database"
# Case-sensitive. The last is spelt in pieces: it is a word of OSV's here, but letter for letter the name of a
# registry's host, and no such name stands in the repository.
ECOSYSTEM_WORDS: Final[Mapping[Ecosystem, str]] = MappingProxyType(
    {
        Ecosystem.NPM: "npm",
        Ecosystem.PYPI: "PyPI",
        Ecosystem.NUGET: "NuGet",
        Ecosystem.MAVEN: "Maven",
        Ecosystem.CARGO: ".".join(("crates", "io")),  # noqa: FLY002  # in pieces, see above
    }
)
# A page holds up to 1,000 records, but may be empty where the server was busy.
MOST_PAGES: Final = 20
# Nearly every malicious package has an id of its own; of the others the latest changed records are looked at, so
# that a package with a long list of ordinary weaknesses costs a few questions, not hundreds.
MOST_RECORDS: Final = 5
_LONGEST_TOKEN: Final = 4096

_ID: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.:-]{0,99}", re.ASCII)
_MALICIOUS: Final = "MAL-"
_MAY_BE_MALICIOUS: Final = re.compile(r"GHSA(?:-[0-9a-z]{4}){3}", re.ASCII)
# "Embedded malicious code", https://cwe.mitre.org/data/definitions/506.html
_EMBEDDED_MALICIOUS_CODE: Final = "CWE-506"


@dataclass(frozen=True, slots=True)
class Found:
    """One advisory of a page; `modified` is only compared, as text."""

    id: str
    modified: str


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a name's advisories; `token` is where the next begins, None = this was the last."""

    found: tuple[Found, ...]
    token: str | None


@dataclass(frozen=True, slots=True)
class Osv:
    """The database at an address, which has no slash at its end."""

    address: str

    def malicious(self, name: PackageName) -> Conversation:
        """Converse about one name. Raises FeedwardenError where nothing is known; what was found stays found.

        More records than are read leave it unknown, too: the one that matters may be among the others.
        """
        malicious: list[str] = []
        try:
            yield from self._collect(name, malicious)
        except FeedwardenError:
            if not malicious:
                raise
        return tuple(sorted(set(malicious)))

    def _collect(self, name: PackageName, malicious: list[str]) -> Generator[Request, Answer]:
        others: dict[str, Found] = {}
        token: str | None = None
        for _ in range(MOST_PAGES):
            page = read_page((yield self._query(name, token)))
            malicious += [one.id for one in page.found if one.id.startswith(_MALICIOUS)]
            others |= {one.id: one for one in page.found if _MAY_BE_MALICIOUS.fullmatch(one.id)}
            # An empty page is not the last one: only a missing token says that there is no more.
            token = page.token
            if token is None:
                break
        else:
            raise UnexpectedAnswer(f"more than {MOST_PAGES} pages about one name", service=_SERVICE)
        # Where the name is malicious by an id, the others change nothing.
        if not malicious:
            yield from self._read_latest(others.values(), malicious)

    def _read_latest(self, records: Collection[Found], malicious: list[str]) -> Generator[Request, Answer]:
        latest = sorted(records, key=lambda one: one.modified, reverse=True)
        for one in latest[:MOST_RECORDS]:
            record = Request(f"{self.address}/v1/vulns/{one.id}", _SERVICE, {"accept": "application/json"})
            if names_malicious_code((yield record), one.id):
                malicious.append(one.id)
        if not malicious and len(records) > MOST_RECORDS:
            raise UnexpectedAnswer(f"more than {MOST_RECORDS} records that may tell of malice", service=_SERVICE)

    def _query(self, name: PackageName, token: str | None) -> Request:
        # Only PyPI's names are normalised there; the others count in the spelling in which they were published.
        query: dict[str, Any] = {"package": {"ecosystem": ECOSYSTEM_WORDS[name.ecosystem], "name": name.spelling}}
        if token is not None:
            query["page_token"] = token
        headers = {"content-type": "application/json", "accept": "application/json"}
        body = json.dumps({"queries": [query]}).encode()
        return Request(f"{self.address}/v1/querybatch", _SERVICE, headers, method="POST", body=body)


def read_page(answer: Answer) -> Page:
    """Read the answer to one query.

    Raises:
        UpstreamUnavailable: 429 or 5xx.
        UnexpectedAnswer: anything that is not documented: nothing is known then.
    """
    results = _read_ok(answer).get("results")
    if not isinstance(results, list) or len(results) != 1 or not isinstance(results[0], dict):
        raise UnexpectedAnswer("not one result for one query", service=_SERVICE)
    found = results[0].get("vulns", [])
    if not isinstance(found, list):
        raise UnexpectedAnswer("advisories that are no list", service=_SERVICE)
    return Page(tuple(map(_found, found)), _token(results[0].get("next_page_token")))


def names_malicious_code(answer: Answer, advisory: str) -> bool:
    """Read one whole record: is it in force, and about embedded malicious code?

    Raises:
        UpstreamUnavailable: 429 or 5xx.
        UnexpectedAnswer: no such record, another one, or none that can be read.
    """
    record = _read_ok(answer)
    if record.get("id") != advisory:
        raise UnexpectedAnswer("another record than was asked for", service=_SERVICE)
    return not record.get("withdrawn") and _EMBEDDED_MALICIOUS_CODE in _weaknesses(record)


def _read_ok(answer: Answer) -> dict[str, Any]:
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise UpstreamUnavailable(f"it answered {answer.status}", service=_SERVICE)
    if answer.status != HTTPStatus.OK:
        raise UnexpectedAnswer(f"it answered {answer.status}", service=_SERVICE)
    return read_object(answer, service=_SERVICE)


def _found(told: object) -> Found:
    advisory = told.get("id") if isinstance(told, dict) else None
    if not isinstance(told, dict) or not isinstance(advisory, str) or not _ID.fullmatch(advisory):
        raise UnexpectedAnswer("an advisory without a readable id", service=_SERVICE)
    modified = told.get("modified")
    # What has no date sorts as the latest, and is looked at first.
    return Found(advisory, modified if isinstance(modified, str) else "~")


def _token(told: object) -> str | None:
    if told is None or told == "":
        return None
    if not isinstance(told, str) or len(told) > _LONGEST_TOKEN:
        raise UnexpectedAnswer("a page token that is no token", service=_SERVICE)
    return told


def _weaknesses(record: Mapping[str, Any]) -> Iterator[object]:
    """Walk the weaknesses that a record names: of the whole of it, or of each affected package, in two shapes."""
    affected = record.get("affected")
    parts = [record, *(affected if isinstance(affected, list) else ())]
    for part in parts:
        specific = part.get("database_specific") if isinstance(part, dict) else None
        if isinstance(specific, dict):
            yield from _list(specific.get("cwe_ids"))
            yield from (one.get("cweId") for one in _list(specific.get("cwes")) if isinstance(one, dict))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
