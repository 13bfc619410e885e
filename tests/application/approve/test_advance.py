"""What an owner decided is carried out and ended: step by step on record, and the switch never left open."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.application.check import Checker
from shared.domain.approval_rules import ApprovalRule, ApprovalTerms, WhenWorse
from shared.domain.approvals import ApprovalState
from shared.domain.cases import CaseEvent, CaseState
from shared.domain.evidence import UpstreamingBehavior
from shared.domain.feeds import Feed
from shared.domain.notices import NoticeKind
from shared.domain.policy import Protection
from shared.domain.reasons import Reason
from shared.domain.versions import FeedVersion, Origin
from shared.errors import UpstreamUnavailable
from tests.application.approve.scenes import (
    A_WEEK,
    EXACT,
    alive,
    blocked,
    ended,
    grant,
    revoke,
    switch,
    told,
)
from tests.application.approve.scenes import decided as request
from tests.application.house import AUDIT, BILLING, ENFORCE, House
from tests.application.scenes import OPEN

_AUTO = UpstreamingBehavior.AUTO
_E = CaseEvent
_CRASH = RuntimeError("the plug is pulled")
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def _house(**members: object) -> House:
    return House(asks=True, **members)  # type: ignore[arg-type]  # the dataclass checks the names


async def _check(house: House, feed: Feed, *, within: timedelta = timedelta(minutes=5)) -> None:
    await house.checker.check(request(feed))
    await house.pump(within=within)


async def _story_from(house: House, feed: Feed, first: CaseEvent) -> list[CaseEvent]:
    story = await house.story(feed, BILLING)
    return story[story.index(first) :]


async def test_a_letter_about_a_collision_opens_a_request_for_the_owners() -> None:
    """The request is written with the letter that names it; the letter that follows names the same one."""
    house = _house()
    feed = await blocked(house)
    request_id = (await alive(house, feed)).approval_id
    await house.relay()
    assert {notice.facts["request"] for notice in house.channel.sent} == {request_id}
    assert (await alive(house, feed)).asks == ()


async def test_readiness_says_whether_owners_can_decide() -> None:
    """Not configured is a choice; configured without the platform's sign-in is a mistake."""
    house = _house()
    await blocked(house)
    readiness = house.readiness
    assert (await readiness.report())["approvals"].detail == "requests that are open or in force: 1"
    off = (await replace(readiness, sign_in=False).report())["approvals"]
    assert (off.ok, "turn it on" in off.detail) == (False, True)
    assert (await replace(readiness, sign_in=None).report())["approvals"].ok


async def test_without_keys_no_request_is_opened() -> None:
    """Where approvals are off nobody is sent to a page that is not there."""
    house = House()
    feed = await blocked(house)
    assert await house.register.approval(feed.ref, BILLING) is None
    await house.relay()
    assert all("request" not in notice.facts for notice in house.channel.sent)


async def test_exactly_one_version_is_let_in_and_the_switch_is_closed_again() -> None:
    """The intent, the open switch, the saved version, the closed switch and the proof, each on record."""
    house = _house()
    feed = await blocked(house)
    await grant(house, feed, EXACT)
    await _check(house, feed)
    case = await house.case(feed, BILLING)
    assert switch(house, feed) is _AUTO
    assert (case.protection, case.approved_versions) == (Protection.PROTECTED, ("99.0.0",))
    assert Reason.APPROVED_VERSIONS_SAVED in case.reasons
    assert (await ended(house, feed)).state is ApprovalState.COMPLETED
    assert await _story_from(house, feed, _E.APPROVAL_GRANTED) == [
        _E.APPROVAL_GRANTED,
        _E.APPROVAL_OPENING,
        _E.APPROVAL_OPENED,
        _E.APPROVAL_COMPLETED,
        _E.ENFORCEMENT_INTENDED,
        _E.ENFORCEMENT_SENT,
        _E.FOUND_PROTECTED,
    ]
    kinds = await told(house)
    assert kinds[-3:] == [
        NoticeKind.APPROVAL_GRANTED,
        NoticeKind.APPROVAL_COMPLETED,
        NoticeKind.PROTECTION_CONFIRMED,
    ]
    assert kinds.count(NoticeKind.COLLISION_BLOCKED) == 1


