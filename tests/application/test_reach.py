"""From which public registries a feed could take versions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.application.reach import Reach, reach
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import PublicUpstream
from shared.domain.twins import Presence
from shared.errors import PermissionMissing, UnexpectedAnswer, UpstreamUnavailable
from tests.application.house import BILLING, House
from tests.fakes import internal_source, public_source

NPM = Ecosystem.NPM


@pytest.mark.parametrize(
    ("enabled", "feed_enabled", "expected"),
    [
        (True, True, PublicUpstream.ENABLED),
        (False, True, PublicUpstream.DISABLED),
        (True, False, PublicUpstream.DISABLED),
    ],
)
async def test_a_public_source_counts_while_it_is_open(
    enabled: bool,  # noqa: FBT001  # a table's column
    feed_enabled: bool,  # noqa: FBT001  # a table's column
    expected: PublicUpstream,
) -> None:
    """The source's own state and the feed's master switch both close it."""
    house = House()
    sources = [public_source(NPM, enabled=enabled), public_source(Ecosystem.PYPI)]
    feed = house.service.world.add_feed("core", upstreams=sources, upstream_enabled=feed_enabled)
    found = await reach(feed, NPM, house.book)
    assert found.public_upstream is expected
    assert bool(found.locations) is (expected is PublicUpstream.ENABLED)


async def test_a_public_source_behind_another_feed_counts() -> None:
    """Azure serves through feeds, so the way out may be theirs; a loop ends."""
    house = House()
    far = house.service.world.add_feed("far", upstreams=[public_source(NPM)])
    near = house.service.world.add_feed("near", upstreams=[internal_source(NPM, far)])
    house.service.world.put_feed(replace(far, upstreams=(*far.upstreams, internal_source(NPM, near))))
    found = await reach(near, NPM, house.book)
    assert found.public_upstream is PublicUpstream.ENABLED
    assert len(found.locations) == 1


async def test_the_upstream_feeds_are_told_those_that_cannot_be_followed_too() -> None:
    """Through each other, and a loop comes back to the feed itself; a closed source leads nowhere."""
    house = House()
    world = house.service.world
    hidden = world.add_feed("hidden", upstreams=[])
    closed = world.add_feed("closed", upstreams=[])
    far = world.add_feed("far", upstreams=[internal_source(NPM, hidden)])
    near = world.add_feed("near", upstreams=[internal_source(NPM, far), internal_source(NPM, closed, enabled=False)])
    house.service.faults.fail("feed", PermissionMissing("no role", service="x"), feed=hidden.ref, times=None)
    found = await reach(near, NPM, house.book)
    assert found.feeds == {far.ref, hidden.ref}
    assert (await reach(near, Ecosystem.PYPI, house.book)).feeds == frozenset()


async def test_a_feed_that_cannot_be_seen_may_hide_a_way_out() -> None:
    """Another organization, a missing feed, a missing right: unknown, never none."""
    house = House()
    elsewhere = house.service.world.add_feed("a", upstreams=[internal_source(NPM, None)])
    hidden = house.service.world.add_feed("hidden", upstreams=[])
    behind = house.service.world.add_feed("b", upstreams=[internal_source(NPM, hidden)])
    refusal = PermissionMissing("no role", service="Azure DevOps")
    house.service.faults.fail("feed", refusal, feed=hidden.ref, times=None)
    for feed in (elsewhere, behind):
        assert (await reach(feed, NPM, house.book)).public_upstream is PublicUpstream.UNKNOWN


async def test_a_chain_without_end_is_unknown() -> None:
    """Deeper than anybody builds: not followed for ever."""
    house = House()
    feed = house.service.world.add_feed("0", upstreams=[public_source(NPM)])
    for number in range(1, 14):
        feed = house.service.world.add_feed(str(number), upstreams=[internal_source(NPM, feed)])
    assert (await reach(feed, NPM, house.book)).public_upstream is PublicUpstream.UNKNOWN


async def test_the_answer_that_weighs_most_counts() -> None:
    """Two registries: one has the name, the other does not."""
    house = House()
    house.npm.publish(BILLING)
    out = Reach(PublicUpstream.ENABLED, ("https://a.example.test/", "https://b.example.test/"))
    assert (await house.lookup.look_up(BILLING, out)).presence is Presence.PRESENT


async def test_not_found_counts_only_where_every_way_out_was_asked() -> None:
    """One registry says no, and an upstream feed could not be followed: unknown."""
    house = House()
    seen = internal_source(NPM, None)
    feed = house.service.world.add_feed("core", upstreams=[public_source(NPM), seen])
    out = await reach(feed, NPM, house.book)
    assert (out.public_upstream, out.complete) == (PublicUpstream.ENABLED, False)
    assert (await house.lookup.look_up(BILLING, out)).presence is Presence.UNKNOWN
    house.npm.publish(BILLING)
    assert (await house.lookup.look_up(BILLING, out)).presence is Presence.PRESENT


async def test_an_odd_upstream_feed_does_not_stop_the_checks() -> None:
    """It answers 400: the way out is unknown; only an outage or a wrong credential is raised."""
    house = House()
    odd = house.service.world.add_feed("odd", upstreams=[])
    feed = house.service.world.add_feed("core", upstreams=[internal_source(NPM, odd)])
    house.service.faults.fail("feed", UnexpectedAnswer("400", service="Azure DevOps"), feed=odd.ref)
    assert (await reach(feed, NPM, house.book)).public_upstream is PublicUpstream.UNKNOWN
    house.service.faults.fail("feed", UpstreamUnavailable("503", service="Azure DevOps"), feed=odd.ref)
    with pytest.raises(UpstreamUnavailable):
        await reach(feed, NPM, house.book)


async def test_a_feed_is_asked_for_once_in_a_moment() -> None:
    """Many checks of one feed share one call; a failure is not remembered."""
    house = House()
    feed = house.service.world.add_feed("core")
    book = house.book
    await book.feed(feed.ref)
    await book.feed(feed.ref)
    assert house.service.faults.count("feed") == 1
