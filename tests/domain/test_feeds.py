"""Feeds and their upstream sources."""

from __future__ import annotations

from dataclasses import replace

from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import Feed, FeedRef, UpstreamKind, UpstreamSource


def _source(source_id: str, ecosystem: Ecosystem | None, *, enabled: bool = True) -> UpstreamSource:
    return UpstreamSource(source_id, source_id, ecosystem, UpstreamKind.PUBLIC, "https://example.test/", enabled)


_FEED = Feed(
    ref=FeedRef("acme", "p1", "f1"),
    name="Payments",
    project_name="Shop",
    enabled=True,
    upstream_enabled=True,
    upstreams=(
        _source("first", Ecosystem.NPM),
        _source("other", Ecosystem.PYPI),
        _source("universal", None),
        _source("second", Ecosystem.NPM, enabled=False),
    ),
)


def test_a_feed_is_called_by_project_and_name() -> None:
    """An organization's feed has no project to name."""
    assert _FEED.title == "Shop/Payments"
    assert replace(_FEED, project_name=None).title == "Payments"


def test_upstreams_of_an_ecosystem_come_in_search_order_disabled_ones_too() -> None:
    """Whether a source serves is asked apart."""
    assert [source.source_id for source in _FEED.upstreams_for(Ecosystem.NPM)] == ["first", "second"]
    assert _FEED.upstreams_for(Ecosystem.CARGO) == ()


def test_a_source_serves_where_it_and_upstreams_are_enabled() -> None:
    """Either switch stops it."""
    first, _, _, second = _FEED.upstreams
    assert _FEED.serves_from(first)
    assert not _FEED.serves_from(second)
    assert not replace(_FEED, upstream_enabled=False).serves_from(first)