async def test_another_version_that_came_in_meanwhile_is_a_finding() -> None:
    """While the switch is open for one version anybody's install may save another: that is told, and stays exposed."""
    house = _house()
    feed = await blocked(house)
    house.service.world.publish(BILLING, "99.0.1")
    await grant(house, feed, EXACT)
    house.crash_at("register", "commit", nth=2, after=True, error=_CRASH)
    with pytest.raises(RuntimeError):
        await house.checker.check(request(feed))
    house.service.world.held(feed, BILLING).versions.append(FeedVersion("99.0.1", Origin.EXTERNAL, deleted=False))
    await _check(house, feed)
    case = await house.case(feed, BILLING)
    assert switch(house, feed) is _AUTO
    assert (case.state, case.reasons[0]) == (CaseState.EXPOSED, Reason.SAVED_EXTERNAL_VERSIONS)
    assert case.approved_versions == ("99.0.0",)
    kinds = await told(house)
    assert NoticeKind.UNAPPROVED_VERSION_SAVED in kinds
    assert NoticeKind.APPROVAL_COMPLETED not in kinds
    assert kinds[-1] is NoticeKind.CONTAMINATION_FOUND


async def test_a_version_that_is_not_saved_in_time_closes_the_switch_all_the_same() -> None:
    """A switch that has not taken effect within the hour is closed, and nothing was let in."""
    house = _house()
    feed = await blocked(house)
    house.service.slow_to_settle = True
    await grant(house, feed, EXACT)
    await _check(house, feed, within=timedelta(minutes=30))
    assert switch(house, feed) is OPEN
    await house.pump(within=_HOUR)
    assert switch(house, feed) is _AUTO
    approval = await ended(house, feed)
    assert (approval.state, approval.switched_at is None) == (ApprovalState.EXPIRED, False)
    assert (await house.case(feed, BILLING)).approved_versions == ()


async def test_a_version_of_which_a_file_is_missing_is_not_complete() -> None:
    """Python's files are saved one by one: a download that broke off shows the version, and is done again."""
    house = _house()
    feed = await blocked(house)
    await grant(house, feed, EXACT)
    trouble = UpstreamUnavailable("503", service="Azure DevOps")
    house.service.faults.fail("fetch_version", trouble, after=True)
    await house.checker.check(request(feed))
    assert house.service.world.held(feed, BILLING).versions[-1].version == "99.0.0"
    assert (await alive(house, feed)).state is ApprovalState.IN_FORCE
    await house.pump(within=timedelta(minutes=5))
    assert [call.method for call in house.service.faults.calls].count("fetch_version") == 2
    assert (await ended(house, feed)).state is ApprovalState.COMPLETED


async def test_a_period_ends_with_a_warning_a_day_before() -> None:
    """Allowed for a week: in force, announced, over; what came in under it stays, and is said."""
    house = _house()
    feed = await blocked(house)
    await grant(house, feed, A_WEEK)
    await _check(house, feed)
    assert (await house.case(feed, BILLING)).protection is Protection.ALLOWED
    assert switch(house, feed) is OPEN
    house.service.world.held(feed, BILLING).versions.append(FeedVersion("99.0.0", Origin.EXTERNAL, deleted=False))
    house.clock.advance(6 * _DAY)
    await _check(house, feed)
    await _check(house, feed)
    assert (await told(house)).count(NoticeKind.APPROVAL_EXPIRING) == 1
    house.clock.advance(_DAY)
    await _check(house, feed)
    assert switch(house, feed) is _AUTO
    case = await house.case(feed, BILLING)
    assert (case.protection, case.approved_versions) == (Protection.PROTECTED, ("99.0.0",))
    over = [n for n in house.channel.sent if n.kind is NoticeKind.APPROVAL_EXPIRED]
    await house.relay()
    over = [n for n in house.channel.sent if n.kind is NoticeKind.APPROVAL_EXPIRED]
    assert [notice.facts["saved meanwhile"] for notice in over] == ["99.0.0"]


async def test_the_check_that_is_queued_for_its_end_closes_a_short_period() -> None:
    """Nobody has to ask: the end of a period is in the queue from its beginning on."""
    house = _house()
    feed = await blocked(house)
    await grant(house, feed, replace(A_WEEK, period=timedelta(days=5)))
    await _check(house, feed)
    assert switch(house, feed) is OPEN
    await house.pump(within=timedelta(days=5, minutes=5))
    assert switch(house, feed) is _AUTO
    assert (await house.case(feed, BILLING)).protection is Protection.PROTECTED


