"""Switches that somebody opens by hand: nothing tells of it, so they are read in turn."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.application.switches import READ_AT_ONCE
from shared.domain.cases import CaseState
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import UpstreamingBehavior
from shared.domain.names import PackageName
from shared.domain.policy import Mode, Stance
from shared.domain.rules import GuardPolicy
from shared.errors import PermissionMissing, UpstreamUnavailable
from shared.ports import QueueName
from tests.application.house import BILLING, House

OPEN = UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS


async def filled(count: int, **names: object) -> House:
    """Set up a feed of npm packages, swept once."""
    house = House(policy=GuardPolicy(Stance(Mode.ENFORCE, preempt=bool(names.get("preempt")))))
    feed = house.service.world.add_feed("core")
    for number in range(count):
        house.service.world.add_package(feed, PackageName.of(Ecosystem.NPM, f"contoso-{number}"), internal=["1"])
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"])
    await house.sweeper.begin()
    await house.pump(within=timedelta(minutes=5))
    return house


async def until_found(house: House, *, looks: int) -> int:
    """Look until something is found; return how many looks that took."""
    for number in range(1, looks + 1):
        if await house.switches.read_some():
            return number
    raise AssertionError(f"nothing found in {looks} looks")


async def test_a_switch_that_was_opened_by_hand_is_found_and_told() -> None:
    """Within as many looks as it takes to go round."""
    house = await filled(100)
    feed = (await house.service.feeds())[0]
    house.service.world.held(feed, BILLING).behavior = OPEN
    await until_found(house, looks=100 // READ_AT_ONCE + 6)
    await house.pump(within=timedelta(minutes=5))
    assert (await house.case(feed, BILLING)).state is CaseState.DRIFTED


async def test_a_protected_package_that_is_opened_by_hand_is_closed_again() -> None:
    """The case knows that it was protected, not that it still is."""
    house = await filled(5)
    feed = (await house.service.feeds())[0]
    house.attack(BILLING)
    await house.sweeper.begin()
    await house.pump(within=timedelta(minutes=5))
    assert (await house.case(feed, BILLING)).state is CaseState.PROTECTED
    house.service.world.held(feed, BILLING).behavior = OPEN
    await until_found(house, looks=12)
    await house.pump(within=timedelta(minutes=5))
    assert house.service.world.held(feed, BILLING).behavior is UpstreamingBehavior.AUTO


async def test_what_is_known_to_be_open_is_not_checked_at_every_turn() -> None:
    """A drifted case is told once."""
    house = await filled(1)
    feed = (await house.service.feeds())[0]
    house.service.world.held(feed, BILLING).behavior = OPEN
    await until_found(house, looks=12)
    await house.pump(within=timedelta(minutes=5))
    assert [await house.switches.read_some() for _ in range(12)] == [0] * 12
    assert house.queue.visible(QueueName.PACKAGE_CHECKS) == []


async def test_a_look_costs_a_few_calls_however_many_names_there_are() -> None:
    """The budget of one look."""
    house = await filled(200)
    house.service.faults.calls.clear()
    await house.switches.read_some()
    assert house.service.faults.count("get_upstreaming_behavior") <= READ_AT_ONCE + 1


async def test_a_switch_that_cannot_be_read_holds_up_no_other() -> None:
    """A missing role is told by the checks."""
    house = await filled(0)
    house.service.faults.fail("get_upstreaming_behavior", PermissionMissing("no role", service="Azure DevOps"))
    assert [await house.switches.read_some() for _ in range(6)] == [0] * 6


async def test_an_outage_is_not_read_as_closed() -> None:
    """The place stays, and the same switches are read by the next look."""
    house = await filled(0)
    feed = (await house.service.feeds())[0]
    house.service.world.held(feed, BILLING).behavior = OPEN
    house.service.faults.fail("get_upstreaming_behavior", UpstreamUnavailable("503", service="Azure DevOps"))
    with pytest.raises(UpstreamUnavailable):
        await until_found(house, looks=6)
    assert await until_found(house, looks=1) == 1


@pytest.mark.parametrize("text", ["nonsense", "[" * 100_000])
async def test_a_place_that_cannot_be_read_and_a_second_instance_do_no_harm(text: str) -> None:
    """The turn begins anew; the slower instance's save fails, and that is all."""
    house = await filled(0)
    await house.cursors.save("switches", text, replaces=await house.cursors.read("switches"))
    house.cursors.faults.fail("save", house.stale())
    assert await house.switches.read_some() == 0
