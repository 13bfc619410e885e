"""What a NuGet registry tells of a package that is there: listed or not, since when, and by whose own account.

Source: https://learn.microsoft.com/nuget/api/registration-base-url-resource
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from shared.adapters.outbound.messages import Answer, Request, read_object
from shared.adapters.registries.precedence import newest
from shared.adapters.registries.wire import (
    Conversation,
    by_own_account,
    read_line,
    read_moment,
    read_repository,
    read_text,
)
from shared.domain.names import PackageName
from shared.domain.twins import Presence, PublicTwin
from shared.errors import FeedwardenError, RefusedName, UnexpectedAnswer

# 64 versions a page on the largest registry: more than 2,000 versions of an internal name's twin are not counted.
_MOST_PAGES: Final = 32
_MOST_BYTES: Final = 8 * 1024 * 1024
# The year that stands in `published` where the true one is hidden, because the version is unlisted.
_UNLISTED_YEAR: Final = 1900
_LONGEST_ADDRESS: Final = 2048
_MOST_AUTHORS: Final = 20


@dataclass(frozen=True, slots=True)
class Release:
    """One version as the registry tells it; `published` None = hidden or unreadable, `leaf` its unchecked address."""

    version: str
    listed: bool
    published: datetime | None
    leaf: object
    spelling: str
    authors: tuple[str, ...]
    repository: str | None
    description: str


@dataclass(frozen=True, slots=True)
class RegistrationReader:
    """Converses about one package's registration, at the address of its index."""

    url: str
    name: PackageName
    service: str

    def add_details(self, twin: PublicTwin, *, count: int) -> Conversation:
        """Add what is told of `count` versions, read from however many pages.

        A tombstone only where every version is told and none is listed. Raises FeedwardenError for what is unreadable.
        """
        releases = yield from self._releases()
        if not releases:
            return twin
        listed = [release for release in releases if release.listed]
        whole = len(releases) >= count
        hidden = not listed and whole
        last = _newest(listed) or releases[-1]
        return replace(
            twin,
            presence=Presence.TOMBSTONE if hidden else twin.presence,
            detail="every version is unlisted" if hidden else twin.detail,
            first_published=(yield from self._first_published(releases)),
            latest_version=last.version if listed else twin.latest_version,
            latest_published=last.published,
            maintainers=last.authors,
            repository=last.repository,
            description=last.description,
            name=last.spelling,
            withdrawn=len(releases) - len(listed) if whole else None,
        )

    def _releases(self) -> Generator[Request, Answer, Sequence[Release]]:
        index = yield from self._get(self.url)
        releases: list[Release] = []
        for page in _objects(index.get("items"))[:_MOST_PAGES]:
            leaves = page.get("items")
            if leaves is None:
                leaves = (yield from self._get(self._near(page.get("@id")))).get("items")
            releases += [release for leaf in _objects(leaves) if (release := self._release(leaf)) is not None]
        return releases

    def _release(self, leaf: Mapping[str, Any]) -> Release | None:
        entry = leaf.get("catalogEntry")
        if not isinstance(entry, dict) or not self._is_ours(entry.get("id")):
            return None
        version, published = read_text(entry.get("version")), read_moment(entry.get("published"))
        if version is None:
            return None
        authors = entry.get("authors")
        hidden = published is not None and published.year <= _UNLISTED_YEAR
        return Release(
            version=version,
            # By the documents a version is listed where nothing is said.
            listed=entry.get("listed") is not False and not hidden,
            published=None if hidden else published,
            leaf=entry.get("@id"),
            spelling=entry["id"],
            # Whoever publishes writes these three as he likes; they are read at once, since a page is let go of.
            authors=by_own_account(authors[:_MOST_AUTHORS] if isinstance(authors, list) else [authors]),
            repository=read_repository(entry.get("projectUrl")),
            description=read_line(entry.get("description")),
        )

    def _is_ours(self, spelling: object) -> bool:
        try:
            return isinstance(spelling, str) and PackageName.of(self.name.ecosystem, spelling) == self.name
        except RefusedName:
            return False

    def _first_published(self, releases: Sequence[Release]) -> Generator[Request, Answer, datetime | None]:
        """Return the earliest date; where that of the lowest version is hidden, its catalog leaf is asked for it."""
        moments = [release.published for release in releases if release.published is not None]
        if releases[0].published is None and releases[0].leaf is not None:
            try:
                leaf = yield from self._get(self._near(releases[0].leaf))
            except FeedwardenError:
                leaf = {}
            created = read_moment(leaf.get("created"))
            moments += [] if created is None or created.year <= _UNLISTED_YEAR else [created]
        return min(moments, default=None)

    def _get(self, url: str) -> Generator[Request, Answer, Mapping[str, Any]]:
        answer = yield Request(url, self.service, max_bytes=_MOST_BYTES)
        if answer.status != HTTPStatus.OK:
            raise UnexpectedAnswer(f"its registration answered {answer.status}", service=self.service)
        return read_object(answer, service=self.service)

    def _near(self, address: object) -> str:
        """Return an address that the registration names, where it is on the registration's own host."""
        try:
            near = isinstance(address, str) and len(address) <= _LONGEST_ADDRESS and _host(address) == _host(self.url)
        except ValueError:
            near = False
        if not near:
            raise UnexpectedAnswer("its registration leads to another host", service=self.service)
        return str(address)


def _host(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()


def _objects(items: object) -> list[Mapping[str, Any]]:
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _newest(releases: Sequence[Release]) -> Release | None:
    version = newest(release.version for release in releases)
    return next((release for release in releases if release.version == version), None)
