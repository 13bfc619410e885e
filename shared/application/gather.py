"""Gather: find out everything about one package in one feed, in as few calls as it takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from shared.application.feed_book import FeedBook
from shared.application.lookup import TwinLookup
from shared.application.messages import CheckRequest
from shared.application.reach import reach
from shared.domain.cases import Case, CaseState
from shared.domain.evidence import (
    Evidence,
    InternalPresence,
    OrganizationPolicy,
    Proof,
    PublicUpstream,
    UpstreamingBehavior,
    internal_presence,
    is_collision,
    origin_in_doubt,
    saved_after_internal,
    saved_external,
)
from shared.domain.feeds import Feed
from shared.domain.names import PackageName
from shared.domain.twins import Presence, PublicTwin, unknown_twin
from shared.domain.versions import FeedVersion
from shared.errors import FeedNotFound, PermissionMissing, UnexpectedAnswer
from shared.ports import Clock, FeedService, ListedPackage

# "allow up to 3 hours for the changes to take effect": the note in
# https://learn.microsoft.com/azure/devops/artifacts/concepts/upstream-behavior
PROPAGATION: Final = timedelta(hours=3)

_FIRST_SEEN_HERE: Final = frozenset({InternalPresence.LIVE, InternalPresence.DELETED})


@dataclass(frozen=True, slots=True)
class Gathered:
    """The evidence, the feed it speaks of, and the name in the feed's own spelling."""

    feed: Feed
    name: PackageName
    package_id: str | None
    evidence: Evidence


def is_propagating(changed_at: datetime | None, now: datetime) -> bool:
    """Say whether a change of the switch may not have reached every part of the service yet."""
    return changed_at is not None and now - changed_at < PROPAGATION


def once_taken(twin: PublicTwin, known: PublicTwin | None) -> PublicTwin:
    """Keep a name that was public once as a tombstone when the registry no longer finds it.

    A removed package's name can be registered anew, and one "not found" may come from a cache.
    """
    if twin.presence is not Presence.ABSENT or known is None:
        return twin
    if known.presence not in {Presence.PRESENT, Presence.TOMBSTONE}:
        return twin
    return PublicTwin(
        Presence.TOMBSTONE,
        "withdrawn: was public when it was last seen, is not found now",
        known.first_published,
        known.latest_version,
        known.maintainers,
    )


@dataclass(frozen=True, slots=True)
class Gatherer:
    """Collects evidence; judges nothing."""

    service: FeedService
    book: FeedBook
    lookup: TwinLookup
    clock: Clock

    async def gather(self, request: CheckRequest, known: Case | None) -> Gathered:
        """Return what is known now; `known` is the case as it was recorded last.

        Raises:
            UpstreamError: Azure DevOps gave no usable answer. What a registry does not answer
                is unknown presence, not an error.
        """
        feed = await self.book.feed(request.feed)
        package, versions = await self._held(feed, request, known)
        name = request.name if package is None else package.name
        package_id = None if package is None else package.package_id
        # A listed package without any version is a contradiction, not an empty package.
        internal = InternalPresence.UNKNOWN if package and not versions else internal_presence(versions)
        if internal not in _FIRST_SEEN_HERE:
            evidence = await self._not_internal(feed, name, known, internal, versions)
            return Gathered(feed, name, package_id, evidence)
        out = await reach(feed, name.ecosystem, self.book)
        twin = once_taken(await self.lookup.look_up(name, out), None if known is None else known.twin)
        behavior, permission_missing = await self._behavior(feed, name)
        evidence = Evidence(
            internal=internal,
            saved_external=saved_external(versions),
            origin_in_doubt=origin_in_doubt(versions),
            twin=twin,
            behavior=behavior,
            organization_policy=await self.service.organization_policy(),
            public_upstream=out.public_upstream,
            proof=Proof.UNKNOWN,
            propagating=known is not None and is_propagating(known.changed_at, self.clock()),
            permission_missing=permission_missing,
            saved_after_internal=saved_after_internal(versions),
        )
        return Gathered(feed, name, package_id, await self._proven(feed, name, evidence, versions))

    async def _held(
        self, feed: Feed, request: CheckRequest, known: Case | None
    ) -> tuple[ListedPackage | None, tuple[FeedVersion, ...]]:
        package_id = request.package_id or (None if known is None else known.package_id)
        if package_id is not None:
            name = request.name if known is None else known.name
            listed = ListedPackage(package_id, name, maybe_internal=True, maybe_external=True)
            try:
                versions = await self.service.versions(feed, listed)
            except (FeedNotFound, UnexpectedAnswer):
                versions = ()
            if versions:
                return listed, versions
            # The id may be of a package that was deleted and published anew since: search by name.
        package = await self.service.find_package(feed, request.name)
        if package is None:
            return None, ()
        return package, await self.service.versions(feed, package)

    async def _behavior(self, feed: Feed, name: PackageName) -> tuple[UpstreamingBehavior | None, bool]:
        try:
            return await self.service.get_upstreaming_behavior(feed, name), False
        except PermissionMissing:
            return None, True

    async def _not_internal(
        self,
        feed: Feed,
        name: PackageName,
        known: Case | None,
        internal: InternalPresence,
        versions: tuple[FeedVersion, ...],
    ) -> Evidence:
        """Nothing of the company's is at stake, or nobody knows: no registry is asked for the name.

        The switch is read only where an enforcement has to be brought to its end.
        """
        behavior, permission_missing = None, False
        if known is not None and known.state is CaseState.ENFORCING:
            behavior, permission_missing = await self._behavior(feed, name)
        return Evidence(
            internal=internal,
            saved_external=saved_external(versions),
            origin_in_doubt=origin_in_doubt(versions),
            twin=unknown_twin("no registry was asked: the feed holds no internal version"),
            behavior=behavior,
            organization_policy=OrganizationPolicy.UNKNOWN,
            public_upstream=PublicUpstream.UNKNOWN,
            proof=Proof.UNKNOWN,
            permission_missing=permission_missing,
        )

    async def _proven(
        self, feed: Feed, name: PackageName, evidence: Evidence, versions: tuple[FeedVersion, ...]
    ) -> Evidence:
        # The proof costs a call: it is only asked for where it can decide.
        if not is_collision(evidence) or evidence.behavior is not UpstreamingBehavior.AUTO:
            return evidence
        from_index = await self.service.proof(feed, name, versions)
        return replace(evidence, proof=from_index)
