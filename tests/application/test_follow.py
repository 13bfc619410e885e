"""From a sender's words to checks, and from a feed's changes to checks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.application.follow import cursor_key
from shared.application.messages import CheckRequest, DeliveryKey, SweepKind, SweepRequest
from shared.domain.cases import CaseState
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import UpstreamingBehavior
from shared.domain.feeds import Feed
from shared.domain.hints import Hint
from shared.domain.names import PackageName
from shared.errors import UnexpectedAnswer, UntrustedInput
from shared.ports import DeliveryState, QueueName
from tests.application.house import BILLING, LEDGER, House

OPEN = UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS


def hint(
    *, project: str | None = None, feed: str | None = None, ecosystem: str | None = None, package: str | None = None
) -> SweepRequest:
    """Make a hint of a sender's words."""
    return SweepRequest(
        SweepKind.HINT,
        "delivery test 1",
        hinted_project=project,
        hinted_feed=feed,
        hinted_ecosystem=ecosystem,
        hinted_package=package,
    )


def feeds_queued(house: House) -> list[str]:
    """Return the ids of the feeds whose changes are to be read."""
    requests = [SweepRequest.of(text) for text in house.queue.visible(QueueName.FEED_SWEEPS)]
    return [request.feed.feed_id for request in requests if request.feed is not None]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({}, ["feed-core", "feed-core-2", "feed-shared"]),
        ({"project": "payments"}, ["feed-core", "feed-shared"]),
        ({"project": "project-Payments"}, ["feed-core", "feed-shared"]),
        ({"project": "Payments", "feed": "CORE"}, ["feed-core"]),
        ({"feed": "shared"}, ["feed-shared"]),
        ({"feed": "feed-core-2"}, ["feed-core-2"]),
        ({"project": "Payments", "feed": "shared"}, ["feed-core", "feed-core-2", "feed-shared"]),
        ({"project": "nobody knows"}, ["feed-core", "feed-core-2", "feed-shared"]),
        ({"project": "nobody knows", "feed": "core"}, ["feed-core", "feed-core-2", "feed-shared"]),
        ({"feed": "nobody knows"}, ["feed-core", "feed-core-2", "feed-shared"]),
    ],
)
async def test_a_hint_names_the_feeds_to_read(words: dict[str, str], expected: list[str]) -> None:
    """Names and ids in any case; what is unknown widens the hint instead of losing it."""
    house = House()
    house.service.world.add_feed("core", project="Payments")
    house.service.world.add_feed("core-2", project="Shipping")
    house.service.world.add_feed("shared")
    house.service.world.add_feed("off", project="Payments", enabled=False)
    await house.walker.take(hint(**words))
    assert feeds_queued(house) == expected


async def test_a_named_package_is_checked_directly() -> None:
    """The generic delivery of a publish job leads straight to the check."""
    house = House()
    feed = house.service.world.add_feed("core", project="Payments")
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"], behavior=OPEN)
    house.attack(BILLING)
    words = {"project": "Payments", "feed": "core", "ecosystem": "npm", "package": "@contoso/billing"}
    await house.walker.take(hint(**words))
    await house.pump(within=timedelta(minutes=1))
    assert (await house.case(feed, BILLING)).state is CaseState.PROTECTED
    assert house.service.faults.count("package_changes") == 0


async def test_a_refused_name_still_gets_its_feed_read() -> None:
    """A hint that cannot be used as it stands is widened, not dropped."""
    house = House()
    house.service.world.add_feed("core")
    await house.walker.take(hint(feed="core", ecosystem="npm", package="../../etc"))
    assert feeds_queued(house) == ["feed-core"]


async def follow(house: House, feed: Feed) -> SweepRequest:
    """Let the feed's past be known already; return the request to read what is new."""
    await house.cursors.save(cursor_key(feed.ref), "0", replaces=None)
    return SweepRequest(SweepKind.CHANGES, "test", feed=feed.ref)


async def test_changes_lead_to_checks_once() -> None:
    """Every change is checked; after that the position is saved and nothing is left."""
    house = House()
    house.service.page_size = 1
    feed = house.service.world.add_feed("core")
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"], behavior=OPEN)
    house.service.world.add_package(feed, LEDGER, internal=["1.0"], behavior=OPEN)
    house.attack(BILLING)
    house.attack(LEDGER)
    request = await follow(house, feed)
    await house.walker.take(request)
    await house.pump(within=timedelta(minutes=1))
    assert (await house.case(feed, BILLING)).state is CaseState.PROTECTED
    assert (await house.case(feed, LEDGER)).state is CaseState.PROTECTED
    assert house.service.faults.count("packages") == 0
    await house.walker.take(request)
    assert house.queue.visible(QueueName.PACKAGE_CHECKS) == []


