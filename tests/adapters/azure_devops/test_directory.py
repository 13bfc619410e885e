"""The directory: a short memory of feeds and their sources."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from shared.adapters.azure_devops.directory import Directory
from shared.adapters.azure_devops.feeds_wire import ReadFeed, read_feed
from shared.domain.feeds import FeedRef, UpstreamKind
from shared.domain.versions import SourceLink
from tests.adapters.azure_devops.samples import (
    INTERNAL_ID,
    ORGANIZATION_FEED,
    PUBLIC_ID,
    answer,
    feed,
    internal_source,
    known_feed,
    public_source,
)
from tests.fakes.times import SettableClock

_FIVE_MINUTES = timedelta(minutes=5)


def _read() -> ReadFeed:
    return read_feed(answer(feed(public_source(deletedDate="2026-01-02T03:04:05Z"), internal_source())), "acme", {})


def test_deleted_sources_are_remembered_beside_those_that_stand() -> None:
    """The feed as it is handed in knows its standing ones, the directory the deleted ones."""
    directory = Directory(SettableClock())
    read = _read()
    internal = SourceLink(INTERNAL_ID, UpstreamKind.INTERNAL)
    assert directory.sources(read.feed) == (internal,)
    directory.remember(read)
    assert directory.sources(read.feed) == (SourceLink(PUBLIC_ID, UpstreamKind.PUBLIC), internal)
    assert directory.sources(known_feed(FeedRef("acme", None, "other"))) == ()


def test_what_was_read_lately_need_not_be_read_again() -> None:
    """For five minutes."""
    clock = SettableClock()
    directory = Directory(clock)
    assert not directory.is_fresh(ORGANIZATION_FEED)
    directory.remember(_read())
    clock.advance(_FIVE_MINUTES - timedelta(seconds=1))
    assert directory.is_fresh(ORGANIZATION_FEED)
    clock.advance(timedelta(seconds=1))
    assert not directory.is_fresh(ORGANIZATION_FEED)


def test_the_list_of_feeds_ages_and_replaces_what_was_known() -> None:
    """A feed that is no longer listed is forgotten: the memory does not grow for ever."""
    clock = SettableClock()
    directory = Directory(clock)
    read = _read()
    other = replace(read, feed=known_feed(FeedRef("acme", None, "other")))
    assert directory.own() is None
    directory.remember(other)
    directory.remember_all([read])
    assert directory.own() == {ORGANIZATION_FEED.feed_id: ORGANIZATION_FEED}
    assert not directory.is_fresh(other.feed.ref)
    clock.advance(_FIVE_MINUTES)
    assert directory.own() is None
