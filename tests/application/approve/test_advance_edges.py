"""Edges of carrying out a decision: what happened meanwhile, what others do at the same time, and who is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.approvals import ApprovalState
from shared.domain.cases import CaseEvent
from shared.domain.evidence import UpstreamingBehavior
from shared.domain.notices import NoticeKind
from shared.domain.policy import Protection
from shared.domain.twins import Presence, PublicTwin
from shared.domain.versions import FeedVersion, Origin
from shared.errors import UpstreamUnavailable
from shared.ports import QueueName
from tests.application.approve.scenes import A_WEEK, EXACT, alive, blocked, decided, ended, grant, switch, told
from tests.application.house import AUDIT, BILLING, House
from tests.application.scenes import OPEN, collision, request

_AUTO = UpstreamingBehavior.AUTO
_CRASH = RuntimeError("the plug is pulled")
_DOWN = UpstreamUnavailable("503", service="Azure DevOps")


def _external(version: str) -> FeedVersion:
    return FeedVersion(version, Origin.EXTERNAL, deleted=False)


async def test_a_file_that_never_comes_is_not_waited_for_with_an_open_switch() -> None:
    """The version is saved, one of its files cannot be fetched: after some minutes that is said, and closed."""
    house = House(asks=True)
    feed = await blocked(house)
    await grant(house, feed, EXACT)
    house.service.faults.fail("fetch_version", _DOWN, after=True, times=None)
    await house.checker.check(decided(feed))
    await house.pump(within=timedelta(minutes=10))
    approval = await ended(house, feed)
    assert (switch(house, feed), approval.state) == (_AUTO, ApprovalState.COMPLETED)
    assert approval.ending is not None
    assert "not every file" in approval.ending.why
    assert approval.ending.at - (approval.switched_at or approval.ending.at) < timedelta(minutes=7)


async def test_what_came_in_before_anything_was_opened_needs_no_open_switch() -> None:
    """Somebody else let the version in between the decision and the check: it is the one that was allowed."""
    house = House(asks=True)
    feed = await blocked(house)
    await grant(house, feed, EXACT)
    house.service.world.held(feed, BILLING).versions.append(_external("99.0.0"))
    await house.checker.check(decided(feed))
    await house.pump(within=timedelta(minutes=5))
    case = await house.case(feed, BILLING)
    assert house.service.faults.count("allow_external_versions") == 0
    assert (case.approved_versions, case.protection) == (("99.0.0",), Protection.PROTECTED)
    assert (await ended(house, feed)).state is ApprovalState.LAPSED


async def test_nothing_is_opened_where_nothing_can_come_in_any_more() -> None:
    """A crash right after the intent, and meanwhile the upstream was disabled: it ends, through closing."""
    house = House(asks=True)
    feed = await blocked(house)
    await grant(house, feed, A_WEEK)
    house.crash_at("service", "allow_external_versions", nth=1, after=False, error=_CRASH)
    with pytest.raises(RuntimeError):
        await house.checker.check(decided(feed))
    house.service.world.put_feed(replace(feed, upstream_enabled=False))
    house.clock.advance(timedelta(minutes=10))
    await house.checker.check(decided(feed))
    # Allowed is what the law says while the intent is on record; the time it may take is what ends it.
    house.clock.advance(timedelta(hours=1))
    await house.checker.check(decided(feed))
    assert switch(house, feed) is _AUTO
    assert (await ended(house, feed)).state in {ApprovalState.LAPSED, ApprovalState.EXPIRED, ApprovalState.REVOKED}


async def test_contamination_in_the_check_that_ends_a_request_is_told() -> None:
    """The end of a request is one piece of news, what the check found beside it another."""
    house = House(asks=True)
    feed = await blocked(house)
    house.clock.advance(timedelta(days=7))
    house.service.world.held(feed, BILLING).versions.append(_external("99.0.0"))
    await house.checker.check(request(feed))
    assert NoticeKind.CONTAMINATION_FOUND in await told(house)
    # Its letter leads to a request that somebody can decide on.
    last = [notice for notice in house.channel.sent if notice.kind is NoticeKind.CONTAMINATION_FOUND][-1]
    assert last.facts["request"] == (await alive(house, feed)).approval_id


async def test_news_of_the_twin_links_to_a_request_that_is_open() -> None:
    """The request ended unanswered in the very check that finds an advisory: a new one goes with the letter."""
    house = House(asks=True)
    feed = await blocked(house)
    first = (await alive(house, feed)).approval_id
    house.clock.advance(timedelta(days=7))
    house.advisories.malicious[BILLING] = ("MAL-2026-1",)
    await house.checker.check(request(feed))
    await house.relay()
    told_of = [notice for notice in house.channel.sent if notice.kind is NoticeKind.TWIN_CHANGED]
    assert [notice.facts["request"] for notice in told_of] == [(await alive(house, feed)).approval_id]
    assert told_of[0].facts["request"] != first


async def test_one_not_found_ends_no_permission() -> None:
    """It may come from a cache; and nothing comes in from a package that is not there."""
    house = House(asks=True)
    feed = await blocked(house)
    await grant(house, feed, A_WEEK)
    await house.checker.check(decided(feed))
    house.npm.put(BILLING, PublicTwin(Presence.ABSENT))
    await house.checker.check(request(feed))
    assert (await alive(house, feed)).state is ApprovalState.IN_FORCE


async def test_a_registry_that_is_silent_for_a_while_is_no_letter_while_versions_are_allowed() -> None:
    """The owners allowed what may come; the case says what is not known."""
    house = House(asks=True)
    feed = await blocked(house)
    await grant(house, feed, A_WEEK)
    await house.checker.check(decided(feed))
    house.npm.faults.fail("look_up", _DOWN, times=None)
    await house.checker.check(replace(request(feed), attempt=3))
    assert (await house.case(feed, BILLING)).protection is Protection.UNKNOWN
    assert NoticeKind.CANNOT_BE_JUDGED not in await told(house)


async def test_checks_of_others_begin_no_loops_of_their_own() -> None:
    """Deliveries, sweeps and the timer look in while a version is waited for; the approval has one chain of looks."""
    house = House(asks=True)
    feed = await blocked(house)
    house.service.slow_to_settle = True
    await grant(house, feed, EXACT)
    await house.checker.check(decided(feed))
    for _ in range(30):
        await house.checker.check(request(feed))
    assert len(house.queue.delays(QueueName.PACKAGE_CHECKS)) == 1


async def test_a_refusal_that_stays_the_same_is_told_once() -> None:
    """The role is gone, and every ten minutes somebody looks: one event and one letter, until it is back."""
    house = House(asks=True)
    feed = await blocked(house)
    await grant(house, feed, A_WEEK)
    await house.checker.check(decided(feed))
    house.service.owner = False
    house.clock.advance(timedelta(days=7))
    for _ in range(20):
        await house.checker.check(request(feed))
        house.clock.advance(timedelta(minutes=10))
    assert (await house.story(feed, BILLING)).count(CaseEvent.ENFORCEMENT_REFUSED) == 1
    assert (await told(house)).count(NoticeKind.SWITCH_LEFT_OPEN) == 1
    house.service.owner = True
    await house.checker.check(request(feed))
    assert switch(house, feed) is _AUTO
    assert (await ended(house, feed)).state is ApprovalState.EXPIRED


async def test_audit_mode_asks_nobody() -> None:
    """Where nothing is changed nothing can be allowed: the letter leads nowhere."""
    house = House(asks=True, policy=AUDIT)
    feed = collision(house)
    await house.checker.check(request(feed))
    assert await house.register.approval(feed.ref, BILLING) is None
    assert NoticeKind.COLLISION_REPORTED in await told(house)
    assert all("request" not in notice.facts for notice in house.channel.sent)
    assert switch(house, feed) is OPEN
