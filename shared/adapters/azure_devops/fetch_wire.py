"""Which downloads make a feed save one version: its index is asked as its clients ask it, and names the files.

* npm: one tarball, the one that the packument names.
* Python: all wheels and source distributions of the version, since nothing says that a feed saves more than what is
  downloaded. Yanked ones too: who pins the version exactly may be given them (PEP 592), and this one was asked for.
* NuGet: one package, at the address that the protocol gives below the feed's `PackageBaseAddress`.

Not Maven: no index lists a version's files, and each of them is saved by itself. Not Cargo: where a feed's crates are
downloaded, its configuration tells, of which no answer was ever seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pydantic import Field

from shared.adapters.azure_devops.addresses import Hosts, index_address, segment
from shared.adapters.azure_devops.exchange import FILE_ANSWER, SERVICE, Answer, Request, Shape, parsed
from shared.adapters.azure_devops.index_wire import INDEXES, get_index
from shared.adapters.azure_devops.own_addresses import below_feed
from shared.adapters.azure_devops.simple_index import listed_files, version_of
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import Feed
from shared.domain.names import PackageName
from shared.domain.version_keys import VersionKey, npm_key, nuget_key, pypi_key
from shared.errors import UnexpectedAnswer

# The longest text that npm reads as a version; a release of a Python project hardly has a hundred files.
_LONGEST_VERSION: Final = 256
_MOST_FILES: Final = 500
# As it comes, so that what is counted is what was sent.
_FILE_HEADERS: Final = {"Accept": "*/*", "Accept-Encoding": "identity"}

_NUGET_FILES: Final = "PackageBaseAddress/3.0.0"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One version of a package in a feed; `key` is equal for two texts that are the same version."""

    feed: Feed
    name: PackageName
    text: str
    key: VersionKey


@dataclass(frozen=True, slots=True)
class FileSource:
    """How one ecosystem's files are found. `key` is None for what cannot be a version there.

    `read` takes the answer to `ask`; the addresses that it returns may be relative, and are untrusted.
    """

    protocol: str
    key: Callable[[str], VersionKey | None]
    ask: Callable[[Hosts, Feed, PackageName], Request]
    read: Callable[[Answer, Wanted], tuple[str, ...]]


def _ask_index(hosts: Hosts, feed: Feed, name: PackageName) -> Request:
    return get_index(hosts, feed.ref, name, INDEXES[name.ecosystem])


class _Dist(Shape):
    tarball: str


class _NpmRelease(Shape):
    dist: _Dist


class _Packument(Shape):
    name: str
    versions: dict[str, _NpmRelease]


def _npm_tarball(answer: Answer, wanted: Wanted) -> tuple[str, ...]:
    packument = parsed(answer, _Packument)
    if packument.name != wanted.name.canonical:
        raise UnexpectedAnswer("the npm index answers for another package", service=SERVICE)
    same = {text: release for text, release in packument.versions.items() if npm_key(text) == wanted.key}
    # Two that differ in their build metadata alone are one version: of those, the one that was written.
    release = same.get(wanted.text) or next(iter(same.values()), None)
    return () if release is None else (release.dist.tarball,)


def _pypi_files(answer: Answer, wanted: Wanted) -> tuple[str, ...]:
    return tuple(file.address for file in listed_files(answer) if _key_of(file.name, wanted.name) == wanted.key)


def _key_of(file: str, name: PackageName) -> VersionKey | None:
    version = version_of(file, name)
    return None if version is None else pypi_key(str(version))


class _Resource(Shape):
    address: str = Field(alias="@id")
    type: str = Field(alias="@type")


class _ServiceIndex(Shape):
    resources: tuple[_Resource, ...]


def _ask_service_index(hosts: Hosts, feed: Feed, name: PackageName) -> Request:  # noqa: ARG001  # it is the feed's
    return Request("GET", index_address(hosts.packages, feed.ref, "nuget", "v3", "index.json"))


def _nuget_package(answer: Answer, wanted: Wanted) -> tuple[str, ...]:
    """Return the package's address.

    Source: https://learn.microsoft.com/nuget/api/package-base-address-resource
    """
    resources = parsed(answer, _ServiceIndex).resources
    base = next((resource.address for resource in resources if resource.type == _NUGET_FILES), None)
    if base is None:
        raise UnexpectedAnswer(f"the NuGet service index has no {_NUGET_FILES}", service=SERVICE)
    name, version = segment(wanted.name.canonical), segment(str(wanted.key))
    return (f"{base.rstrip('/')}/{name}/{version}/{name}.{version}.nupkg",)


FILE_SOURCES: Final[Mapping[Ecosystem, FileSource]] = MappingProxyType(
    {
        Ecosystem.NPM: FileSource("npm", npm_key, _ask_index, _npm_tarball),
        Ecosystem.PYPI: FileSource("pypi", pypi_key, _ask_index, _pypi_files),
        Ecosystem.NUGET: FileSource("nuget", nuget_key, _ask_service_index, _nuget_package),
    }
)


def wanted_version(feed: Feed, name: PackageName, text: str) -> Wanted | None:
    """Return what to look for; None where no version of that ecosystem can have this text, so that nothing is asked.

    The text comes from a form. It is compared with what an index lists, and only NuGet's becomes part of an address.
    """
    key = FILE_SOURCES[name.ecosystem].key(text) if len(text) <= _LONGEST_VERSION else None
    return None if key is None else Wanted(feed, name, text, key)


def ask_where(hosts: Hosts, wanted: Wanted) -> Request:
    """Ask where the version's files are."""
    return FILE_SOURCES[wanted.name.ecosystem].ask(hosts, wanted.feed, wanted.name)


def read_downloads(answer: Answer, hosts: Hosts, wanted: Wanted) -> tuple[Request, ...]:
    """Return the downloads that make up the version, none where it is not offered.

    Raises:
        UnexpectedAnswer: not as documented, too many files, or an address that is not the feed's own.
    """
    source = FILE_SOURCES[wanted.name.ecosystem]
    named = dict.fromkeys(source.read(answer, wanted))
    if len(named) > _MOST_FILES:
        raise UnexpectedAnswer(f"a version of more than {_MOST_FILES} files", service=SERVICE)
    page = ask_where(hosts, wanted).url
    base, protocol = hosts.packages, source.protocol
    return tuple(_download(below_feed(a, page=page, base=base, feed=wanted.feed, protocol=protocol)) for a in named)


def _download(url: str) -> Request:
    return Request("GET", url, headers=_FILE_HEADERS, longest_answer=FILE_ANSWER, download=True)
