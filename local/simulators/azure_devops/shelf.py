"""What a feed lists and serves of a package: held versions, and those of its upstream sources.

Listing never changes a feed; the first download of a version saves it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from local.simulators.azure_devops.feeds import Feed, UpstreamSource
from local.simulators.azure_devops.packages import HeldVersion, SourceStep, StoredFile
from local.simulators.azure_devops.protection import Circumstances, blocks_external
from local.simulators.azure_devops.public import RemoteFile, SourceDown, fetch_file, public_versions
from local.simulators.azure_devops.spelling import ascending, normalize_version
from local.simulators.azure_devops.stock import ensure_package, new_version, put, step
from local.simulators.azure_devops.world import Organization, World


@dataclass(frozen=True, slots=True)
class Offer:
    """One version that a feed lists. `held` = in this feed; else `behind` (an upstream feed's offer) or `remote`."""

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
        if self.held:
            return tuple(self.held.files.values())
        return self.behind[1].files if self.behind else self.remote


@dataclass(frozen=True, slots=True)
class Listing:
    """What a feed lists, lowest version first; `hidden` are versions kept out, `down` sources without an answer."""

    protocol: str
    name: str
    offers: Mapping[str, Offer]
    hidden: tuple[str, ...] = ()
    down: tuple[str, ...] = ()


class Shelf:
    """The feeds' shelves of one world. `client` asks public registries."""

    def __init__(self, world: World, client: httpx.AsyncClient) -> None:
        self._world = world
        self._client = client

    async def upstream_offers(
        self, organization: Organization, feed: Feed, *, protocol: str, name: str, asked: frozenset[str] = frozenset()
    ) -> tuple[list[Offer], list[str]]:
        """Return what the feed's sources offer, in search order, and the sources that did not answer."""
        offers: list[Offer] = []
        down: list[str] = []
        for source in feed.active_sources(protocol):
            try:
                if source.kind == "public":
                    offers += await self._public(source, protocol, name)
                else:
                    found, silent = await self._internal(organization, source, protocol, name, asked | {feed.id})
                    offers += found
                    down += silent
            except SourceDown:
                down.append(source.name)
        return offers, down

    async def _public(self, source: UpstreamSource, protocol: str, name: str) -> list[Offer]:
        found = await public_versions(self._client, protocol=protocol, location=source.location, name=name)
        return [
            Offer(
                one.version,
                normalize_version(protocol, one.version),
                (step(source),),
                one.manifest,
                None,
                None,
                one.files,
            )
            for one in found
        ]

    async def _internal(
        self, organization: Organization, source: UpstreamSource, protocol: str, name: str, asked: frozenset[str]
    ) -> tuple[list[Offer], list[str]]:
        target = organization.feed_by_id(source.target or "")
        if target is None or not target.enabled or target.id in asked:
            return [], []  # feeds may point at each other: each is asked once
        if source.target_view.lower() == "local":
            listing = await self.listing(organization, target, protocol=protocol, name=name, asked=asked)
            found, down = list(listing.offers.values()), list(listing.down)
        else:
            found, down = list(view_listing(target, source.target_view, protocol, name).offers.values()), []
        return [
            Offer(one.version, one.normalized, (step(source), *one.chain), one.manifest, None, (target, one))
            for one in found
        ], down

    async def listing(
        self, organization: Organization, feed: Feed, *, protocol: str, name: str, asked: frozenset[str] = frozenset()
    ) -> Listing:
        """Merge what the feed holds with what its sources offer, by the rule of `protection`."""
        upstream, down = await self.upstream_offers(organization, feed, protocol=protocol, name=name, asked=asked)
        package = feed.package(protocol, name)
        held = feed.held(protocol, name)
        blocked = blocks_external(
            Circumstances(
                in_force=feed.switch(protocol, name).in_force(self._world.now()),
                organization_protection=organization.protection,
                held=tuple(held),
                deleted=tuple(one for one in package.versions.values() if not one.live) if package else (),
                internal_offered=any(not offer.external for offer in upstream),
                deleted_internal_versions_block=self._world.behavior.deleted_internal_versions_block,
            )
        )
        offers, hidden = _merge(held, upstream, used=package.used if package else set(), blocked=blocked)
        ordered = {version: offers[version] for version in ascending(protocol, offers)}
        return Listing(protocol, package.name if package else name, ordered, tuple(dict.fromkeys(hidden)), tuple(down))

    async def files(self, organization: Organization, offer: Offer, *, protocol: str, name: str) -> list[StoredFile]:
        """Return the bytes of a version that is not held; a feed that it passes through saves it too.

        Raises:
            SourceDown: a registry did not give them.
        """
        if offer.behind:
            feed, behind = offer.behind
            saved = await self.save(organization, feed, behind, protocol=protocol, name=name)
            return list(saved.files.values())
        return [
            StoredFile(file.name, await fetch_file(self._client, file), file.requires_python) for file in offer.remote
        ]

    async def save(
        self, organization: Organization, feed: Feed, offer: Offer, *, protocol: str, name: str
    ) -> HeldVersion:
        """Save an offered version to the feed, with all its files, where it is not held yet."""
        if offer.held:
            return offer.held
        files = await self.files(organization, offer, protocol=protocol, name=name)
        package = ensure_package(self._world, feed, protocol, name)
        earlier = package.versions.get(offer.normalized)
        if earlier is not None:
            return earlier  # two downloads at once: the other one was faster
        version = new_version(self._world, protocol, offer.version)
        version.chain, version.manifest = offer.chain, dict(offer.manifest)
        version.files = {file.name: file for file in files}
        put(self._world, feed, package, version)
        return version


def view_listing(feed: Feed, view: str, protocol: str, name: str) -> Listing:
    """Return what a view shows: only versions that were promoted to it, and nothing from upstream."""
    shown = {version.normalized: version for version in feed.held(protocol, name) if view in version.views}
    offers = {version: _held_offer(shown[version]) for version in ascending(protocol, shown)}
    package = feed.package(protocol, name)
    return Listing(protocol, package.name if package else name, offers)


def _held_offer(version: HeldVersion) -> Offer:
    return Offer(version.version, version.normalized, version.chain, version.manifest, version)


def _merge(
    held: Iterable[HeldVersion], upstream: Iterable[Offer], *, used: set[str], blocked: bool
) -> tuple[dict[str, Offer], list[str]]:
    offers = {version.normalized: _held_offer(version) for version in held}
    hidden: list[str] = []
    for offer in upstream:
        # A number that the feed ever took, even one now in the recycle bin, is never filled from elsewhere.
        if offer.normalized in offers or offer.normalized in used:
            continue
        if blocked and offer.external:
            hidden.append(offer.normalized)
        else:
            offers[offer.normalized] = offer
    return offers, hidden
