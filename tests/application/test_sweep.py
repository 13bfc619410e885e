"""Walking every package of every feed, without any hook."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.application.messages import SweepKind, SweepRequest
from shared.domain.cases import CaseState
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import UpstreamingBehavior
from shared.domain.names import PackageName
from shared.errors import AuthenticationFailed, UpstreamUnavailable
from shared.ports import QueueName
from tests.application.house import BILLING, LEDGER, House

OPEN = UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS


async def test_the_sweep_alone_finds_and_mends_every_collision() -> None:
    """Two feeds, two ecosystems, no delivery: both switches are closed."""
    house = House()
    core = house.service.world.add_feed("core", project="Payments")
    shared = house.service.world.add_feed("shared")
    house.service.world.add_package(core, BILLING, internal=["1.0.0"], behavior=OPEN)
    house.service.world.add_package(shared, LEDGER, internal=["1.0"], behavior=OPEN)
    house.attack(BILLING)
    house.attack(LEDGER)
    assert await house.sweeper.begin() == 2
    await house.pump(within=timedelta(minutes=5))
    assert (await house.case(core, BILLING)).state is CaseState.PROTECTED
    assert (await house.case(shared, LEDGER)).state is CaseState.PROTECTED


async def test_every_page_is_walked() -> None:
    """Packages behind the first page are found too, and only taken names are checked."""
    house = House()
    house.service.page_size = 10
    feed = house.service.world.add_feed("core")
    for number in range(25):
        name = PackageName.of(Ecosystem.NPM, f"contoso-{number}")
        house.service.world.add_package(feed, name, internal=["1.0.0"], behavior=OPEN)
    last = PackageName.of(Ecosystem.NPM, "contoso-24")
    house.attack(last)
    await house.sweeper.begin()
    await house.pump(within=timedelta(minutes=5))
    assert (await house.case(feed, last)).state is CaseState.PROTECTED
    assert house.service.faults.count("packages") == 3
    assert house.service.faults.count("versions") == 2


async def test_a_quiet_feed_costs_no_call_a_package() -> None:
    """Nothing public, nothing stored: one page call, and no call of Azure DevOps a package."""
    house = House()
    feed = house.service.world.add_feed("core")
    for number in range(50):
        house.service.world.add_package(feed, PackageName.of(Ecosystem.NPM, f"contoso-{number}"), internal=["1"])
    await house.sweeper.begin()
    await house.pump(within=timedelta(minutes=5))
    assert [call.method for call in house.service.faults.calls] == ["feeds", "packages"]


async def test_a_standing_collision_costs_three_calls() -> None:
    """A protected package is proved again by three calls: versions, switch, index."""
    house = House()
    feed = house.service.world.add_feed("core")
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"])
    house.attack(BILLING)
    await house.sweeper.begin()
    await house.pump(within=timedelta(minutes=5))
    house.service.faults.calls.clear()
    await house.sweeper.begin()
    await house.pump(within=timedelta(minutes=5))
    asked = [call.method for call in house.service.faults.calls if call.name is not None]
    assert asked == ["versions", "get_upstreaming_behavior", "proof"]


async def test_names_that_only_came_from_outside_are_not_disclosed() -> None:
    """No registry is asked about a package whose every version came from a registry."""
    house = House()
    feed = house.service.world.add_feed("core")
    house.service.world.add_package(feed, PackageName.of(Ecosystem.NPM, "lodash"), external=["4.17.21"])
    await house.sweeper.begin()
    await house.pump()
    assert house.npm.locations == []


async def test_a_feed_without_public_upstream_is_not_asked_about() -> None:
    """What cannot come in needs no question to a registry."""
    house = House()
    feed = house.service.world.add_feed("closed", upstreams=())
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"])
    house.attack(BILLING)
    await house.sweeper.begin()
    await house.pump()
    assert house.npm.locations == []


async def test_disabled_feeds_are_passed_over() -> None:
    """Azure refuses every call to them."""
    house = House()
    house.service.world.add_feed("off", enabled=False)
    assert await house.sweeper.begin() == 0


async def test_an_unanswered_lookup_is_checked_not_forgotten() -> None:
    """A registry that does not answer during the sweep: the check asks again."""
    house = House()
    feed = house.service.world.add_feed("core")
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"], behavior=OPEN)
    house.attack(BILLING)
    house.npm.faults.fail("look_up", UpstreamUnavailable("503", service="registry"))
    await house.sweeper.begin()
    await house.pump(within=timedelta(minutes=5))
    assert (await house.case(feed, BILLING)).state is CaseState.PROTECTED


async def test_internal_names_are_indexed() -> None:
    """The reverse index knows which feed holds a name, before any case exists."""
    house = House()
    feed = house.service.world.add_feed("core")
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"])
    await house.sweeper.begin()
    await house.pump()
    assert await house.names.holders(BILLING) == (feed.ref,)


async def test_a_walk_is_postponed_while_the_service_is_away() -> None:
    """A 503 on a page waits in the queue; the walk goes on where it stood."""
    house = House()
    feed = house.service.world.add_feed("core")
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"], behavior=OPEN)
    house.attack(BILLING)
    later = UpstreamUnavailable("429", service="Azure DevOps", retry_after=timedelta(minutes=7))
    house.service.faults.fail("packages", later)
    await house.sweeper.begin()
    await house.pump()
    assert house.queue.delays(QueueName.FEED_SWEEPS) == [timedelta(minutes=7)]
    await house.pump(within=timedelta(minutes=10))
    assert (await house.case(feed, BILLING)).state is CaseState.PROTECTED


async def test_a_walk_that_cannot_succeed_is_raised() -> None:
    """A wrong credential is for a person; the platform moves the message to poison."""
    house = House()
    feed = house.service.world.add_feed("core")
    house.service.faults.fail("packages", AuthenticationFailed("401", service="Azure DevOps"))
    with pytest.raises(AuthenticationFailed):
        await house.walker.take(SweepRequest(SweepKind.EVERY_PACKAGE, "test", feed=feed.ref))


async def test_an_outage_of_a_walk_ends_in_poison() -> None:
    """After several postponements the error is raised."""
    house = House()
    feed = house.service.world.add_feed("core")
    house.service.faults.fail("packages", UpstreamUnavailable("503", service="Azure DevOps"), times=None)
    await house.walker.take(SweepRequest(SweepKind.EVERY_PACKAGE, "test", feed=feed.ref))
    with pytest.raises(UpstreamUnavailable):
        await house.pump(within=timedelta(days=1))


async def test_a_crash_in_the_middle_of_a_page_repeats_it() -> None:
    """The process dies while checks are queued: the redelivered page queues them all."""
    house = House()
    feed = house.service.world.add_feed("core")
    for name in (BILLING, LEDGER):
        house.service.world.add_package(feed, name, internal=["1.0.0"], behavior=OPEN)
        house.attack(name)
    request = SweepRequest(SweepKind.EVERY_PACKAGE, "test", feed=feed.ref)
    house.crash_at("queue", "put", nth=2, after=False, error=RuntimeError("the plug is pulled"))
    with pytest.raises(RuntimeError):
        await house.walker.take(request)
    await house.walker.take(request)
    await house.pump(within=timedelta(minutes=5))
    assert (await house.case(feed, BILLING)).state is CaseState.PROTECTED
    assert (await house.case(feed, LEDGER)).state is CaseState.PROTECTED


async def test_an_open_case_is_checked_though_its_package_left_the_list() -> None:
    """A case is looked at in each sweep, whatever the registry or the list says now."""
    house = House()
    feed = house.service.world.add_feed("core")
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"])
    house.attack(BILLING)
    await house.sweeper.begin()
    await house.pump(within=timedelta(minutes=5))
    house.service.world.held(feed, BILLING).behavior = OPEN
    house.service.world.held(feed, BILLING).effective = OPEN
    house.npm.twins.clear()
    await house.sweeper.begin()
    await house.pump(within=timedelta(minutes=5))
    assert house.service.world.held(feed, BILLING).behavior is UpstreamingBehavior.AUTO
