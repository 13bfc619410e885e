"""Whatever goes wrong, a switch that was opened is closed when its time is over, and nothing that came later counts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.application.approve.expire import Expirer
from shared.application.messages import CheckRequest
from shared.domain.approvals import ApprovalState, Grant
from shared.domain.evidence import UpstreamingBehavior
from shared.domain.feeds import Feed
from shared.domain.notices import NoticeKind
from shared.domain.policy import Protection
from shared.domain.reasons import Reason
from shared.domain.versions import FeedVersion, Origin
from shared.errors import FeedNotFound, FeedwardenError, PermissionMissing, UnexpectedAnswer, UpstreamUnavailable
from shared.ports import QueueName
from tests.application.approve.scenes import A_WEEK, EXACT, alive, blocked, ended, grant, switch, told
from tests.application.approve.scenes import decided as request
from tests.application.house import AUDIT, BILLING, House
from tests.application.scenes import OPEN

_AUTO = UpstreamingBehavior.AUTO
_WEEK = timedelta(days=7)
_SERVICE = "Azure DevOps"


async def _in_force(house: House) -> Feed:
    feed = await blocked(house)
    await grant(house, feed, A_WEEK)
    await house.checker.check(request(feed))
    assert switch(house, feed) is OPEN
    house.queue.take(QueueName.PACKAGE_CHECKS)
    return feed


@pytest.mark.parametrize(
    ("method", "error"),
    [
        ("versions", UnexpectedAnswer("one odd row", service=_SERVICE)),
        ("versions", PermissionMissing("no role", service=_SERVICE)),
        ("versions", UpstreamUnavailable("503", service=_SERVICE)),
        ("get_upstreaming_behavior", UnexpectedAnswer("odd", service=_SERVICE)),
        ("feed", FeedNotFound("not visible", service=_SERVICE)),
    ],
)
async def test_what_stands_in_the_way_of_judging_keeps_no_switch_open(method: str, error: FeedwardenError) -> None:
    """The switch is set back before anything is found out; the end is recorded when it can be."""
    house = House(asks=True)
    feed = await _in_force(house)
    house.clock.advance(_WEEK)
    house.service.faults.fail(method, error, times=None)
    with suppress(FeedwardenError):  # some of them leave the message in the queue, some do not
        await house.checker.check(request(feed))
    assert switch(house, feed) is _AUTO
    assert (await alive(house, feed)).state is ApprovalState.IN_FORCE
    house.service.faults.heal()
    await house.checker.check(request(feed))
    assert (await ended(house, feed)).state is ApprovalState.EXPIRED


async def test_a_disabled_feed_keeps_no_switch_open() -> None:
    """Enabled again, it must not serve by a permission that is over."""
    house = House(asks=True)
    feed = await _in_force(house)
    house.service.world.put_feed(replace(feed, enabled=False))
    house.clock.advance(_WEEK + timedelta(hours=2))
    await house.checker.check(request(feed))
    house.service.world.put_feed(feed)
    house.service.world.held(feed, BILLING).versions.append(FeedVersion("99.0.0", Origin.EXTERNAL, deleted=False))
    await house.checker.check(request(feed))
    await house.pump(within=timedelta(minutes=5))
    case = await house.case(feed, BILLING)
    assert switch(house, feed) is _AUTO
    assert (case.approved_versions, case.protection) == ((), Protection.EXPOSED)
    assert case.reasons[0] is Reason.SAVED_EXTERNAL_VERSIONS
    assert NoticeKind.UNAPPROVED_VERSION_SAVED in await told(house)


async def test_a_row_that_cannot_be_read_permits_nothing() -> None:
    """Without its approval an open switch is one that somebody left open."""
    house = House(asks=True)
    feed = await _in_force(house)
    house.register.faults.fail("approval", UnexpectedAnswer("damaged", service="table storage"), times=None)
    await house.checker.check(request(feed))
    assert switch(house, feed) is _AUTO
    house.register.faults.heal()
    # The row is somebody's evidence: no new request took its place.
    assert (await alive(house, feed)).state is ApprovalState.IN_FORCE


async def test_an_internal_version_is_not_waited_for_with_an_open_switch() -> None:
    """Ours, the newest or an older one, can never come from outside: the switch is not touched."""
    house = House(asks=True)
    feed = await blocked(house)
    house.service.world.held(feed, BILLING).versions.append(FeedVersion("0.9.0", Origin.INTERNAL, deleted=True))
    await grant(house, feed, Grant("0.9.0", timedelta(hours=1)))
    await house.checker.check(request(feed))
    assert [call.method for call in house.service.faults.calls].count("allow_external_versions") == 0
    approval = await ended(house, feed)
    assert approval.state is ApprovalState.LAPSED
    assert approval.ending is not None
    assert approval.ending.why == "that version is an internal one"


async def test_audit_mode_opens_nothing_even_where_the_intent_is_on_record() -> None:
    """A crash right after the intent, then a policy that only reports: the switch stays as it is, and is proved."""
    house = House(asks=True)
    feed = await blocked(house)
    await grant(house, feed, A_WEEK)
    house.crash_at("service", "allow_external_versions", nth=1, after=False, error=RuntimeError("the plug is pulled"))
    with pytest.raises(RuntimeError):
        await house.checker.check(request(feed))
    house.policy = AUDIT
    await house.checker.check(request(feed))
    assert switch(house, feed) is _AUTO
    assert (await ended(house, feed)).state is ApprovalState.LAPSED


async def test_another_version_than_the_one_is_told_also_where_the_one_never_came() -> None:
    """The window is over, the version was not saved, and somebody's install brought in another: that is an alarm."""
    house = House(asks=True)
    feed = await blocked(house)
    await grant(house, feed, replace(EXACT, version="7.7.7"))
    await house.checker.check(request(feed))
    house.service.world.held(feed, BILLING).versions.append(FeedVersion("99.0.0", Origin.EXTERNAL, deleted=False))
    house.clock.advance(timedelta(hours=1))
    await house.checker.check(request(feed))
    kinds = await told(house)
    assert NoticeKind.UNAPPROVED_VERSION_SAVED in kinds
    assert NoticeKind.APPROVAL_EXPIRED not in kinds


