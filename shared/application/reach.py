"""Reach: from which public registries and feeds could a feed take versions, directly or through other feeds?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Protocol

from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import PublicUpstream
from shared.domain.feeds import Feed, FeedRef, UpstreamKind
from shared.errors import AuthenticationFailed, UpstreamError, UpstreamUnavailable

# Azure Artifacts walks chains of feeds; nobody builds them this deep, and a loop must end.
_DEEPEST: Final = 10


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether public versions can come in, and the (untrusted) locations of the registries they come from.

    `complete` is false where an upstream feed could not be followed: there may be further registries. `feeds` are
    the upstream feeds that were come upon, those that could not be followed too.
    """

    public_upstream: PublicUpstream
    locations: tuple[str, ...]
    complete: bool = True
    feeds: frozenset[FeedRef] = frozenset()


class Feeds(Protocol):
    """Where feeds are read."""

    async def feed(self, ref: FeedRef) -> Feed:
        """Return one feed. Raises UpstreamError."""
        ...


@dataclass(slots=True)
class _Walk:
    ecosystem: Ecosystem
    book: Feeds
    seen: set[FeedRef]
    enabled: dict[str, None]
    disabled: bool = False
    unknown: bool = False
    upstream: set[FeedRef] = field(default_factory=set)

    async def visit(self, feed: Feed, depth: int) -> None:
        if feed.ref in self.seen:
            return
        self.seen.add(feed.ref)
        for source in feed.upstreams_for(self.ecosystem):
            if not feed.serves_from(source):
                self.disabled = True
            elif source.kind is UpstreamKind.PUBLIC:
                self.enabled[source.location] = None
            else:
                await self._follow(source.feed, depth + 1)

    async def _follow(self, ref: FeedRef | None, depth: int) -> None:
        if ref is None or depth > _DEEPEST:
            self.unknown = True
            return
        self.upstream.add(ref)
        try:
            feed = await self.book.feed(ref)
        except (UpstreamUnavailable, AuthenticationFailed):
            raise
        except UpstreamError:
            # A feed behind this one that we may not see, or that answers oddly, can hide a way out.
            self.unknown = True
        else:
            await self.visit(feed, depth)

    def result(self) -> Reach:
        locations, feeds = tuple(self.enabled), frozenset(self.upstream)
        if locations:
            return Reach(PublicUpstream.ENABLED, locations, complete=not self.unknown, feeds=feeds)
        if self.unknown:
            return Reach(PublicUpstream.UNKNOWN, (), complete=False, feeds=feeds)
        return Reach(PublicUpstream.DISABLED if self.disabled else PublicUpstream.NONE, (), feeds=feeds)


async def reach(feed: Feed, ecosystem: Ecosystem, book: Feeds) -> Reach:
    """Walk a feed's enabled upstream sources of one ecosystem, through internal ones too."""
    walk = _Walk(ecosystem, book, seen=set(), enabled={})
    await walk.visit(feed, 0)
    return walk.result()