@pytest.mark.parametrize("when_worse", WhenWorse)
async def test_a_twin_that_changes_for_the_worse_ends_the_permission(when_worse: WhenWorse) -> None:
    """Another account publishes: the switch is closed, what came in is not covered; the policy says who is asked."""
    rule = ApprovalRule(ApprovalTerms(when_worse=when_worse))
    house = _house(policy=replace(ENFORCE, approvals=(rule,)))
    house.npm.publish(BILLING)
    feed = await blocked(house)
    twin = replace(house.npm.twins[BILLING], publishers=("zoe",))
    house.npm.put(BILLING, twin)
    await house.checker.check(replace(request(feed), for_decision=True))
    await grant(house, feed, A_WEEK)
    await _check(house, feed)
    house.service.world.held(feed, BILLING).versions.append(FeedVersion("99.0.0", Origin.EXTERNAL, deleted=False))
    house.npm.put(BILLING, replace(twin, publishers=("mallory", "zoe")))
    await _check(house, feed)
    assert switch(house, feed) is _AUTO
    case = await house.case(feed, BILLING)
    assert (case.protection, case.approved_versions) == (Protection.EXPOSED, ())
    kinds = await told(house)
    assert NoticeKind.APPROVAL_REVOKED in kinds
    if when_worse is WhenWorse.REOPEN:
        assert (await alive(house, feed)).state is ApprovalState.OPEN
        assert kinds[kinds.index(NoticeKind.APPROVAL_REVOKED) + 1] is NoticeKind.APPROVAL_ASKED
    else:
        assert (await house.register.past_approval(feed.ref, BILLING, await _first_request(house))) is not None


async def _first_request(house: House) -> str:
    await house.relay()
    return next(notice.facts["request"] for notice in house.channel.sent)


async def test_a_new_version_does_not_end_a_period() -> None:
    """Whoever allowed all versions for a week meant new ones too."""
    house = _house()
    feed = await blocked(house)
    await grant(house, feed, A_WEEK)
    await _check(house, feed)
    house.npm.publish(BILLING, latest_version="99.0.1")
    await _check(house, feed)
    assert (await alive(house, feed)).state is ApprovalState.IN_FORCE


async def test_what_cannot_be_carried_out_within_an_hour_dies() -> None:
    """Feedwarden lost its role: the switch is never touched, and the permission is not kept for later."""
    house = _house()
    feed = await blocked(house)
    await grant(house, feed, A_WEEK)
    house.service.owner = False
    await _check(house, feed, within=timedelta(minutes=50))
    assert (await alive(house, feed)).state is ApprovalState.GRANTED
    house.clock.advance(_HOUR)
    await _check(house, feed)
    assert (await ended(house, feed)).state is ApprovalState.LAPSED
    house.service.owner = True
    await _check(house, feed)
    assert switch(house, feed) is _AUTO
    assert NoticeKind.APPROVAL_LAPSED in await told(house)


async def test_nothing_is_opened_while_the_registry_is_silent() -> None:
    """Whether the twin is still what the owner saw is not known, so the permission waits."""
    house = _house()
    feed = await blocked(house)
    await grant(house, feed, A_WEEK)
    house.npm.faults.fail("look_up", UpstreamUnavailable("503", service="registry"), times=None)
    await house.checker.check(request(feed))
    assert switch(house, feed) is _AUTO
    assert (await alive(house, feed)).state is ApprovalState.GRANTED


async def test_audit_mode_opens_nothing_but_closes_what_was_opened() -> None:
    """A policy that turns to audit keeps its word in both directions: what we opened, we close."""
    house = _house()
    feed = await blocked(house)
    await grant(house, feed, replace(A_WEEK, period=_DAY))
    await _check(house, feed)
    assert switch(house, feed) is OPEN
    house.policy = AUDIT
    await house.pump(within=_DAY + timedelta(minutes=5))
    assert switch(house, feed) is _AUTO
    assert (await ended(house, feed)).state is ApprovalState.EXPIRED


async def test_a_policy_that_turned_to_audit_lets_nothing_in() -> None:
    """Granted a moment before: it waits, and dies."""
    house = _house()
    feed = await blocked(house)
    await grant(house, feed, A_WEEK)
    house.policy = AUDIT
    await _check(house, feed, within=timedelta(hours=2))
    assert switch(house, feed) is _AUTO
    assert (await ended(house, feed)).state is ApprovalState.LAPSED


@pytest.mark.parametrize("granted", [EXACT, A_WEEK])
async def test_an_owner_takes_a_permission_back_at_any_time(granted: object) -> None:
    """Before the switch is opened, and while it is open; in the end it is closed, and proved."""
    house = _house()
    feed = await blocked(house)
    await grant(house, feed, A_WEEK if granted is A_WEEK else EXACT)
    if granted is A_WEEK:
        await _check(house, feed)
        assert switch(house, feed) is OPEN
    await revoke(house, feed)
    await _check(house, feed)
    assert switch(house, feed) is _AUTO
    assert (await ended(house, feed)).state is ApprovalState.REVOKED
    assert (await house.case(feed, BILLING)).protection is Protection.PROTECTED


async def test_a_request_that_nobody_answers_ends() -> None:
    """Silence is no permission, and it is not waited for without end."""
    house = _house()
    feed = await blocked(house)
    house.clock.advance(7 * _DAY)
    await _check(house, feed)
    assert (await ended(house, feed)).state is ApprovalState.UNANSWERED
    assert (await house.case(feed, BILLING)).protection is Protection.PROTECTED