@pytest.mark.parametrize("trouble", ["registry", "feed"])
async def test_many_who_ask_begin_no_chain_of_looks_each(trouble: str) -> None:
    """A check that somebody waits for queues nothing where it finds nothing out."""
    house = House(asks=True)
    feed = await blocked(house)
    house.queue.take(QueueName.PACKAGE_CHECKS)
    down: dict[str, Callable[[], None]] = {
        "registry": lambda: house.npm.faults.fail("look_up", UpstreamUnavailable("503", service="npm"), times=None),
        "feed": lambda: house.service.faults.fail("versions", UpstreamUnavailable("503", service=_SERVICE), times=None),
    }
    down[trouble]()
    for _ in range(5):
        with suppress(UpstreamUnavailable):
            await house.checker.check(replace(request(feed), for_decision=True))
    assert house.queue.delays(QueueName.PACKAGE_CHECKS) == []


async def test_a_switch_that_may_be_open_is_looked_after_every_ten_minutes() -> None:
    """An outage of hours: the queue holds few messages, and the switch is closed within minutes of its end."""
    house = House(asks=True)
    feed = await _in_force(house)
    expirer = Expirer(house.register, house.queue, house.clock)
    house.clock.advance(_WEEK)
    house.service.faults.fail("clear_upstreaming_behavior", UpstreamUnavailable("503", service=_SERVICE), times=None)
    most = 0
    for _ in range(12 * 60):
        most = max(most, await _minute(house, expirer))
    house.service.faults.heal()
    for _ in range(11):
        await _minute(house, expirer)
    assert switch(house, feed) is _AUTO
    # Each nudge begins a chain of looks, one message at a time, that gives up after an hour and a half.
    assert most <= 15


async def _minute(house: House, expirer: Expirer) -> int:
    """Let a minute pass as the platform does; return how many messages wait then."""
    await expirer.nudge()
    for text in house.queue.take(QueueName.PACKAGE_CHECKS):
        with suppress(UpstreamUnavailable):
            await house.checker.check(CheckRequest.of(text))
    house.clock.advance(timedelta(minutes=1))
    return len(house.queue.delays(QueueName.PACKAGE_CHECKS))
