"""What a public NuGet registry holds, and how it tells of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import batched
from typing import Any, Final

from local.simulators.faults_negative_cache import NegativeCache
from local.simulators.npm_protocol import semver_key
from local.simulators.nuget_catalog_pages import Catalog, Event

# What stands in `published` of a version that is not listed.
_HIDDEN: Final = "1900-01-01T00:00:00+00:00"


@dataclass(frozen=True, slots=True)
class NuGetRelease:
    """One version; `created` is when it came, and never changes."""

    version: str
    created: datetime
    authors: str
    listed: bool = True
    description: str = ""
    project_url: str = ""


@dataclass(frozen=True, slots=True)
class NuGetPackage:
    """A package in the spelling of its newest push, its releases ordered by version; `owners` are accounts."""

    spelling: str
    releases: tuple[NuGetRelease, ...] = ()
    owners: tuple[str, ...] = ("publisher",)


@dataclass(slots=True)
class NuGetRegistry:
    """All packages by lower-case id.

    `page_size` releases stand on a registration page; below `inline_below` releases the pages stand in the index.
    """

    clock: Callable[[], datetime]
    negative_cache: NegativeCache
    packages: dict[str, NuGetPackage] = field(default_factory=dict)
    page_size: int = 64
    inline_below: int = 128
    catalog: Catalog = field(init=False)

    def __post_init__(self) -> None:
        """Begin a catalog: every event of every version is in it."""
        self.catalog = Catalog(self.clock)

    def publish(self, spelling: str, release: NuGetRelease, *, owners: tuple[str, ...] = ()) -> bool:
        """Add a version; false where it is there. No owners = those that the package has."""
        package = self.packages.get(spelling.lower(), NuGetPackage(spelling))
        if any(one.version.lower() == release.version.lower() for one in package.releases):
            return False
        releases = sorted((*package.releases, release), key=lambda one: semver_key(one.version))
        self.packages[spelling.lower()] = NuGetPackage(spelling, tuple(releases), owners or package.owners)
        self.catalog.commit([Event(spelling, release.version)])
        return True

    def list_versions(self, name: str, version: str | None, *, listed: bool) -> bool:
        """List or unlist one version, or all of them."""
        package = self.packages.get(name.lower())
        if package is None or version not in (None, *(release.version for release in package.releases)):
            return False
        told = (replace(one, listed=listed) if version in (None, one.version) else one for one in package.releases)
        self.packages[name.lower()] = replace(package, releases=tuple(told))
        changed = [one.version for one in package.releases if version in (None, one.version)]
        self.catalog.commit([Event(package.spelling, one) for one in changed])
        return True

    def delete(self, name: str, version: str | None) -> bool:
        """Delete one version, or all of them: only the registry's own people can."""
        package = self.packages.get(name.lower())
        if package is None:
            return False
        left = tuple(one for one in package.releases if version not in (None, one.version))
        if len(left) == len(package.releases):
            return False
        if left:
            self.packages[name.lower()] = replace(package, releases=left)
        else:
            del self.packages[name.lower()]
        gone = [one.version for one in package.releases if one not in left]
        self.catalog.commit([Event(package.spelling, one, deleted=True) for one in gone])
        return True


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the registry's resources are, without trailing slashes."""

    base: str

    @property
    def flat_container(self) -> str:
        """Where lists of versions are."""
        return f"{self.base}/v3-flatcontainer"

    @property
    def registrations(self) -> str:
        """Where registrations are."""
        return f"{self.base}/v3/registration5-gz-semver2"

    @property
    def search(self) -> str:
        """Where packages are searched."""
        return f"{self.base}/query"

    @property
    def catalog(self) -> str:
        """Where the catalog's index is."""
        return f"{self.base}/v3/catalog0/index.json"

    def leaf(self, spelling: str, release: NuGetRelease) -> str:
        """Return the address of a version's catalog leaf."""
        stamp = f"{release.created.astimezone(UTC):%Y.%m.%d.%H.%M.%S}"
        return f"{self.base}/v3/catalog0/data/{stamp}/{spelling.lower()}.{release.version.lower()}.json"

    def page(self, package: NuGetPackage, releases: Sequence[NuGetRelease]) -> str:
        """Return the address of a registration page, which tells its first and last version."""
        bounds = f"{releases[0].version.lower()}/{releases[-1].version.lower()}"
        return f"{self.registrations}/{package.spelling.lower()}/page/{bounds}.json"


def service_index(addresses: Addresses) -> dict[str, Any]:
    """Return which address serves what."""
    kinds = {
        "PackageBaseAddress/3.0.0": f"{addresses.flat_container}/",
        "RegistrationsBaseUrl/3.6.0": f"{addresses.registrations}/",
        "SearchQueryService": addresses.search,
        "Catalog/3.0.0": addresses.catalog,
    }
    return {"version": "3.0.0", "resources": [{"@id": url, "@type": kind} for kind, url in kinds.items()]}


def registration_index(registry: NuGetRegistry, package: NuGetPackage, addresses: Addresses) -> dict[str, Any]:
    """Return a registration, its pages inlined where there are few."""
    pages = registration_pages(registry, package, addresses)
    if len(package.releases) >= registry.inline_below:
        pages = [{key: value for key, value in page.items() if key != "items"} for page in pages]
    return {"count": len(pages), "items": pages}


def registration_pages(registry: NuGetRegistry, package: NuGetPackage, addresses: Addresses) -> list[dict[str, Any]]:
    """Return every page of a registration, in order."""
    return [
        {
            "@id": addresses.page(package, releases),
            "count": len(releases),
            "lower": releases[0].version,
            "upper": releases[-1].version,
            "items": [{"catalogEntry": _entry(package, release, addresses)} for release in releases],
        }
        for releases in batched(package.releases, registry.page_size, strict=False)
    ]


def catalog_leaf(package: NuGetPackage, release: NuGetRelease, addresses: Addresses) -> dict[str, Any]:
    """Return a version's catalog leaf: it tells when the version came, unlisted or not."""
    return {**_entry(package, release, addresses), "created": _moment(release.created)}


def _entry(package: NuGetPackage, release: NuGetRelease, addresses: Addresses) -> dict[str, Any]:
    return {
        "@id": addresses.leaf(package.spelling, release),
        "id": package.spelling,
        "version": release.version,
        "authors": release.authors,
        "description": release.description,
        "projectUrl": release.project_url,
        "listed": release.listed,
        "published": _moment(release.created) if release.listed else _HIDDEN,
    }


def _moment(moment: datetime) -> str:
    # Seven digits behind the point, as .NET counts.
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}0+00:00"
