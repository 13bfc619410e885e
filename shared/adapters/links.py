"""The links in letters: signed, with an end, and nothing but the name of something. They grant nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from shared.adapters.seals import Seals
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName
from shared.errors import BadLink, RefusedName
from shared.ports import Link, RequestRef

PATH: Final = "/api/approvals/"
MAX_AGE: Final = timedelta(days=7)
LONGEST: Final = 2_000
"""Characters of a token: mail programs and proxies take addresses of about that length."""

_SCHEMA: Final = 1
# Purposes by the letter that their tokens begin with: a seal may begin with a dot, and many a proxy refuses such paths.
_PURPOSES: Final = MappingProxyType({"r": "request", "f": "feed"})


@dataclass(frozen=True, slots=True)
class SignedLinks:
    """Makes the addresses and reads them. `base_url` has no path, and no trailing slash."""

    seals: Seals
    base_url: str
    max_age: timedelta = MAX_AGE

    def to_request(self, ref: RequestRef) -> str:
        """Return the address of the page of one request."""
        name = ref.name
        return self._address("r", _of_feed(ref.feed), name.ecosystem.value, name.spelling, ref.approval_id)

    def to_requests_of(self, feed: FeedRef) -> str:
        """Return the address of the page that lists the open requests of one feed."""
        return self._address("f", _of_feed(feed))

    def read(self, token: str) -> Link:
        """Read the token of an address of ours. Raises BadLink."""
        purpose = _PURPOSES.get(token[:1])
        if purpose is None:
            raise BadLink("this is no link of ours")
        opened = self.seals.inspect(purpose, token[1:], self.max_age, longest=LONGEST)
        return Link(_read(opened.document), opened.sealed_at, opened.expired)

    def _address(self, letter: str, *parts: object) -> str:
        return f"{self.base_url}{PATH}{letter}{self.seals.seal(_PURPOSES[letter], [_SCHEMA, *parts])}"


def _of_feed(feed: FeedRef) -> list[str | None]:
    return [feed.organization, feed.project_id, feed.feed_id]


def _read(document: object) -> RequestRef | FeedRef:
    """Read a document that we signed: an older or newer program of ours may have written it otherwise."""
    match document:
        case [schema, feed] if schema == _SCHEMA:
            return _feed(feed)
        case [schema, feed, str(ecosystem), str(spelling), str(approval_id)] if schema == _SCHEMA:
            return RequestRef(_feed(feed), _name(ecosystem, spelling), approval_id)
    raise BadLink("this link names nothing that we know")


def _feed(parts: object) -> FeedRef:
    match parts:
        case [str(organization), str() | None as project_id, str(feed_id)]:
            return FeedRef(organization, project_id, feed_id)
    raise BadLink("this link names no feed")


def _name(ecosystem: str, spelling: str) -> PackageName:
    try:
        return PackageName.of(Ecosystem(ecosystem), spelling)
    except (ValueError, RefusedName) as error:
        raise BadLink("this link names no package that can exist") from error