async def test_a_request_ends_when_there_is_nothing_to_decide_any_more() -> None:
    """The public upstream was taken away: nothing can come in, whatever the switch says."""
    house = _house()
    feed = await blocked(house)
    house.service.world.put_feed(replace(feed, upstream_enabled=False))
    house.clock.advance(timedelta(minutes=10))
    await _check(house, feed)
    assert (await ended(house, feed)).state is ApprovalState.WITHDRAWN


async def test_a_switch_that_was_set_back_by_hand_ends_the_permission() -> None:
    """Three hours after it was opened a closed switch is no old answer: somebody closed it."""
    house = _house()
    feed = await blocked(house)
    await grant(house, feed, A_WEEK)
    await _check(house, feed)
    await house.service.clear_upstreaming_behavior(feed, BILLING)
    await _check(house, feed)
    assert (await alive(house, feed)).state is ApprovalState.IN_FORCE
    house.clock.advance(timedelta(hours=3))
    await _check(house, feed)
    assert (await ended(house, feed)).state is ApprovalState.REVOKED


async def test_nothing_internal_left_closes_the_switch() -> None:
    """Without an internal version nothing is guarded here, but a switch that we opened is ours to close."""
    house = _house()
    feed = await blocked(house)
    await grant(house, feed, A_WEEK)
    await _check(house, feed)
    house.service.world.held(feed, BILLING).versions[:] = [FeedVersion("99.0.0", Origin.EXTERNAL, deleted=False)]
    await _check(house, feed)
    assert switch(house, feed) is _AUTO


async def test_a_switch_that_cannot_be_closed_is_tried_again() -> None:
    """The role was taken away while it was open: told, and closed as soon as the role is back."""
    house = _house()
    feed = await blocked(house)
    await grant(house, feed, replace(A_WEEK, period=_DAY))
    await _check(house, feed)
    house.service.owner = False
    await house.pump(within=_DAY + timedelta(minutes=5))
    assert switch(house, feed) is OPEN
    assert (await alive(house, feed)).state is ApprovalState.CLOSING
    assert NoticeKind.SWITCH_LEFT_OPEN in await told(house)
    house.clock.advance(timedelta(minutes=20))
    finding = (await house.readiness.report())["approvals"]
    assert (finding.ok, str(BILLING) in finding.detail) == (False, True)
    house.service.owner = True
    await _check(house, feed)
    assert switch(house, feed) is _AUTO
    assert (await ended(house, feed)).state is ApprovalState.EXPIRED


async def _redelivered(checker: Checker, feed: Feed) -> None:
    with pytest.raises(RuntimeError):
        await checker.check(request(feed))
    await checker.check(request(feed))


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    ("part", "method", "nth"),
    [
        ("service", "allow_external_versions", 1),
        ("service", "fetch_version", 1),
        ("register", "commit", 1),
        ("register", "commit", 2),
        ("queue", "put", 1),
    ],
)
async def test_a_crash_while_it_is_carried_out_is_healed_by_the_redelivery(
    part: str, method: str, nth: int, *, after: bool
) -> None:
    """Wherever the process dies, the version comes in, the switch is closed, and the chain is whole."""
    house = _house()
    feed = await blocked(house)
    await grant(house, feed, EXACT)
    house.crash_at(part, method, nth=nth, after=after, error=_CRASH)
    await _redelivered(house.checker, feed)
    await house.pump(within=timedelta(minutes=10))
    assert switch(house, feed) is _AUTO
    assert (await ended(house, feed)).state is ApprovalState.COMPLETED
    story = await house.story(feed, BILLING)
    assert story.count(_E.APPROVAL_OPENED) == 1
    assert story.count(_E.APPROVAL_COMPLETED) == 1


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    ("part", "method", "nth"),
    [("service", "clear_upstreaming_behavior", 1), *(("register", "commit", nth) for nth in (1, 2, 3))],
)
async def test_a_crash_while_it_ends_leaves_no_switch_open(part: str, method: str, nth: int, *, after: bool) -> None:
    """Wherever the process dies after the time is over, the next delivery closes the switch."""
    house = _house()
    feed = await blocked(house)
    await grant(house, feed, A_WEEK)
    await _check(house, feed)
    house.clock.advance(7 * _DAY)
    house.crash_at(part, method, nth=nth, after=after, error=_CRASH)
    await _redelivered(house.checker, feed)
    await house.pump(within=timedelta(minutes=10))
    assert switch(house, feed) is _AUTO
    assert (await ended(house, feed)).state is ApprovalState.EXPIRED
    assert (await house.story(feed, BILLING)).count(_E.APPROVAL_EXPIRED) == 1
    assert (await house.case(feed, BILLING)).protection is Protection.PROTECTED
