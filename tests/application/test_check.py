"""One package in one feed: gather, decide, act, record."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.cases import CaseEvent, CaseState
from shared.domain.evidence import OrganizationPolicy, UpstreamingBehavior
from shared.domain.notices import NoticeKind
from shared.domain.policy import Mode, Protection, Scenario, Stance
from shared.domain.reasons import Reason
from shared.domain.rules import GuardPolicy
from shared.domain.twins import Presence
from shared.errors import AuthenticationFailed, FeedNotFound, PermissionMissing, StaleWrite, UpstreamUnavailable
from shared.ports import QueueName
from tests.application.house import AUDIT, BILLING, House
from tests.application.scenes import OPEN, collision, request

CRASH = RuntimeError("the plug is pulled")


async def test_an_open_switch_is_closed_and_the_protection_is_proved() -> None:
    """The main job: intent, PATCH, record, and protected once it is seen to hold."""
    house = House()
    feed = collision(house)
    assert await house.checker.check(request(feed)) is Protection.PENDING
    assert house.service.world.held(feed, BILLING).behavior is UpstreamingBehavior.AUTO
    await house.pump(within=timedelta(minutes=1))
    case = await house.case(feed, BILLING)
    assert (case.state, case.protection) == (CaseState.PROTECTED, Protection.PROTECTED)
    assert case.scenario is Scenario.PRIVATE_MADE_PUBLIC
    assert case.previous_behavior is OPEN
    assert await house.story(feed, BILLING) == [
        CaseEvent.ENFORCEMENT_INTENDED,
        CaseEvent.ENFORCEMENT_SENT,
        CaseEvent.FOUND_PROTECTED,
    ]
    await house.relay()
    assert [n.kind for n in house.channel.sent] == [NoticeKind.COLLISION_BLOCKED, NoticeKind.PROTECTION_CONFIRMED]


async def test_a_change_that_has_not_reached_the_feed_stays_pending() -> None:
    """What reads back as `auto` but still serves 99.0.0 is pending, and protected when it stops."""
    house = House()
    house.service.slow_to_settle = True
    feed = collision(house)
    await house.checker.check(request(feed))
    await house.pump(within=timedelta(hours=1))
    assert (await house.case(feed, BILLING)).state is CaseState.PENDING
    house.service.world.settle()
    await house.pump(within=timedelta(hours=1))
    assert (await house.case(feed, BILLING)).state is CaseState.PROTECTED


async def test_past_three_hours_a_leak_is_a_finding() -> None:
    """After the documented time a change that does not hold is exposed, and people are told."""
    house = House()
    house.service.slow_to_settle = True
    feed = collision(house)
    await house.checker.check(request(feed))
    await house.pump(within=timedelta(hours=4))
    case = await house.case(feed, BILLING)
    assert case.protection is Protection.EXPOSED
    assert case.reasons == (Reason.PROTECTION_NOT_HOLDING,)
    await house.relay()
    assert house.channel.sent[-1].kind is NoticeKind.PROTECTION_NOT_HOLDING


async def test_audit_mode_reports_and_touches_nothing() -> None:
    """In audit mode the switch stays as it is, and the case says what would be done."""
    house = House(policy=AUDIT)
    feed = collision(house)
    assert await house.checker.check(request(feed)) is Protection.EXPOSED
    assert house.service.faults.count("clear_upstreaming_behavior") == 0
    case = await house.case(feed, BILLING)
    assert (case.state, case.mode) == (CaseState.EXPOSED, Mode.AUDIT)
    assert Reason.EXTERNAL_VERSIONS_ALLOWED in case.reasons


async def test_what_is_already_auto_is_not_patched() -> None:
    """GET first: no PATCH without a difference."""
    house = House()
    feed = collision(house, behavior=UpstreamingBehavior.AUTO)
    assert await house.checker.check(request(feed)) is Protection.PROTECTED
    assert house.service.faults.count("clear_upstreaming_behavior") == 0
    assert await house.story(feed, BILLING) == [CaseEvent.FOUND_PROTECTED]


async def test_checking_twice_tells_nothing_new() -> None:
    """A second check with the same result writes neither event nor notice."""
    house = House()
    feed = collision(house)
    await house.checker.check(request(feed))
    await house.pump(within=timedelta(minutes=1))
    before = await house.case(feed, BILLING)
    await house.checker.check(request(feed))
    assert await house.case(feed, BILLING) == before


async def test_a_package_without_a_twin_gets_no_case() -> None:
    """A case exists only where there is something to say."""
    house = House()
    feed = house.service.world.add_feed("core")
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"])
    assert await house.checker.check(request(feed)) is Protection.NOT_AT_RISK
    assert await house.register.case(feed.ref, BILLING) is None


async def test_a_package_that_is_not_internal_is_never_asked_about() -> None:
    """The registry hears no name of a package that is not ours, nor of one whose origin is in doubt."""
    house = House()
    feed = house.service.world.add_feed("core")
    house.service.world.add_package(feed, BILLING, external=["4.17.21"])
    assert await house.checker.check(request(feed)) is Protection.NOT_AT_RISK
    house.service.world.add_package(feed, BILLING, unknown=["1.0.0"])
    await house.checker.check(request(feed))
    assert house.npm.locations == []


async def test_an_open_switch_without_a_twin_is_drift() -> None:
    """Nobody took the name yet: reported, and left as it is."""
    house = House()
    feed = house.service.world.add_feed("core")
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"], behavior=OPEN)
    assert await house.checker.check(request(feed)) is Protection.NOT_AT_RISK
    case = await house.case(feed, BILLING)
    assert case.state is CaseState.DRIFTED
    assert Reason.UNCLAIMED_PUBLIC_NAME in case.reasons
    assert house.service.world.held(feed, BILLING).behavior is OPEN


async def test_drift_that_can_no_longer_be_read_is_not_closed() -> None:
    """We lost the role: the open switch is still what we know last."""
    house = House()
    feed = house.service.world.add_feed("core")
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"], behavior=OPEN)
    await house.checker.check(request(feed))
    house.service.owner = False
    await house.checker.check(request(feed))
    assert (await house.case(feed, BILLING)).state is CaseState.DRIFTED


async def test_drift_is_reset_where_the_policy_says_preempt() -> None:
    """`preempt: true` closes the switch before anybody takes the name."""
    house = House(policy=GuardPolicy(Stance(Mode.ENFORCE, preempt=True)))
    feed = house.service.world.add_feed("core")
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"], behavior=OPEN)
    await house.checker.check(request(feed))
    await house.pump(within=timedelta(minutes=1))
    assert house.service.world.held(feed, BILLING).behavior is UpstreamingBehavior.AUTO
    assert (await house.case(feed, BILLING)).state is CaseState.CLOSED


async def test_a_saved_external_version_is_contamination() -> None:
    """The switch is closed, but what was saved is still served: exposed, and people are told to remove it."""
    house = House()
    feed = collision(house)
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"], external=["99.0.0"], behavior=OPEN)
    await house.checker.check(request(feed))
    await house.pump(within=timedelta(minutes=1))
    case = await house.case(feed, BILLING)
    assert case.behavior is UpstreamingBehavior.AUTO
    assert (case.protection, case.saved_external) == (Protection.EXPOSED, ("99.0.0",))
    assert case.scenario is Scenario.PRIVATE_AND_PUBLIC
    await house.relay()
    assert house.channel.sent[-1].kind is NoticeKind.CONTAMINATION_FOUND
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"], external=["99.0.0"], deleted=["99.0.0"])
    assert await house.checker.check(request(feed)) is Protection.PROTECTED


async def test_the_organization_policy_off_is_exposed() -> None:
    """`auto` blocks nothing then, and no PATCH can mend it."""
    house = House()
    house.service.policy = OrganizationPolicy.OFF
    feed = collision(house, behavior=UpstreamingBehavior.AUTO)
    assert await house.checker.check(request(feed)) is Protection.EXPOSED
    assert (await house.case(feed, BILLING)).reasons[0] is Reason.ORGANIZATION_POLICY_OFF


async def test_a_missing_role_is_told() -> None:
    """A switch that we may not read is unknown, and the case says which permission is missing."""
    house = House()
    house.service.owner = False
    feed = collision(house)
    await house.checker.check(request(feed))
    await house.pump(within=timedelta(hours=3))
    case = await house.case(feed, BILLING)
    assert case.state is CaseState.UNKNOWN
    assert Reason.FEED_PERMISSION_MISSING in case.reasons


async def test_a_refused_patch_leaves_the_case_exposed_with_the_reason() -> None:
    """Reading was allowed, setting is not: the intent is on record, and so is the refusal."""
    house = House()
    feed = collision(house)
    refusal = PermissionMissing("the role Feed Owner is missing", service="Azure DevOps")
    house.service.faults.fail("clear_upstreaming_behavior", refusal, times=None)
    assert await house.checker.check(request(feed)) is Protection.EXPOSED
    case = await house.case(feed, BILLING)
    assert case.state is CaseState.EXPOSED
    assert Reason.FEED_PERMISSION_MISSING in case.reasons
    assert "Feed Owner" in case.note
    assert await house.story(feed, BILLING) == [CaseEvent.ENFORCEMENT_INTENDED, CaseEvent.ENFORCEMENT_REFUSED]


async def test_an_unknown_is_recorded_when_it_lasts_and_never_reassures() -> None:
    """A registry that does not answer: asked again some times, then a case of its own."""
    house = House()
    feed = collision(house, behavior=UpstreamingBehavior.AUTO)
    house.npm.faults.fail("look_up", UpstreamUnavailable("503", service="registry"), times=None)
    assert await house.checker.check(request(feed)) is Protection.UNKNOWN
    assert await house.register.case(feed.ref, BILLING) is None
    await house.pump(within=timedelta(hours=5))
    assert (await house.case(feed, BILLING)).state is CaseState.UNKNOWN
    assert house.queue.delays(QueueName.PACKAGE_CHECKS) == []
    house.npm.faults.heal()
    assert await house.checker.check(request(feed)) is Protection.PROTECTED


async def test_a_protected_case_keeps_its_state_through_a_short_silence() -> None:
    """One unanswered question is not news."""
    house = House()
    feed = collision(house, behavior=UpstreamingBehavior.AUTO)
    await house.checker.check(request(feed))
    house.npm.faults.fail("look_up", UpstreamUnavailable("503", service="registry"))
    await house.checker.check(request(feed))
    assert (await house.case(feed, BILLING)).state is CaseState.PROTECTED
    await house.pump(within=timedelta(minutes=5))
    assert await house.story(feed, BILLING) == [CaseEvent.FOUND_PROTECTED]


async def test_a_name_once_public_stays_a_collision() -> None:
    """A removed public package is a tombstone: its name can be taken again."""
    house = House()
    feed = collision(house, behavior=UpstreamingBehavior.AUTO)
    await house.checker.check(request(feed))
    del house.npm.twins[BILLING]
    assert await house.checker.check(request(feed)) is Protection.PROTECTED
    case = await house.case(feed, BILLING)
    assert case.twin.presence is Presence.TOMBSTONE
    assert "withdrawn" in case.twin.detail


async def test_a_long_wait_goes_back_to_the_queue() -> None:
    """Azure DevOps says "in ten minutes": the message waits there, and no attempt is used up in vain."""
    house = House()
    feed = collision(house)
    later = UpstreamUnavailable("429", service="Azure DevOps", retry_after=timedelta(minutes=10))
    house.service.faults.fail("versions", later)
    assert await house.checker.check(request(feed)) is None
    assert house.queue.delays(QueueName.PACKAGE_CHECKS) == [timedelta(minutes=10)]
    await house.pump(within=timedelta(minutes=15))
    assert (await house.case(feed, BILLING)).state is CaseState.PROTECTED


async def test_a_name_is_not_forgotten_while_nobody_answers() -> None:
    """Seen, then a registry outage, then withdrawn: still a collision."""
    house = House()
    feed = collision(house, behavior=UpstreamingBehavior.AUTO)
    await house.checker.check(request(feed))
    house.npm.faults.fail("look_up", UpstreamUnavailable("503", service="registry"), times=20)
    await house.checker.check(request(feed))
    await house.pump(within=timedelta(hours=3))
    assert (await house.case(feed, BILLING)).protection is Protection.UNKNOWN
    house.npm.faults.heal()
    del house.npm.twins[BILLING]
    assert await house.checker.check(request(feed)) is Protection.PROTECTED
    assert (await house.case(feed, BILLING)).twin.presence is Presence.TOMBSTONE


async def test_audit_mode_ends_an_enforcement_that_was_under_way() -> None:
    """The intent is on record, the mode was changed meanwhile: nothing is sent, and that is recorded."""
    house = House()
    feed = collision(house)
    house.crash_at("service", "clear_upstreaming_behavior", nth=1, after=False, error=CRASH)
    with pytest.raises(RuntimeError):
        await house.checker.check(request(feed))
    house.policy = AUDIT
    assert await house.checker.check(request(feed)) is Protection.EXPOSED
    assert house.service.world.held(feed, BILLING).behavior is OPEN
    case = await house.case(feed, BILLING)
    assert case.state is CaseState.EXPOSED
    assert "audit" in case.note


async def test_an_enforcement_ends_though_the_package_is_no_longer_internal() -> None:
    """The PATCH was sent, the internal versions are gone: the switch is read, and the story is complete."""
    house = House()
    feed = collision(house)
    house.crash_at("service", "clear_upstreaming_behavior", nth=1, after=True, error=CRASH)
    with pytest.raises(RuntimeError):
        await house.checker.check(request(feed))
    house.service.world.add_package(feed, BILLING, external=["99.0.0"])
    await house.checker.check(request(feed))
    await house.pump(within=timedelta(minutes=1))
    assert await house.story(feed, BILLING) == [
        CaseEvent.ENFORCEMENT_INTENDED,
        CaseEvent.ENFORCEMENT_SENT,
        CaseEvent.FOUND_SAFE,
    ]


async def test_a_role_taken_away_during_an_enforcement_is_recorded() -> None:
    """The switch can neither be read nor set: exposed as far as we know, with the reason."""
    house = House()
    feed = collision(house)
    house.crash_at("service", "clear_upstreaming_behavior", nth=1, after=False, error=CRASH)
    with pytest.raises(RuntimeError):
        await house.checker.check(request(feed))
    house.service.owner = False
    await house.checker.check(request(feed))
    case = await house.case(feed, BILLING)
    assert case.state is CaseState.EXPOSED
    assert Reason.FEED_PERMISSION_MISSING in case.reasons


async def test_a_listed_package_without_versions_is_a_contradiction() -> None:
    """Its case is not closed for an empty answer."""
    house = House()
    feed = collision(house, behavior=UpstreamingBehavior.AUTO)
    await house.checker.check(request(feed))
    house.service.world.held(feed, BILLING).versions.clear()
    assert await house.checker.check(request(feed)) is Protection.UNKNOWN
    assert (await house.case(feed, BILLING)).state is CaseState.PROTECTED


async def test_a_feed_that_nobody_knows_is_an_error_without_a_case() -> None:
    """The request was wrong; it ends in poison, where it shows."""
    house = House()
    feed = collision(house)
    house.service.world.remove_feed(feed)
    with pytest.raises(FeedNotFound):
        await house.checker.check(request(feed))


async def test_an_endless_wait_is_cut_to_a_day() -> None:
    """A service that asks for a year is asked again tomorrow."""
    house = House()
    feed = collision(house)
    later = UpstreamUnavailable("429", service="Azure DevOps", retry_after=timedelta(days=365))
    house.service.faults.fail("versions", later)
    await house.checker.check(request(feed))
    assert house.queue.delays(QueueName.PACKAGE_CHECKS) == [timedelta(days=1)]


async def test_an_outage_that_lasts_goes_to_poison() -> None:
    """After several postponements the error is raised, so that the platform makes it visible."""
    house = House()
    feed = collision(house)
    house.service.faults.fail("versions", UpstreamUnavailable("503", service="Azure DevOps"), times=None)
    with pytest.raises(UpstreamUnavailable):
        await house.pump_check_until_error(request(feed))


async def test_a_wrong_credential_is_raised_at_once() -> None:
    """Waiting does not mend it."""
    house = House()
    feed = collision(house)
    house.service.faults.fail("versions", AuthenticationFailed("401", service="Azure DevOps"))
    with pytest.raises(AuthenticationFailed):
        await house.checker.check(request(feed))


async def test_two_checks_at_once_leave_one_story() -> None:
    """The slower of two writers reads again and finds the work done; if that fails too, the message comes again."""
    house = House()
    feed = collision(house)
    house.register.faults.fail("commit", StaleWrite("changed meanwhile"))
    assert await house.checker.check(request(feed)) is Protection.PENDING
    house.register.faults.fail("commit", StaleWrite("changed meanwhile"), times=2)
    house.service.world.held(feed, BILLING).behavior = OPEN
    with pytest.raises(StaleWrite):
        await house.checker.check(request(feed))
    await house.checker.check(request(feed))
    await house.pump(within=timedelta(minutes=1))
    assert (await house.case(feed, BILLING)).state is CaseState.PROTECTED
