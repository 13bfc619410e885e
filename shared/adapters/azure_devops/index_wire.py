"""The proof: what the feed's own package index offers to clients, against what the feed holds.

An index that is read here is the one that `npm` and `pip` install from, so it shows the switch, the organization's
policy and their propagation at work, whatever the settings claim.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

from packaging.version import InvalidVersion, Version

from shared.adapters.azure_devops.addresses import Hosts, index_address, segment
from shared.adapters.azure_devops.exchange import LARGE_ANSWER, SERVICE, Answer, Request, Shape, parsed
from shared.adapters.azure_devops.simple_index import HTML, JSON, distribution_files
from shared.adapters.azure_devops.simple_index import version_of as version_of_file
from shared.adapters.azure_devops.upstream_feeds import InternalOffers
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import Proof
from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName
from shared.domain.versions import FeedVersion
from shared.errors import UnexpectedAnswer


@dataclass(frozen=True, slots=True)
class Offer:
    """The versions that an index offers; not `complete` = it also lists something that could not be read."""

    versions: frozenset[Hashable]
    complete: bool


@dataclass(frozen=True, slots=True)
class PackageIndex:
    """How one ecosystem's index is asked and read; `version` makes two spellings of one version equal."""

    path: Callable[[PackageName], tuple[str, ...]]
    accept: str
    offer: Callable[[Answer, PackageName], Offer]
    version: Callable[[str], Hashable]


class _NpmRelease(Shape):
    """One version of an npm packument; that it is an object is all that matters."""


class _Packument(Shape):
    name: str
    versions: dict[str, _NpmRelease]


def _npm_path(name: PackageName) -> tuple[str, ...]:
    # As npm itself asks: one segment, its slash encoded in lower case, the "@" as it is.
    scope = "" if name.npm_scope is None else f"@{segment(name.npm_scope)}%2f"
    return ("npm", "registry", scope + segment(name.unscoped))


def _npm_version(text: str) -> Hashable:
    # Build metadata does not make another version.
    return text.partition("+")[0]


def _npm_offer(answer: Answer, name: PackageName) -> Offer:
    packument = parsed(answer, _Packument)
    if packument.name != name.canonical:
        raise UnexpectedAnswer("the npm index answers for another package", service=SERVICE)
    return Offer(frozenset(map(_npm_version, packument.versions)), complete=True)


def _pypi_path(name: PackageName) -> tuple[str, ...]:
    return ("pypi", "simple", quote(name.canonical, safe=""), "")


def _pypi_version(text: str) -> Hashable:
    try:
        return Version(text)
    except InvalidVersion:
        return text


def _pypi_offer(answer: Answer, name: PackageName) -> Offer:
    read = [version_of_file(file, name) for file in distribution_files(answer)]
    return Offer(frozenset(v for v in read if v is not None), complete=None not in read)


# Ecosystems that are missing here have no index that is read: their proof is unavailable.
INDEXES: Final[Mapping[Ecosystem, PackageIndex]] = MappingProxyType(
    {
        Ecosystem.NPM: PackageIndex(_npm_path, "application/json", _npm_offer, _npm_version),
        Ecosystem.PYPI: PackageIndex(_pypi_path, f"{JSON}, {HTML};q=0.2, text/html;q=0.1", _pypi_offer, _pypi_version),
    }
)


def get_index(hosts: Hosts, ref: FeedRef, name: PackageName, index: PackageIndex) -> Request:
    """Ask for the package's page of the feed's index."""
    url = index_address(hosts.packages, ref, *index.path(name))
    return Request("GET", url, headers={"Accept": index.accept}, longest_answer=LARGE_ANSWER)


def beyond(offer: Offer, index: PackageIndex, held: Sequence[FeedVersion]) -> frozenset[Hashable]:
    """Return what is offered beyond the live held versions."""
    return offer.versions - {index.version(version.version) for version in held if not version.deleted}


def proof_of(offer: Offer, index: PackageIndex, held: Sequence[FeedVersion], upstream: InternalOffers) -> Proof:
    """Compare what is offered with the live held versions, and with internal versions of upstream feeds.

    One version too many settles it, unless it may be an internal one of a feed that could not be read. That there
    is none is only believed of a page that could be read whole, and that shows something where there is something.
    """
    too_many = beyond(offer, index, held) - set(map(index.version, upstream.versions))
    if too_many:
        return Proof.LEAKS if upstream.complete else Proof.UNKNOWN
    holds_something = any(not version.deleted for version in held)
    if not offer.complete or (holds_something and not offer.versions):
        return Proof.UNKNOWN
    return Proof.HOLDS
