"""The feeds of one organization: implements the port FeedService."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from shared.adapters.azure_devops import (
    feeds_wire,
    index_wire,
    packages_wire,
    policy_wire,
    positions_wire,
    upstreaming_wire,
    versions_wire,
)
from shared.adapters.azure_devops.addresses import Hosts
from shared.adapters.azure_devops.directory import Directory
from shared.adapters.azure_devops.fetch import fetch
from shared.adapters.azure_devops.package_pages import PackagePages
from shared.adapters.azure_devops.sender import Sender
from shared.adapters.azure_devops.upstream_feeds import NOTHING, internal_offers
from shared.domain.evidence import OrganizationPolicy, Proof, UpstreamingBehavior
from shared.domain.feeds import Feed, FeedRef, UpstreamSource
from shared.domain.names import PackageName
from shared.domain.versions import FeedVersion, SourceLink
from shared.errors import FeedwardenError
from shared.logs import told
from shared.ports import ChangePage, Clock, FetchOutcome, ListedPackage, PackagePage

logger = logging.getLogger(__name__)

_POLICY_HOLDS: Final = timedelta(minutes=5)
_NOT_KNOWING_HOLDS: Final = timedelta(minutes=1)


class AzureDevOpsFeeds:
    """One organization's feeds, seen with one credential."""

    def __init__(self, sender: Sender, *, hosts: Hosts, organization: str, clock: Clock) -> None:
        self._sender = sender
        self._hosts = hosts
        self._organization = organization.lower()
        self._clock = clock
        self._directory = Directory(clock)
        self._pages = PackagePages(sender, hosts)
        self._policy: tuple[datetime, OrganizationPolicy] | None = None
        self._reading_policy = asyncio.Lock()

    async def aclose(self) -> None:
        """Let go of what the credentials opened."""
        await self._sender.aclose()

    async def feeds(self) -> tuple[Feed, ...]:
        """Return every feed of the organization that we may see, of all projects; disabled feeds too."""
        answer = await self._sender.send(feeds_wire.list_feeds(self._hosts, self._organization))
        read = feeds_wire.read_feeds(answer, self._organization)
        self._directory.remember_all(read)
        return tuple(row.feed for row in read)

    async def feed(self, ref: FeedRef) -> Feed:
        """Return one feed as it is now. Raises FeedNotFound."""
        answer = await self._sender.send(feeds_wire.get_feed(self._hosts, ref))
        own = self._directory.own()
        read = feeds_wire.read_feed(answer, self._organization, own or {})
        if read.leads_elsewhere and own is None:
            # Whether "elsewhere" is another organization, only the list of our own feeds can tell.
            await self.feeds()
            read = feeds_wire.read_feed(answer, self._organization, self._directory.own() or {})
        self._directory.remember(read)
        return read.feed

    async def package_positions(self) -> Mapping[FeedRef, str]:
        """Return the newest package change token of every feed that we may see, in one call or few."""
        found: dict[FeedRef, str] = {}
        token: str | None = None
        while True:
            request = positions_wire.list_positions(self._hosts, self._organization, token=token)
            batch = positions_wire.read_positions(await self._sender.send(request), self._organization, token=token)
            found |= batch.tokens
            token = batch.following
            if token is None:
                return found

    async def packages(self, feed: Feed, *, skip: int) -> PackagePage:
        """Return one page of up to 1,000 packages of guarded ecosystems, deleted ones too, from `skip` on."""
        return await self._pages.page(feed.ref, self._directory.sources(feed), skip=skip)

    async def package_changes(self, feed: Feed, *, token: str | None) -> ChangePage:
        """Return what changed after the token; None = from the feed's beginning."""
        answer = await self._sender.send(packages_wire.list_changes(self._hosts, feed.ref, token=token))
        return packages_wire.read_changes(answer, token=token)

    async def find_package(self, feed: Feed, name: PackageName) -> ListedPackage | None:
        """Return the package of that canonical name; None where the feed holds none."""
        return await self._pages.find(feed.ref, self._directory.sources(feed), name)

    async def versions(self, feed: Feed, package: ListedPackage) -> tuple[FeedVersion, ...]:
        """Return all versions, deleted ones too, each with its origin."""
        return versions_wire.with_origins(*await self._saved(feed, package))

    async def organization_policy(self) -> OrganizationPolicy:
        """Return whether additional protections are on; anything unreadable is UNKNOWN, never an error."""
        async with self._reading_policy:
            if self._policy is None or self._clock() >= self._policy[0]:
                policy = await self._read_policy()
                holds = _NOT_KNOWING_HOLDS if policy is OrganizationPolicy.UNKNOWN else _POLICY_HOLDS
                self._policy = (self._clock() + holds, policy)
            return self._policy[1]

    async def get_upstreaming_behavior(self, feed: Feed, name: PackageName) -> UpstreamingBehavior:
        """Read the switch. Raises PermissionMissing, NoUpstreamingBehavior."""
        answer = await self._sender.send(upstreaming_wire.get_behavior(self._hosts, feed.ref, name))
        return upstreaming_wire.read_behavior(answer)

    async def allow_external_versions(self, feed: Feed, name: PackageName) -> None:
        """Open the switch ("Set Upstreaming Behavior")."""
        await self._set(feed, name, UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS)

    async def clear_upstreaming_behavior(self, feed: Feed, name: PackageName) -> None:
        """Set the switch back to `auto` ("Clear Upstreaming Behavior"). Idempotent."""
        await self._set(feed, name, UpstreamingBehavior.AUTO)

    async def fetch_version(self, feed: Feed, name: PackageName, version: str) -> FetchOutcome:
        """Download every file of one version through the feed, as a client does, so that the feed saves it."""
        return await fetch(self._sender, hosts=self._hosts, feed=feed, name=name, version=version)

    async def proof(self, feed: Feed, name: PackageName, held: Sequence[FeedVersion]) -> Proof:
        """Ask the feed's own package index whether it offers versions beyond the held ones."""
        index = index_wire.INDEXES.get(name.ecosystem)
        if index is None:
            return Proof.UNAVAILABLE
        try:
            answer = await self._sender.send(index_wire.get_index(self._hosts, feed.ref, name, index))
            offer = index.offer(answer, name)
            # Upstream feeds are only read where there is something that they might explain.
            unexplained = index_wire.beyond(offer, index, held)
            upstream = await internal_offers(self, feed, name) if unexplained else NOTHING
            return index_wire.proof_of(offer, index, held, upstream)
        except FeedwardenError as error:
            logger.warning(told("package index not readable", package=str(name), reason=str(error)))
            return Proof.UNKNOWN

    async def view(self, feed: Feed, source: UpstreamSource) -> str | None:
        """Return the id of the view through which an internal source looks; None where the feed does not say."""
        if not self._directory.is_fresh(feed.ref):
            await self.feed(feed.ref)
        return self._directory.view(feed.ref, source.source_id)

    async def internal_in_view(self, feed: Feed, name: PackageName, view_id: str) -> frozenset[str]:
        """Return the live internal versions of a package that a view of the feed shows."""
        package = await self.find_package(feed, name)
        if package is None:
            return frozenset()
        return versions_wire.internal_in_view(*await self._saved(feed, package), view_id)

    async def _saved(
        self, feed: Feed, package: ListedPackage
    ) -> tuple[tuple[versions_wire.SavedVersion, ...], tuple[SourceLink, ...]]:
        """Return a package's versions, and the sources against which their origin is told."""
        answer = await self._sender.send(versions_wire.list_versions(self._hosts, feed.ref, package.package_id))
        saved = versions_wire.read_versions(answer)
        known = self._directory.sources(feed)
        if versions_wire.unknown_sources(saved, known) and not self._directory.is_fresh(feed.ref):
            # A source that was deleted since: the feed still tells what kind it was.
            known = self._directory.sources(await self.feed(feed.ref))
        return saved, known

    async def _set(self, feed: Feed, name: PackageName, behavior: UpstreamingBehavior) -> None:
        # The answer's body says nothing, in none of the shapes that were seen.
        await self._sender.send(upstreaming_wire.set_behavior(self._hosts, feed.ref, name, behavior))

    async def _read_policy(self) -> OrganizationPolicy:
        try:
            answer = await self._sender.send(policy_wire.get_policy(self._hosts, self._organization))
            return policy_wire.read_policy(answer)
        except FeedwardenError as error:
            logger.warning(told("organization policy not readable", reason=str(error)))
            return OrganizationPolicy.UNKNOWN
