"""What a feed serves of a package: held versions, and those of its upstream sources.

Listing never changes a feed; the first download of a version saves it.
"""

from __future__ import annotations

import httpx

from local.simulators.azure_devops.feeds import Feed, UpstreamSource
from local.simulators.azure_devops.offers import Listing, Offer, merged, view_listing
from local.simulators.azure_devops.packages import HeldVersion, StoredFile
from local.simulators.azure_devops.protection import Circumstances, blocks_external
from local.simulators.azure_devops.public import SourceDown, fetch_file, public_versions
from local.simulators.azure_devops.spelling import ascending, normalize_version
from local.simulators.azure_devops.stock import ensure_package, new_version, put, step
from local.simulators.azure_devops.world import Organization, World


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
        used = package.used if package else set()
        offers, hidden = merged(held, upstream, used=used, blocked=blocked, by_file=self.saves_by_file(protocol))
        ordered = {version: offers[version] for version in ascending(protocol, offers)}
        return Listing(protocol, package.name if package else name, ordered, tuple(dict.fromkeys(hidden)), tuple(down))

    def saves_by_file(self, protocol: str) -> bool:
        """Say whether a download saves one file, and not the whole version."""
        return protocol == "pypi" and self._world.behavior.python_saves_each_file

    async def _files(
        self, organization: Organization, offer: Offer, *, listing: Listing, file_name: str | None
    ) -> list[StoredFile]:
        """Return the bytes of what is not held; a feed that they pass through saves them too.

        Raises:
            SourceDown: a registry did not give them.
        """
        if offer.behind:
            feed, behind = offer.behind
            saved = await self.save(organization, feed, behind, listing=listing, file_name=file_name)
            return [file for file in saved.files.values() if file_name in (None, file.name)]
        wanted = [file for file in offer.remote if file_name in (None, file.name)]
        return [StoredFile(file.name, await fetch_file(self._client, file), file.requires_python) for file in wanted]

    async def save(
        self, organization: Organization, feed: Feed, offer: Offer, *, listing: Listing, file_name: str | None
    ) -> HeldVersion:
        """Save what a download of one listed file (None = the only one) saves: the version, or just that file."""
        protocol = listing.protocol
        only = file_name if self.saves_by_file(protocol) else None
        if offer.held and (only is None or only in offer.held.files):
            return offer.held
        files = await self._files(organization, offer, listing=listing, file_name=only)
        package = ensure_package(self._world, feed, protocol, listing.name)
        version = package.versions.get(offer.normalized)
        if version is None:
            version = new_version(self._world, protocol, offer.version)
            version.chain, version.manifest = offer.chain, dict(offer.manifest)
        # Two downloads at once: where the other one was faster, its files stay.
        version.files = {file.name: file for file in files} | version.files
        put(self._world, feed, package, version)
        return version