async def test_a_feed_that_is_new_to_us_is_walked_not_replayed() -> None:
    """Its past costs calls by pages; what stands open in it is found, and what comes later is followed."""
    house = House()
    house.service.page_size = 10
    feed = house.service.world.add_feed("core")
    for number in range(25):
        house.service.world.add_package(feed, PackageName.of(Ecosystem.NPM, f"contoso-{number}"), internal=["1"])
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"], behavior=OPEN)
    house.attack(BILLING)
    request = SweepRequest(SweepKind.CHANGES, "test", feed=feed.ref)
    await house.walker.take(request)
    await house.pump(within=timedelta(minutes=1))
    assert (await house.case(feed, BILLING)).state is CaseState.PROTECTED
    assert house.service.faults.count("package_changes") == 0
    assert house.service.faults.count("versions") == 2 + 4
    house.service.world.add_package(feed, LEDGER, internal=["1.0"], behavior=OPEN)
    house.attack(LEDGER)
    await house.walker.take(request)
    await house.pump(within=timedelta(minutes=1))
    assert (await house.case(feed, LEDGER)).state is CaseState.PROTECTED


async def test_an_empty_feed_is_taken_stock_of_too() -> None:
    """What is published later is a change."""
    house = House()
    feed = house.service.world.add_feed("core")
    request = SweepRequest(SweepKind.CHANGES, "test", feed=feed.ref)
    await house.walker.take(request)
    await house.pump()
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"], behavior=OPEN)
    house.attack(BILLING)
    await house.walker.take(request)
    await house.pump(within=timedelta(minutes=1))
    assert (await house.case(feed, BILLING)).state is CaseState.PROTECTED


async def test_taking_stock_saves_the_position_after_the_walk_is_queued() -> None:
    """A crash between leaves no position, so stock is taken again."""
    house = House()
    feed = house.service.world.add_feed("core")
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"])
    house.crash_at("queue", "put", nth=1, after=True, error=RuntimeError("the plug is pulled"))
    request = SweepRequest(SweepKind.CHANGES, "test", feed=feed.ref)
    with pytest.raises(RuntimeError):
        await house.walker.take(request)
    assert await house.cursors.read(cursor_key(feed.ref)) is None


async def test_the_position_is_saved_after_the_checks_are_queued() -> None:
    """A crash between leaves the old position, so the changes are read again."""
    house = House()
    feed = house.service.world.add_feed("core")
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"], behavior=OPEN)
    request = await follow(house, feed)
    house.crash_at("queue", "put", nth=1, after=True, error=RuntimeError("the plug is pulled"))
    with pytest.raises(RuntimeError):
        await house.walker.take(request)
    assert await position(house, feed) == "0"
    await house.walker.take(request)
    assert await position(house, feed) == "1"


async def test_a_long_backlog_goes_back_to_the_queue() -> None:
    """One invocation reads ten pages, and the rest is another message."""
    house = House()
    house.service.page_size = 1
    feed = house.service.world.add_feed("core")
    for number in range(25):
        house.service.world.add_package(feed, PackageName.of(Ecosystem.NPM, f"contoso-{number}"), internal=["1"])
    await house.walker.take(await follow(house, feed))
    assert len(house.queue.visible(QueueName.FEED_SWEEPS)) == 1
    await house.pump(within=timedelta(minutes=1))
    assert await position(house, feed) == "25"


async def position(house: House, feed: Feed) -> str:
    """Return the saved position."""
    cursor = await house.cursors.read(cursor_key(feed.ref))
    assert cursor is not None
    return cursor.value


async def test_a_disabled_feed_is_left_alone() -> None:
    """Azure refuses every call to it; neither a walk nor a check fails for that."""
    house = House()
    feed = house.service.world.add_feed("off", enabled=False)
    await house.walker.take(SweepRequest(SweepKind.CHANGES, "test", feed=feed.ref))
    assert await house.checker.check(CheckRequest(feed.ref, BILLING, "test")) is None
    assert house.queue.messages == {}


async def test_a_position_that_is_not_taken_any_more_is_given_up() -> None:
    """The service refuses the token: the feed is walked whole, and followed from its newest position."""
    house = House()
    feed = house.service.world.add_feed("core")
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"], behavior=OPEN)
    house.attack(BILLING)
    request = await follow(house, feed)
    house.service.faults.fail("package_changes", UnexpectedAnswer("400", service="Azure DevOps"))
    await house.walker.take(request)
    assert await position(house, feed) == "1"
    await house.pump(within=timedelta(minutes=1))
    assert (await house.case(feed, BILLING)).state is CaseState.PROTECTED


async def test_two_readers_at_once_do_no_harm() -> None:
    """The slower one finds the position moved, and goes on from there."""
    house = House()
    feed = house.service.world.add_feed("core")
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"])
    request = await follow(house, feed)
    house.cursors.faults.fail("save", house.stale())
    await house.walker.take(request)
    assert await position(house, feed) == "1"


async def test_a_delivery_is_marked_when_its_work_is_queued() -> None:
    """From then on a repeat of it does nothing."""
    house = House()
    house.service.world.add_feed("core")
    await house.deliveries.take_in(Hint("d-1", "build.complete"), source="azure-devops", at=house.clock())
    request = SweepRequest(SweepKind.HINT, "test", delivery=DeliveryKey("azure-devops", "d-1"))
    await house.walker.take(request)
    assert await house.deliveries.state("azure-devops", "d-1") is DeliveryState.HANDLED


async def test_a_walk_without_a_feed_is_refused() -> None:
    """Only a hint may leave the feed open."""
    with pytest.raises(UntrustedInput):
        await House().walker.take(SweepRequest(SweepKind.CHANGES, "test"))
