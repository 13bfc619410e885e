"""Internal versions that a feed offers from upstream feeds: they stand in its index, and no protection has failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from shared.domain.feeds import Feed, FeedRef, UpstreamKind, UpstreamSource
from shared.domain.names import PackageName
from shared.errors import FeedwardenError

# Feeds that look through feeds that look through feeds: deeper chains are told to be incomplete.
DEPTH: Final = 3


@dataclass(frozen=True, slots=True)
class InternalOffers:
    """Internal versions of upstream feeds, as their views show them; not `complete` = some could not be read."""

    versions: frozenset[str]
    complete: bool

    def and_also(self, other: InternalOffers) -> InternalOffers:
        """Join two findings."""
        return InternalOffers(self.versions | other.versions, self.complete and other.complete)


NOTHING: Final = InternalOffers(frozenset(), complete=True)
_UNREADABLE: Final = InternalOffers(frozenset(), complete=False)


class FeedReader(Protocol):
    """What the walk needs of a client."""

    async def feed(self, ref: FeedRef) -> Feed:
        """Return one feed as it is now."""
        ...

    async def view(self, feed: Feed, source: UpstreamSource) -> str | None:
        """Return the id of the view through which an internal source looks; None where the feed does not say."""
        ...

    async def internal_in_view(self, feed: Feed, name: PackageName, view_id: str) -> frozenset[str]:
        """Return the live internal versions of a package that a view of the feed shows."""
        ...


async def internal_offers(
    reader: FeedReader, feed: Feed, name: PackageName, *, visited: frozenset[FeedRef] = frozenset()
) -> InternalOffers:
    """Walk a feed's internal upstream sources, and theirs; a feed that looks in a circle is read once."""
    found = NOTHING
    for source in feed.upstreams_for(name.ecosystem):
        if source.kind is UpstreamKind.INTERNAL and feed.serves_from(source):
            found = found.and_also(await _behind(reader, feed, source, name, visited | {feed.ref}))
    return found


async def _behind(
    reader: FeedReader, feed: Feed, source: UpstreamSource, name: PackageName, visited: frozenset[FeedRef]
) -> InternalOffers:
    if source.feed is None or len(visited) > DEPTH:
        return _UNREADABLE
    if source.feed in visited:
        return NOTHING
    try:
        view_id = await reader.view(feed, source)
        target = await reader.feed(source.feed)
        # Only what the view shows: a version that it hides may be offered from outside under the same number.
        shown = await reader.internal_in_view(target, name, view_id) if view_id else frozenset()
    except FeedwardenError:
        return _UNREADABLE
    here = InternalOffers(shown, complete=view_id is not None)
    return here.and_also(await internal_offers(reader, target, name, visited=visited))
