"""Packages and versions: list, get, provenance."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from itertools import islice

from starlette.responses import Response
from starlette.routing import Route

from local.simulators.azure_devops.api_versions import PREVIEW
from local.simulators.azure_devops.calls import Call, Site
from local.simulators.azure_devops.errors import AzureError, bad_request, not_found
from local.simulators.azure_devops.feeds import Feed
from local.simulators.azure_devops.packages import HeldVersion, Package
from local.simulators.azure_devops.publishing import version_not_found
from local.simulators.azure_devops.render_packages import package_json, version_json
from local.simulators.azure_devops.routing import scoped_routes
from local.simulators.azure_devops.spelling import PROTOCOL_TYPES

_PAGE = 1000
_ZERO_GUID = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class _Filter:
    """What the query asks for, read once: a feed may hold a hundred thousand packages."""

    protocol: str
    contained: str
    deleted: bool
    upstream: str
    listed: bool | None
    view: str | None

    @classmethod
    def of(cls, call: Call, feed: Feed) -> _Filter:
        upstream = (call.query("directUpstreamId") or "").lower()
        if upstream == _ZERO_GUID and not call.world.behavior.zero_guid_filter:
            upstream = ""  # that filter is not documented, so a service may come to ignore it
        return cls(
            protocol=(call.query("protocolType") or "").lower(),
            contained=(call.query("packageNameQuery") or "").lower(),
            deleted=call.flag("includeDeleted", default=False),
            upstream=upstream,
            listed=call.flag("isListed", default=True) if call.query("isListed") is not None else None,
            view=call.view(feed),
        )

    def names(self, package: Package) -> bool:
        """Say whether the package's protocol and name fit."""
        return self.protocol in ("", package.protocol) and self.contained in package.name.lower()

    def keeps(self, version: HeldVersion) -> bool:
        """Say whether one version fits."""
        return (
            (self.deleted or version.live)
            and (not self.upstream or (version.direct_source_id or _ZERO_GUID).lower() == self.upstream)
            and self.listed in (None, version.listed)
            and (self.view is None or self.view in version.views)
        )

    def matches(self, package: Package) -> bool:
        """Say whether the package is listed."""
        return self.names(package) and any(self.keeps(version) for version in package.versions.values())


def _shown(call: Call, package: Package, wanted: _Filter) -> list[HeldVersion]:
    """Return the versions to write: the latest only, unless the query asks for all."""
    versions = [version for version in package.versions.values() if wanted.keeps(version)]
    if call.flag("includeAllVersions", default=False):
        return versions
    latest = package.latest_of([version for version in versions if version.live] or versions)
    return [latest] if latest else []


def _checked_filter(call: Call, feed: Feed) -> _Filter:
    wanted = _Filter.of(call, feed)
    if wanted.protocol and wanted.protocol not in PROTOCOL_TYPES:
        raise bad_request("InvalidProtocolTypeException", f"The protocol type '{wanted.protocol}' is not known.")
    if wanted.listed is not None and wanted.protocol != "nuget":
        # Only NuGet knows unlisted versions; of all others the service says "not found".
        raise not_found("ProtocolNotSupportedException", "The isListed filter is only supported for NuGet.")
    return wanted


async def list_packages(call: Call) -> Response:
    """Answer `Get Packages`: 1,000 unless `$top` says else; only the latest version of each unless asked for all."""
    feed = call.feed()
    top, skip = call.number("$top", default=_PAGE), call.number("$skip", default=0)
    urls, wanted = call.flag("includeUrls", default=True), _checked_filter(call, feed)
    matching = (package for package in feed.packages.values() if wanted.matches(package))
    page = islice(matching, skip, skip + top)
    return call.collection(
        [package_json(call, feed, package, _shown(call, package, wanted), urls=urls) for package in page]
    )


def _package(call: Call, feed: Feed) -> Package:
    """Return the package whose GUID stands in the path: names are not taken here."""
    wanted = call.path("package").lower()
    for package in feed.packages.values():
        if package.id.lower() == wanted:
            return package
    raise not_found("PackageNotFoundException", f"The package with ID '{wanted}' doesn't exist.")


def _version(call: Call, package: Package) -> HeldVersion:
    wanted = call.path("version").lower()
    for version in package.versions.values():
        if wanted in (version.id.lower(), version.normalized.lower()):
            return version
    raise version_not_found(package.name, wanted)


async def get_package(call: Call) -> Response:
    """Answer `Get Package`."""
    feed = call.feed()
    package = _package(call, feed)
    return call.answer(package_json(call, feed, package, _shown(call, package, _Filter.of(call, feed)), urls=True))


async def list_versions(call: Call) -> Response:
    """Answer `Get Package Versions`: deleted and live, unless `isDeleted` chooses."""
    feed = call.feed()
    package = _package(call, feed)
    if call.query("isListed") is not None and package.protocol != "nuget":
        raise AzureError(HTTPStatus.NOT_FOUND, "ProtocolNotSupportedException", "isListed is for NuGet only.")
    versions = list(package.versions.values())
    if call.query("isDeleted") is not None:
        deleted = call.flag("isDeleted", default=False)
        versions = [version for version in versions if version.live is not deleted]
    if call.query("isListed") is not None:
        listed = call.flag("isListed", default=True)
        versions = [version for version in versions if version.listed is listed]
    return call.collection([version_json(call, feed, package, version) for version in versions])


async def get_version(call: Call) -> Response:
    """Answer `Get Package Version`, with the package's other versions."""
    feed = call.feed()
    package = _package(call, feed)
    version = _version(call, package)
    others = [one for one in package.versions.values() if one is not version]
    short = package_json(call, feed, package, others, urls=False)["versions"]
    return call.answer(version_json(call, feed, package, version) | {"otherVersions": short})


async def get_provenance(call: Call) -> Response:
    """Answer `Get Package Version Provenance`: of a version pushed to this very feed."""
    feed = call.feed()
    package = _package(call, feed)
    version = _version(call, package)
    if version.chain:
        raise version_not_found(package.name, version.version)
    provenance = {"provenanceSource": "InternalBuild", "publisherUserIdentity": version.author, "data": {}}
    ids = {"feedId": feed.id, "packageId": package.id, "packageVersionId": version.id}
    return call.answer(ids | {"provenance": provenance})


def routes(site: Site) -> list[Route]:
    """Return the routes of this part."""
    base = "/_apis/packaging/feeds/{feed}/packages"
    version = f"{base}/{{package}}/versions/{{version}}"
    return [
        *scoped_routes(site, base, {"GET": list_packages}),
        *scoped_routes(site, f"{base}/{{package}}", {"GET": get_package}),
        *scoped_routes(site, f"{base}/{{package}}/versions", {"GET": list_versions}),
        *scoped_routes(site, version, {"GET": get_version}),
        *scoped_routes(site, f"{version}/provenance", {"GET": get_provenance}, versions=PREVIEW),
    ]
