"""Internal versions of upstream feeds: found through views, in chains and circles, and honest about gaps."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from shared.adapters.azure_devops.upstream_feeds import DEPTH, InternalOffers, internal_offers
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import Feed, FeedRef, UpstreamKind, UpstreamSource
from shared.domain.names import PackageName
from shared.errors import FeedNotFound, UpstreamUnavailable

_NAME = PackageName.of(Ecosystem.NPM, "core")


def _ref(name: str) -> FeedRef:
    return FeedRef("acme", None, name)


def _to(target: str | None, *, enabled: bool = True, kind: UpstreamKind = UpstreamKind.INTERNAL) -> UpstreamSource:
    feed = None if target is None else _ref(target)
    return UpstreamSource(f"to-{target}", "x", Ecosystem.NPM, kind, "", enabled, feed)


@dataclass(slots=True)
class _Feeds:
    """Feeds by name, each with its sources; every source looks through `view-of-<its id>`."""

    sources: dict[str, tuple[UpstreamSource, ...]]
    shown: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    without_view: set[str] = field(default_factory=set)
    in_trouble: set[str] = field(default_factory=set)

    async def feed(self, ref: FeedRef) -> Feed:
        """Return a feed."""
        if ref.feed_id not in self.sources:
            raise FeedNotFound("gone", service="x")
        return Feed(ref, ref.feed_id, None, enabled=True, upstream_enabled=True, upstreams=self.sources[ref.feed_id])

    async def view(self, feed: Feed, source: UpstreamSource) -> str | None:
        """Return a source's view."""
        return None if source.source_id in self.without_view else f"view-of-{feed.ref.feed_id}"

    async def internal_in_view(self, feed: Feed, name: PackageName, view_id: str) -> frozenset[str]:
        """Return what was put there."""
        assert name is _NAME
        if feed.ref.feed_id in self.in_trouble:
            raise UpstreamUnavailable("busy", service="x")
        return frozenset(self.shown.get((feed.ref.feed_id, view_id), ()))


def _offers(*versions: str, complete: bool = True) -> InternalOffers:
    return InternalOffers(frozenset(versions), complete)


@pytest.mark.parametrize(
    ("feeds", "found"),
    [
        (_Feeds({"a": ()}), _offers()),
        (_Feeds({"a": (_to("b"),), "b": ()}, {("b", "view-of-a"): {"1"}, ("b", "other view"): {"2"}}), _offers("1")),
        (_Feeds({"a": (_to("b", enabled=False),), "b": ()}, {("b", "view-of-a"): {"1"}}), _offers()),
        (_Feeds({"a": (_to("b", kind=UpstreamKind.PUBLIC),), "b": ()}, {("b", "view-of-a"): {"1"}}), _offers()),
        (
            _Feeds(
                {"a": (_to("b"), _to("c")), "b": (_to("d"),), "c": (), "d": ()},
                {("b", "view-of-a"): {"1"}, ("c", "view-of-a"): {"2"}, ("d", "view-of-b"): {"3"}},
            ),
            _offers("1", "2", "3"),
        ),
        (_Feeds({"a": (_to("b"),), "b": (_to("a"),)}, {("b", "view-of-a"): {"1"}}), _offers("1")),
        (_Feeds({"a": (_to(None), _to("b")), "b": ()}, {("b", "view-of-a"): {"1"}}), _offers("1", complete=False)),
        (_Feeds({"a": (_to("b"),), "b": ()}, without_view={"to-b"}), _offers(complete=False)),
        (_Feeds({"a": (_to("b"),)}), _offers(complete=False)),
        (_Feeds({"a": (_to("b"),), "b": ()}, in_trouble={"b"}), _offers(complete=False)),
    ],
)
async def test_what_upstream_feeds_offer(feeds: _Feeds, found: InternalOffers) -> None:
    """Through the views that sources look through; whatever cannot be read is told to be missing."""
    assert await internal_offers(feeds, await feeds.feed(_ref("a")), _NAME) == found


@pytest.mark.parametrize(("feeds_behind", "complete"), [(DEPTH, True), (DEPTH + 1, False)])
async def test_deep_chains_are_cut_and_told_so(feeds_behind: int, complete: bool) -> None:  # noqa: FBT001  # a column
    """Each feed more costs calls."""
    chain: dict[str, tuple[UpstreamSource, ...]] = {str(n): (_to(str(n + 1)),) for n in range(feeds_behind)}
    feeds = _Feeds(chain | {str(feeds_behind): ()}, {(str(n + 1), f"view-of-{n}"): {f"v{n + 1}"} for n in range(9)})
    found = await internal_offers(feeds, await feeds.feed(_ref("0")), _NAME)
    assert found == _offers(*(f"v{n + 1}" for n in range(min(feeds_behind, DEPTH))), complete=complete)
