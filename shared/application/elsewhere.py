"""Across feeds: a name that is internal in one feed of the organization, and may come from outside in another."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from shared.application.canary_row import Accepted
from shared.application.feed_book import FeedBook
from shared.application.messages import CheckRequest
from shared.application.reach import Feeds, Reach, reach
from shared.domain.cases import CaseState
from shared.domain.evidence import InternalPresence, PublicUpstream, internal_presence
from shared.domain.feeds import Feed, FeedRef
from shared.domain.names import PackageName
from shared.domain.versions import FeedVersion
from shared.errors import AuthenticationFailed, FeedNotFound, UpstreamError, UpstreamUnavailable
from shared.logs import told
from shared.ports import FeedService, NamesIndex, Queue, QueueName, Register

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where else a name is internal. `proven` is false where it could not be made out; `note` tells people.

    `versions` are what the feed that proved it holds.
    """

    out: Reach
    proven: bool
    note: str
    versions: tuple[FeedVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class _Holding:
    """What one feed holds of a name, as far as it could be read."""

    presence: InternalPresence
    title: str
    versions: tuple[FeedVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The other feeds of the organization, as holders of internal names."""

    service: FeedService
    book: FeedBook
    names: NamesIndex

    async def holding(self, feed: Feed, name: PackageName, *, saved: bool) -> Elsewhere | None:
        """Find another feed that holds an internal version of a name; None = there is none, or `feed` pulls from it.

        The index may be over-inclusive, so the holders are asked in turn, until one proves it. `saved` = the feed has
        saved external versions, which it goes on serving though a feed that it pulls from offers ours.

        Raises:
            UpstreamUnavailable, AuthenticationFailed: Azure DevOps could not be asked.
        """
        holders = [ref for ref in await self.names.holders(name) if ref != feed.ref]
        if not holders:
            return None
        out = await reach(feed, name.ecosystem, self.book)
        offered = await self._best(tuple(ref for ref in holders if ref in out.feeds), name)
        if offered.presence is InternalPresence.LIVE:
            remedy = (
                "this feed pulls from that one, but goes on serving the external versions that it has saved: delete"
            )
            note = f"internal in {offered.title}; {remedy} them"
            return Elsewhere(out, proven=True, note=note, versions=offered.versions) if saved else None
        apart = await self._best(tuple(ref for ref in holders if ref not in out.feeds), name)
        if apart.presence is InternalPresence.NONE:
            return None
        doubtful = next((h for h in (offered, apart) if h.presence is InternalPresence.UNKNOWN), None)
        if doubtful is not None:
            return Elsewhere(out, proven=False, note=f"whether {doubtful.title} holds an internal version is not known")
        remedy = "add that feed to this one's upstream sources, or publish the package here"
        return Elsewhere(out, proven=True, note=f"internal in {apart.title}: {remedy}", versions=apart.versions)

    async def _best(self, refs: tuple[FeedRef, ...], name: PackageName) -> _Holding:
        """Return the first holder that proves it; without one, a holder that could not be read; else none."""
        best = _Holding(InternalPresence.NONE, "")
        for ref in refs:
            found = await _look_into(ref, name, self.book, self.service)
            if found.presence is InternalPresence.LIVE:
                return found
            if found.presence is InternalPresence.UNKNOWN:
                best = found
        return best


async def _look_into(ref: FeedRef, name: PackageName, feeds: Feeds, service: FeedService) -> _Holding:
    """Read what a feed holds of a name. Raises UpstreamUnavailable, AuthenticationFailed."""
    title = ref.feed_id
    try:
        feed = await feeds.feed(ref)
        title = feed.title
        package = await service.find_package(feed, name)
        if package is None:
            return _Holding(InternalPresence.NONE, title)
        versions = await service.versions(feed, package)
    except FeedNotFound:
        return _Holding(InternalPresence.NONE, title)
    except (UpstreamUnavailable, AuthenticationFailed):
        raise
    except UpstreamError as error:
        logger.info(told("holder not readable", feed=title, package=name, error=error))
        return _Holding(InternalPresence.UNKNOWN, title)
    # A listed package without any version is a contradiction, not an empty package.
    return _Holding(internal_presence(versions) if versions else InternalPresence.UNKNOWN, title, versions)


@dataclass(frozen=True, slots=True)
class _Listing:
    """The feeds as one call listed them: what is not there cannot be followed."""

    feeds: dict[FeedRef, Feed]

    async def feed(self, ref: FeedRef) -> Feed:
        """Return a listed feed."""
        if ref not in self.feeds:
            raise FeedNotFound(f"no feed {ref.feed_id} is listed", service="Azure DevOps")
        return self.feeds[ref]


@dataclass(frozen=True, slots=True)
class _Proofs:
    """Which feeds hold a name indeed: the index only says which may. Each is looked into once, where it matters."""

    name: PackageName
    listing: _Listing
    service: FeedService
    indexed: frozenset[FeedRef]
    found: dict[FeedRef, bool]

    async def stands_for(self, feed: FeedRef, upstream: frozenset[FeedRef]) -> bool:
        """Say whether a feed, or one that it pulls from, is proved to hold the name."""
        doubtful = ({feed} | upstream) & self.indexed
        # Those that are known come first, and then the feed itself: it may spare the others.
        for ref in sorted(doubtful, key=lambda ref: (ref not in self.found, ref != feed, str(ref))):
            if ref not in self.found:
                self.found[ref] = await self._is_live(ref)
            if self.found[ref]:
                return True
        return False

    async def _is_live(self, ref: FeedRef) -> bool:
        try:
            holding = await _look_into(ref, self.name, self.listing, self.service)
        except UpstreamError as error:
            # Not proved: the check that is queued for it comes again until Azure DevOps can be asked.
            logger.info(told("holder not proved", feed=ref.feed_id, package=self.name, error=error))
            return False
        return holding.presence is InternalPresence.LIVE


@dataclass(frozen=True, slots=True)
class Spreader:
    """Asks for checks of the feeds that a name would reach from outside, though it is internal in another.

    Those checks find no collision of their own, so they spread no further.
    """

    book: FeedBook
    names: NamesIndex
    register: Register
    queue: Queue
    accepted: Accepted | None = None

    async def spread(self, feed: Feed, name: PackageName) -> int:
        """Queue a check for every other enabled feed that may take the name from outside; return how many.

        A feed that holds the name has its own checks, one that has an open case is checked by the sweep.
        The canary, where it is accepted as one, is nobody's to install. Raises UpstreamError.
        """
        if self.accepted is not None and await self.accepted.covers(feed.ref, name):
            return 0
        # The other feeds' checks look for the holder there, and a delivery may have told of it before any walk did.
        await self.names.add(feed.ref, [name])
        feeds = await self.book.listed()
        listing = _Listing({other.ref: other for other in feeds})
        indexed = frozenset({feed.ref, *await self.names.holders(name)})
        proofs = _Proofs(name, listing, self.book.service, indexed, {feed.ref: True})
        count = 0
        for other in feeds:
            if other.enabled and other.ref != feed.ref and await self._may_be_served(other, proofs):
                request = CheckRequest(other.ref, name, f"{name} is internal in {feed.title}, and public")
                await self.queue.put(QueueName.PACKAGE_CHECKS, request.text())
                count += 1
        return count

    async def _may_be_served(self, other: Feed, proofs: _Proofs) -> bool:
        out = await reach(other, proofs.name.ecosystem, proofs.listing)
        if out.public_upstream in {PublicUpstream.NONE, PublicUpstream.DISABLED}:
            return False
        # A holder mostly has a case of its own, and that costs less to see than what it holds.
        stored = await self.register.case(other.ref, proofs.name)
        open_case = stored is not None and stored.case.state is not CaseState.CLOSED
        return not open_case and not await proofs.stands_for(other.ref, out.feeds)
