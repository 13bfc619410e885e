"""Walking every package of every feed, without any hook."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.application.messages import SweepKind, SweepRequest
from shared.application.reach import Reach
from shared.domain.cases import CaseState
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import PublicUpstream, UpstreamingBehavior
from shared.domain.feeds import UpstreamSource
from shared.domain.names import PackageName
from shared.domain.notices import NoticeKind
from shared.domain.policy import Mode, Protection, Stance
from shared.domain.reasons import Reason
from shared.domain.rules import GuardPolicy
from shared.domain.twins import Presence
from shared.errors import AuthenticationFailed, UpstreamUnavailable
from shared.ports import QueueName
from tests.application.house import BILLING, LEDGER, House
from tests.fakes import START, internal_source, public_source

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
    # Two for the collision and its recheck, and the few whose switch is read in turn.
    assert house.service.faults.count("versions") == 2 + 4


async def test_a_quiet_feed_costs_no_call_a_package() -> None:
    """Nothing public, nothing stored: one page call, and four switches that are read in turn."""
    house = House()
    feed = house.service.world.add_feed("core")
    for number in range(50):
        house.service.world.add_package(feed, PackageName.of(Ecosystem.NPM, f"contoso-{number}"), internal=["1"])
    await house.sweeper.begin()
    await house.pump(within=timedelta(minutes=5))
    calls = [call.method for call in house.service.faults.calls]
    assert calls[:2] == ["feeds", "packages"]
    assert sorted(set(calls[2:])) == ["get_upstreaming_behavior", "organization_policy", "versions"]
    assert calls.count("get_upstreaming_behavior") == calls.count("versions") == 4


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


async def test_a_feed_that_disappears_takes_its_verdicts_with_it() -> None:
    """Deleted, or our role taken away: what was protected is unknown, and people are told."""
    house = House()
    feed = house.service.world.add_feed("core")
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"])
    house.attack(BILLING)
    await house.sweeper.begin()
    await house.pump(within=timedelta(minutes=5))
    assert (await house.case(feed, BILLING)).protection is Protection.PROTECTED
    house.service.world.remove_feed(feed)
    house.clock.advance(timedelta(minutes=5))
    await house.sweeper.begin()
    await house.pump(within=timedelta(minutes=5))
    case = await house.case(feed, BILLING)
    assert (case.state, case.protection) == (CaseState.UNKNOWN, Protection.UNKNOWN)
    assert case.reasons == (Reason.FEED_PERMISSION_MISSING,)
    await house.relay()
    assert house.channel.sent[-1].kind is NoticeKind.CANNOT_BE_JUDGED
    await house.sweeper.begin()
    await house.pump(within=timedelta(minutes=5))
    assert (await house.case(feed, BILLING)).sequence == case.sequence


async def test_packages_whose_way_out_is_hidden_are_told_not_passed_over() -> None:
    """An upstream feed that we cannot see: readiness names the feed until it can be followed."""
    house = House()
    feed = house.service.world.add_feed("core", upstreams=[internal_source(Ecosystem.NPM, None)])
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"], behavior=OPEN)
    await house.sweeper.begin()
    await house.pump(within=timedelta(minutes=5))
    (why,) = (await house.setbacks.all()).values()
    assert "not judged" in why
    house.service.world.put_feed(replace(feed, upstreams=(public_source(Ecosystem.NPM),)))
    house.clock.advance(timedelta(minutes=5))
    await house.sweeper.begin()
    await house.pump(within=timedelta(minutes=5))
    assert await house.setbacks.all() == {}


@pytest.mark.parametrize("upstreams", [(), (public_source(Ecosystem.NPM, enabled=False),)])
async def test_contamination_is_found_behind_a_closed_upstream(upstreams: tuple[UpstreamSource, ...]) -> None:
    """What was saved is served whatever the upstream sources say now."""
    house = House()
    feed = house.service.world.add_feed("core", upstreams=upstreams)
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"], external=["99.0.0"])
    await house.sweeper.begin()
    await house.pump(within=timedelta(minutes=5))
    assert (await house.case(feed, BILLING)).protection is Protection.EXPOSED


async def test_a_saved_attack_whose_public_package_is_gone_is_found() -> None:
    """Published, saved, removed from the registry: exposed, and the open switch is closed."""
    house = House()
    feed = house.service.world.add_feed("core")
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"], external=["99.0.0"], behavior=OPEN)
    await house.sweeper.begin()
    await house.pump(within=timedelta(minutes=5))
    case = await house.case(feed, BILLING)
    assert (case.protection, case.saved_external) == (Protection.EXPOSED, ("99.0.0",))
    assert house.service.world.held(feed, BILLING).behavior is UpstreamingBehavior.AUTO


async def test_an_open_switch_without_a_twin_is_found_in_turn() -> None:
    """No change tells of it, so each sweep reads the switches of a few packages more, however far apart sweeps are."""
    house = House()
    feed = house.service.world.add_feed("core")
    names = [PackageName.of(Ecosystem.NPM, f"contoso-{number}") for number in range(20)]
    for name in names:
        house.service.world.add_package(feed, name, internal=["1.0.0"], behavior=OPEN)
    for turn in range(30):
        await house.sweeper.begin()
        await house.pump(within=timedelta(minutes=5))
        house.clock.now = START + timedelta(hours=6 * (turn + 1))
    for name in names:
        assert (await house.case(feed, name)).state is CaseState.DRIFTED


async def test_preempt_closes_open_switches_without_a_twin() -> None:
    """Where the policy says so, a sweep reads many more of them, and closes what is open."""
    house = House(policy=GuardPolicy(Stance(Mode.ENFORCE, preempt=True)))
    feed = house.service.world.add_feed("core")
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"], behavior=OPEN)
    await house.sweeper.begin()
    await house.pump(within=timedelta(minutes=5))
    assert house.service.world.held(feed, BILLING).behavior is UpstreamingBehavior.AUTO
    await house.relay()
    assert house.channel.sent[0].kind is NoticeKind.SWITCH_CLOSED


async def test_a_registry_outage_costs_no_call_a_package() -> None:
    """The page waits for the registry; Azure DevOps is not asked about hundreds of packages in vain."""
    house = House()
    feed = house.service.world.add_feed("core")
    for number in range(100):
        house.npm.publish(PackageName.of(Ecosystem.NPM, f"contoso-{number}"))
        house.service.world.add_package(feed, PackageName.of(Ecosystem.NPM, f"contoso-{number}"), internal=["1"])
    house.npm.faults.fail("look_up", UpstreamUnavailable("503", service="registry"), times=None)
    await house.sweeper.begin()
    await house.pump(within=timedelta(hours=5))
    assert house.service.faults.count("versions") == 0
    assert [case async for case in house.register.cases()] == []
    assert "not judged" in next(iter((await house.setbacks.all()).values()))


async def test_an_outage_of_azure_does_not_multiply_the_checks() -> None:
    """The open cases are queued once the page was read, not before each attempt."""
    house = House()
    feed = house.service.world.add_feed("core")
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"])
    house.attack(BILLING)
    await house.sweeper.begin()
    await house.pump(within=timedelta(minutes=5))
    house.service.faults.fail("packages", UpstreamUnavailable("503", service="Azure DevOps"), times=5)
    before = house.service.faults.count("versions")
    await house.sweeper.begin()
    await house.pump(within=timedelta(hours=2))
    assert house.service.faults.count("versions") == before + 1


async def test_a_pending_change_has_one_chain_of_rechecks() -> None:
    """Sweeps add none to it."""
    house = House()
    house.service.slow_to_settle = True
    feed = house.service.world.add_feed("core")
    house.service.world.add_package(feed, BILLING, internal=["1.0.0"], behavior=OPEN)
    house.attack(BILLING)
    await house.sweeper.begin()
    await house.pump(within=timedelta(minutes=1))
    for _ in range(4):
        await house.sweeper.begin()
        await house.pump(within=timedelta(minutes=1))
    assert len(house.queue.delays(QueueName.PACKAGE_CHECKS)) == 1


async def test_a_registry_that_hangs_holds_up_no_other_ecosystem() -> None:
    """A hundred npm names get no answer; the attacked PyPI package of the same page is protected at once."""
    house = House()
    feed = house.service.world.add_feed("core")
    for number in range(100):
        house.npm.publish(PackageName.of(Ecosystem.NPM, f"contoso-{number}"))
        house.service.world.add_package(feed, PackageName.of(Ecosystem.NPM, f"contoso-{number}"), internal=["1"])
    house.service.world.add_package(feed, LEDGER, internal=["1.0"], behavior=OPEN)
    house.attack(LEDGER)
    house.npm.faults.fail("look_up", UpstreamUnavailable("no answer", service="registry"), times=None)
    await house.sweeper.begin()
    await house.pump(within=timedelta(minutes=1))
    assert (await house.case(feed, LEDGER)).state is CaseState.PROTECTED


async def test_a_silent_registry_is_not_asked_for_every_name() -> None:
    """After a few questions without answer the rest of the page is unknown at once."""
    house = House()
    lookup = house.lookup
    out = Reach(PublicUpstream.ENABLED, ("https://npm.example.test/",))
    house.npm.faults.fail("look_up", UpstreamUnavailable("no answer", service="registry"), times=None)
    for number in range(20):
        name = PackageName.of(Ecosystem.NPM, f"contoso-{number}")
        house.npm.publish(name)
        await lookup.look_up(name, out)
    assert len(house.npm.locations) == 3
    house.npm.faults.heal()
    house.clock.advance(timedelta(minutes=2))
    assert (await lookup.look_up(BILLING, out)).presence is Presence.ABSENT


async def test_a_walk_of_one_ecosystem_does_not_excuse_the_others() -> None:
    """What readiness shows of a feed is removed by a walk of everything only."""
    house = House()
    feed = house.service.world.add_feed("core")
    await house.setbacks.remember(feed.ref, "packages are not judged")
    await house.walker.take(SweepRequest(SweepKind.EVERY_PACKAGE, "test", feed=feed.ref, only="npm"))
    assert await house.setbacks.all() != {}
    await house.walker.take(SweepRequest(SweepKind.EVERY_PACKAGE, "test", feed=feed.ref))
    assert await house.setbacks.all() == {}


async def test_a_feed_that_nothing_can_come_into_still_warns_the_others() -> None:
    """Its package is public, and was before anybody looked; another feed would be served the attacker's."""
    house = House()
    closed = house.service.world.add_feed("closed", upstreams=[])
    other = house.service.world.add_feed("apps")
    house.service.world.add_package(closed, BILLING, internal=["1.0.0"])
    quiet = PackageName.of(Ecosystem.NPM, "contoso-quiet")
    house.service.world.add_package(closed, quiet, internal=["1.0.0"])
    house.attack(BILLING)
    await house.sweeper.begin()
    await house.pump(within=timedelta(minutes=5))
    case = await house.case(other, BILLING)
    assert case.reasons == (Reason.INTERNAL_ELSEWHERE,)
    assert await house.register.case(other.ref, quiet) is None
