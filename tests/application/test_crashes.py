"""The process dies in the middle of a check, and what is left is settled by the next one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.application.messages import CheckRequest
from shared.domain.cases import CaseEvent, CaseState
from shared.domain.evidence import Proof, UpstreamingBehavior
from shared.domain.notices import NoticeKind
from shared.domain.policy import Protection
from shared.domain.reasons import Reason
from shared.domain.twins import Presence, PublicTwin
from shared.errors import UpstreamUnavailable
from shared.ports import QueueName
from tests.application.house import BILLING, House
from tests.application.scenes import OPEN, collision, request

CRASH = RuntimeError("the plug is pulled")


@pytest.mark.parametrize(
    ("part", "method", "nth", "after"),
    [
        ("service", "clear_upstreaming_behavior", 1, False),
        ("service", "clear_upstreaming_behavior", 1, True),
        ("register", "commit", 1, False),
        ("register", "commit", 1, True),
        ("register", "commit", 2, False),
        ("register", "commit", 2, True),
        ("queue", "put", 1, False),
        ("queue", "put", 1, True),
    ],
)
async def test_a_crash_at_any_step_is_healed_by_the_redelivery(part: str, method: str, nth: int, after: bool) -> None:  # noqa: FBT001  # a table's column
    """Wherever the process dies, the message comes again and the case ends protected, its story whole."""
    house = House()
    feed = collision(house)
    house.crash_at(part, method, nth=nth, after=after, error=CRASH)
    with pytest.raises(RuntimeError):
        await house.checker.check(request(feed))
    await house.checker.check(request(feed))
    await house.pump(within=timedelta(minutes=1))
    assert (await house.case(feed, BILLING)).state is CaseState.PROTECTED
    assert await house.story(feed, BILLING) == [
        CaseEvent.ENFORCEMENT_INTENDED,
        CaseEvent.ENFORCEMENT_SENT,
        CaseEvent.FOUND_PROTECTED,
    ]
    assert (await house.case(feed, BILLING)).previous_behavior is OPEN
    await house.relay()
    assert house.channel.sent[0].kind is NoticeKind.COLLISION_BLOCKED


async def test_a_switch_that_cannot_be_read_does_not_end_an_enforcement() -> None:
    """While the intent is on record, not knowing the switch is not an outcome: the check comes again."""
    house = House()
    feed = collision(house)
    house.crash_at("service", "clear_upstreaming_behavior", nth=1, after=False, error=CRASH)
    with pytest.raises(RuntimeError):
        await house.checker.check(request(feed))
    house.service.faults.fail("get_upstreaming_behavior", UpstreamUnavailable("503", service="Azure DevOps"))
    assert await house.checker.check(request(feed)) is None
    await house.pump(within=timedelta(minutes=1))
    assert (await house.case(feed, BILLING)).state is CaseState.PROTECTED


async def test_an_ecosystem_without_registry_adapter_is_unknown_at_once() -> None:
    """Nobody to ask: recorded as unknown, and not asked again in vain."""
    house = House()
    feed = house.service.world.add_feed("core")
    name = BILLING.of(BILLING.ecosystem.NUGET, "Contoso.Billing")
    house.service.world.add_package(feed, name, internal=["1.0.0"])
    assert await house.checker.check(CheckRequest(feed.ref, name, "test")) is Protection.UNKNOWN
    assert (await house.case(feed, name)).reasons[0] is Reason.REGISTRY_UNKNOWN
    assert house.queue.delays(QueueName.PACKAGE_CHECKS) == []


async def test_an_unreadable_index_while_pending_stays_pending() -> None:
    """No proof within three hours is pending, not protected."""
    house = House()
    feed = collision(house)
    house.service.world.held(feed, BILLING).proof = Proof.UNKNOWN
    await house.checker.check(request(feed))
    await house.pump(within=timedelta(hours=2))
    assert (await house.case(feed, BILLING)).state is CaseState.PENDING


async def test_a_listed_id_that_went_stale_is_searched_by_name() -> None:
    """A package deleted and published anew has a new id; the check finds it all the same."""
    house = House()
    feed = collision(house, behavior=UpstreamingBehavior.AUTO)
    stale = CheckRequest(feed.ref, BILLING, "test", package_id="gone")
    assert await house.checker.check(stale) is Protection.PROTECTED


async def test_a_tombstone_counts_as_taken() -> None:
    """A security placeholder keeps the name's collision open."""
    house = House()
    feed = collision(house, behavior=UpstreamingBehavior.AUTO)
    house.npm.put(BILLING, PublicTwin(Presence.TOMBSTONE, "security holding package"))
    assert await house.checker.check(request(feed)) is Protection.PROTECTED
    assert Reason.TWIN_IS_TOMBSTONE in (await house.case(feed, BILLING)).reasons
