"""Versions of one package, each with its origin: request and reader.

Source: Get Package Versions,
    https://learn.microsoft.com/rest/api/azure/devops/artifacts/artifact-details/get-package-versions
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.adapters.azure_devops.addresses import Hosts, feed_address, segment
from shared.adapters.azure_devops.exchange import PAGE_ANSWER, Answer, Request, Shape, parsed
from shared.adapters.azure_devops.feeds_wire import VERSION, kind_of
from shared.domain.feeds import FeedRef
from shared.domain.versions import FeedVersion, Origin, SourceLink, is_direct, origin_of


class _Link(Shape):
    """One step of a source chain; the feed API and the protocol APIs name its kind differently."""

    id: str | None = None
    upstream_source_type: str | None = None
    source_type: str | None = None


class _View(Shape):
    id: str | None = None


class _Version(Shape):
    version: str
    direct_upstream_source_id: str | None = None
    source_chain: tuple[_Link, ...] | None = None
    is_deleted: bool | None = None
    deleted_date: str | None = None
    publish_date: str | None = None
    views: tuple[_View, ...] | None = None


class _Versions(Shape):
    value: tuple[_Version, ...]


@dataclass(frozen=True, slots=True)
class SavedVersion:
    """A version as the feed describes it, with the ids of the views that show it.

    `chain` None = a step of its source chain could not be read.
    """

    version: str
    direct_source_id: str | None
    chain: tuple[SourceLink, ...] | None
    deleted: bool
    published_at: datetime | None
    views: frozenset[str]


def list_versions(hosts: Hosts, ref: FeedRef, package_id: str) -> Request:
    """Ask for all versions: without `isListed` and `isDeleted`, which would hide some, or all of them."""
    url = feed_address(hosts.feeds, ref, "packages", segment(package_id), "versions")
    params = {"includeUrls": "false", "api-version": VERSION}
    return Request("GET", url, params=params, longest_answer=PAGE_ANSWER)


def read_versions(answer: Answer) -> tuple[SavedVersion, ...]:
    """Read all versions of a package."""
    return tuple(
        SavedVersion(
            version=row.version,
            direct_source_id=_guid(row.direct_upstream_source_id),
            chain=_chain(row.source_chain or ()),
            deleted=bool(row.is_deleted or row.deleted_date),
            published_at=_moment(row.publish_date),
            views=frozenset(view.id.lower() for view in row.views or () if view.id),
        )
        for row in parsed(answer, _Versions).value
    )


def unknown_sources(versions: Iterable[SavedVersion], known: Iterable[SourceLink]) -> bool:
    """Say whether a version came through a source that the feed, as it was last read, did not have."""
    ids = {link.source_id for link in known}
    return any(not is_direct(v.direct_source_id) and v.direct_source_id not in ids for v in versions)


def with_origins(versions: Iterable[SavedVersion], known: Iterable[SourceLink]) -> tuple[FeedVersion, ...]:
    """Tell each version's origin by the domain's rule."""
    sources = tuple(known)
    return tuple(FeedVersion(v.version, _origin(v, sources), v.deleted, v.published_at) for v in versions)


def internal_in_view(versions: Iterable[SavedVersion], known: Iterable[SourceLink], view_id: str) -> frozenset[str]:
    """Return the live internal versions that a view shows."""
    sources = tuple(known)
    shown = (v for v in versions if view_id in v.views and not v.deleted)
    return frozenset(v.version for v in shown if _origin(v, sources) is Origin.INTERNAL)


def _origin(version: SavedVersion, known: tuple[SourceLink, ...]) -> Origin:
    if version.chain is None:
        return Origin.UNKNOWN
    return origin_of(direct_source_id=version.direct_source_id, chain=version.chain, known_sources=known)


def _guid(text: str | None) -> str | None:
    return text.lower() if text else None


def _chain(links: tuple[_Link, ...]) -> tuple[SourceLink, ...] | None:
    read: list[SourceLink] = []
    for link in links:
        kind = kind_of(link.upstream_source_type or link.source_type)
        if kind is None:
            return None
        read.append(SourceLink(_guid(link.id), kind))
    return tuple(read)


def _moment(text: str | None) -> datetime | None:
    """Read a moment of .NET, which writes seven fractional digits, and year 1 for "never"."""
    try:
        moment = datetime.fromisoformat(text or "")
        aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return aware if aware.year > 1 else None
