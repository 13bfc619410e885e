"""What a feed lists of a package: held versions merged with those of its upstream sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from local.simulators.azure_devops.feeds import Feed
from local.simulators.azure_devops.packages import HeldVersion, SourceStep, StoredFile
from local.simulators.azure_devops.public import RemoteFile
from local.simulators.azure_devops.spelling import ascending


@dataclass(frozen=True, slots=True)
class Offer:
    """One version that a feed lists. `held` = in this feed; else `behind` (an upstream feed's offer) or `remote`.

    Of a Python version that is held in part, there is both: the files that are here, and where the others are.
    """

    version: str
    normalized: str
    chain: tuple[SourceStep, ...]
    manifest: Mapping[str, Any] = field(default_factory=dict)
    held: HeldVersion | None = None
    behind: tuple[Feed, Offer] | None = None
    remote: tuple[RemoteFile, ...] = ()

    @property
    def external(self) -> bool:
        """Whether it came, or would come, from a public registry."""
        return any(step.kind != "internal" for step in self.chain)

    @property
    def file_names(self) -> tuple[str, ...]:
        """The names of the version's files."""
        return tuple(file.name for file in self.files)

    @property
    def files(self) -> tuple[StoredFile | RemoteFile, ...]:
        """The version's files, wherever they are now."""
        here = self.held.files if self.held else {}
        there = self.behind[1].files if self.behind else self.remote
        return (*here.values(), *(file for file in there if file.name not in here))


@dataclass(frozen=True, slots=True)
class Listing:
    """What a feed lists, lowest version first; `hidden` are versions kept out, `down` sources without an answer."""

    protocol: str
    name: str
    offers: Mapping[str, Offer]
    hidden: tuple[str, ...] = ()
    down: tuple[str, ...] = ()


def view_listing(feed: Feed, view: str, protocol: str, name: str) -> Listing:
    """Return what a view shows: only versions that were promoted to it, and nothing from upstream."""
    shown = {version.normalized: version for version in feed.held(protocol, name) if view in version.views}
    offers = {version: _held_offer(shown[version]) for version in ascending(protocol, shown)}
    package = feed.package(protocol, name)
    return Listing(protocol, package.name if package else name, offers)


def _held_offer(version: HeldVersion) -> Offer:
    return Offer(version.version, version.normalized, version.chain, version.manifest, version)


def merged(
    held: Iterable[HeldVersion], upstream: Iterable[Offer], *, used: set[str], blocked: bool, by_file: bool
) -> tuple[dict[str, Offer], list[str]]:
    """Merge what is held with what is offered; return what is listed, and the versions kept out.

    `by_file` = a version that came from upstream is completed from there.
    """
    offers = {version.normalized: _held_offer(version) for version in held}
    hidden: list[str] = []
    for offer in upstream:
        here = offers.get(offer.normalized)
        in_part = by_file and here is not None and here.external and offer.external and not _whole(here, offer)
        # A number that the feed ever took, even one now in the recycle bin, is never filled from elsewhere.
        if not in_part and (here is not None or offer.normalized in used):
            continue
        if blocked and offer.external:
            hidden.append(offer.normalized)
        elif here is None:
            offers[offer.normalized] = offer
        else:
            offers[offer.normalized] = replace(here, behind=offer.behind, remote=offer.remote)
    return offers, hidden


def _whole(here: Offer, there: Offer) -> bool:
    return set(there.file_names) <= set(here.file_names)
