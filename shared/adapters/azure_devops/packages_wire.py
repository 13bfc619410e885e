"""Packages of a feed, by page and by change: requests and readers.

Source: Artifact Details, https://learn.microsoft.com/rest/api/azure/devops/artifacts/artifact-details;
    Change Tracking, https://learn.microsoft.com/rest/api/azure/devops/artifacts/change-tracking
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from shared.adapters.azure_devops.addresses import Hosts, feed_address
from shared.adapters.azure_devops.exchange import PAGE_ANSWER, SERVICE, Answer, Request, Shape, parsed
from shared.adapters.azure_devops.feeds_wire import VERSION, ecosystem_of
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef, UpstreamKind
from shared.domain.names import PackageName
from shared.domain.versions import SourceLink, is_direct
from shared.errors import RefusedName, UnexpectedAnswer
from shared.ports import ChangePage, ListedPackage, PackagePage

BATCH: Final = 2000

# As the service itself spells them in its answers.
_PROTOCOLS: Final[Mapping[Ecosystem, str]] = MappingProxyType(
    {
        Ecosystem.NPM: "Npm",
        Ecosystem.PYPI: "PyPi",
        Ecosystem.NUGET: "NuGet",
        Ecosystem.MAVEN: "Maven",
        Ecosystem.CARGO: "Cargo",
    }
)


class _Version(Shape):
    direct_upstream_source_id: str | None = None
    is_deleted: bool | None = None


class _Package(Shape):
    id: str
    name: str
    protocol_type: str
    versions: tuple[_Version, ...] | None = None


class _Packages(Shape):
    value: tuple[_Package, ...]


class _Change(Shape):
    package: _Package


class _Changes(Shape):
    package_changes: tuple[_Change, ...]
    next_package_continuation_token: int | str | None = None


def list_packages(  # noqa: PLR0913  # the parameters of the call itself, all by name
    hosts: Hosts,
    ref: FeedRef,
    *,
    skip: int,
    top: int,
    name: PackageName | None = None,
    query: str = "",
    all_versions: bool = True,
) -> Request:
    """Ask for one page of packages with all their versions, or with the latest only, deleted ones too.

    With a name, for packages of its ecosystem that contain `query`: the service's filter finds parts of names.
    """
    params = {
        "includeAllVersions": "true" if all_versions else "false",
        "includeDeleted": "true",
        "includeUrls": "false",
        "$top": str(top),
        "$skip": str(skip),
        "api-version": VERSION,
    }
    if name is not None:
        params |= {"protocolType": _PROTOCOLS[name.ecosystem], "packageNameQuery": query}
    return Request("GET", feed_address(hosts.feeds, ref, "packages"), params=params, longest_answer=PAGE_ANSWER)


def name_queries(name: PackageName) -> tuple[str, ...]:
    """Return what to look a name up by: first as it is spelled, then its longest part that every spelling shares.

    Which spelling the filter compares is not documented, and a feed may spell `Acme.Core` what we know as
    `acme-core`; a run of letters and digits stands in all of them.
    """
    runs = re.findall(r"[^\W_]+", name.spelling)
    return tuple(dict.fromkeys((name.spelling, max(runs, key=len, default=name.spelling))))


def read_packages(answer: Answer, sources: Iterable[SourceLink] | None, *, skip: int, top: int) -> PackagePage:
    """Read one page; `sources` are the feed's upstream sources, deleted ones too.

    None = not all versions were asked for: what one version tells, another may refute.
    """
    rows = parsed(answer, _Packages).value
    if sources is None:
        presumed = [(row, _UNTOLD) for row in rows]
    else:
        kinds = _kinds(sources)
        presumed = [(row, _presumed(row, kinds)) for row in rows]
    packages, refused = _named(presumed)
    # Counted before anything is passed over, and by what came: a service that sends more has told more.
    return PackagePage(packages, refused, next_skip=skip + len(rows) if len(rows) >= top else None)


def list_changes(hosts: Hosts, ref: FeedRef, *, token: str | None) -> Request:
    """Ask for what changed after the token."""
    params = {"batchSize": str(BATCH), "api-version": VERSION}
    if token is not None:
        params["continuationToken"] = token
    return Request("GET", feed_address(hosts.feeds, ref, "packagechanges"), params=params, longest_answer=PAGE_ANSWER)


def read_changes(answer: Answer, *, token: str | None) -> ChangePage:
    """Read one batch of changes, each package once; deletions count, because they can end a protection.

    A change tells of one version, so it proves nothing about a package's other versions.
    """
    page = parsed(answer, _Changes)
    reached = page.next_package_continuation_token
    if not page.package_changes:
        # The old token stays good; an empty batch is no reason to trust a new one, least of all a zero.
        return ChangePage((), (), token=token or str(reached or 0), exhausted=True)
    if reached is None or str(reached) == token:
        raise UnexpectedAnswer("package changes without a token to go on from", service=SERVICE)
    once = {change.package.id: change.package for change in page.package_changes}
    packages, refused = _named((row, _UNTOLD) for row in once.values())
    return ChangePage(packages, refused, token=str(reached), exhausted=False)


def _kinds(sources: Iterable[SourceLink]) -> Mapping[str | None, UpstreamKind | None]:
    kinds: dict[str | None, UpstreamKind | None] = {}
    for link in sources:
        # One id with two kinds tells nothing.
        kinds[link.source_id] = link.kind if kinds.get(link.source_id, link.kind) is link.kind else None
    return kinds


@dataclass(frozen=True, slots=True)
class _Presumed:
    """What a list's row proves about a package; see ListedPackage."""

    maybe_internal: bool
    maybe_external: bool
    holds_external: bool


# What is not shown may be anything.
_UNTOLD: Final = _Presumed(maybe_internal=True, maybe_external=True, holds_external=False)


def _presumed(row: _Package, kinds: Mapping[str | None, UpstreamKind | None]) -> _Presumed:
    """Say what the versions of a row prove."""
    if not row.versions:
        return _UNTOLD
    direct = [is_direct(version.direct_upstream_source_id) for version in row.versions]
    public = [_is_public(version, kinds) for version in row.versions]
    live = [told for version, told in zip(row.versions, public, strict=True) if not version.is_deleted]
    return _Presumed(maybe_internal=not all(public), maybe_external=not all(direct), holds_external=any(live))


def _is_public(version: _Version, kinds: Mapping[str | None, UpstreamKind | None]) -> bool:
    source = version.direct_upstream_source_id
    return not is_direct(source) and kinds.get((source or "").lower()) is UpstreamKind.PUBLIC


def _named(rows: Iterable[tuple[_Package, _Presumed]]) -> tuple[tuple[ListedPackage, ...], tuple[str, ...]]:
    packages: list[ListedPackage] = []
    refused: list[str] = []
    for row, presumed in rows:
        ecosystem = ecosystem_of(row.protocol_type)
        if ecosystem is None:
            continue
        try:
            name = PackageName.of(ecosystem, row.name)
        except RefusedName:
            refused.append(f"{ecosystem}:{ascii(row.name[:100])[1:-1]}")
            continue
        told = (presumed.maybe_internal, presumed.maybe_external, presumed.holds_external)
        packages.append(ListedPackage(row.id, name, *told))
    return tuple(packages), tuple(refused)
