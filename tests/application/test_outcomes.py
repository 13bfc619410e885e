"""What people see: notices, abandoned work, setbacks, readiness."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.application.messages import CheckRequest, SweepKind, SweepRequest
from shared.application.readiness import Finding, Readiness
from shared.application.standings import Standing
from shared.domain.cases import CaseEvent, CaseState
from shared.domain.evidence import OrganizationPolicy, UpstreamingBehavior
from shared.domain.feeds import Feed
from shared.domain.notices import NoticeKind
from shared.domain.policy import Protection
from shared.errors import StaleWrite, UnexpectedAnswer, UpstreamUnavailable
from shared.ports import QueueName
from tests.application.house import BILLING, House
from tests.fakes import START, FollowedStandings


def guarded(house: House) -> Feed:
    """Set up a feed with a collision in it."""
    feed = house.service.world.add_feed("core")
    house.service.world.add_package(
        feed, BILLING, internal=["1.0.0"], behavior=UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS
    )
    house.attack(BILLING)
    return feed


async def test_no_notice_is_lost_between_commit_and_queue() -> None:
    """The relay dies before and after queueing: the notice is sent at least once, with the same id."""
    house = House()
    feed = guarded(house)
    await house.checker.check(CheckRequest(feed.ref, BILLING, "test"))
    house.queue.faults.fail("put", RuntimeError("the plug is pulled"))
    with pytest.raises(RuntimeError):
        await house.notices.relay()
    house.register.faults.fail("remove_from_outbox", RuntimeError("the plug is pulled"))
    with pytest.raises(RuntimeError):
        await house.notices.relay()
    await house.relay()
    assert {notice.kind for notice in house.channel.sent} == {NoticeKind.COLLISION_BLOCKED}
    assert len({notice.notice_id for notice in house.channel.sent}) == 1
    assert await house.notices.relay() == 0


async def test_an_abandoned_check_is_a_visible_state() -> None:
    """Even of a package that had no case; and the next check goes on from there."""
    house = House()
    feed = guarded(house)
    request = CheckRequest(feed.ref, BILLING, "test")
    await house.abandoner.abandon_check(request.text())
    await house.abandoner.abandon_check(request.text())
    case = await house.case(feed, BILLING)
    assert case.state is CaseState.ABANDONED
    assert "5 times" in case.note
    assert await house.story(feed, BILLING) == [CaseEvent.CHECK_ABANDONED]
    await house.checker.check(request)
    assert (await house.case(feed, BILLING)).state is CaseState.PENDING


async def test_an_enforcement_that_was_abandoned_is_taken_up_again() -> None:
    """The intent stays in the story, and the next check closes the switch."""
    house = House()
    feed = guarded(house)
    request = CheckRequest(feed.ref, BILLING, "test")
    house.service.faults.fail("clear_upstreaming_behavior", RuntimeError("the plug is pulled"))
    with pytest.raises(RuntimeError):
        await house.checker.check(request)
    await house.abandoner.abandon_check(request.text())
    assert (await house.case(feed, BILLING)).protection is Protection.UNKNOWN
    await house.checker.check(request)
    assert (await house.case(feed, BILLING)).state is CaseState.PENDING
    assert await house.story(feed, BILLING) == [
        CaseEvent.ENFORCEMENT_INTENDED,
        CaseEvent.CHECK_ABANDONED,
        CaseEvent.ENFORCEMENT_SENT,
    ]


async def test_a_case_that_cannot_be_read_is_told_by_its_feed() -> None:
    """A damaged row must not end in a poison queue that nobody looks at."""
    house = House()
    feed = guarded(house)
    house.register.faults.fail("case", UnexpectedAnswer("a row of schema 7", service="table storage"))
    await house.abandoner.abandon_check(CheckRequest(feed.ref, BILLING, "test").text())
    (why,) = (await house.setbacks.all()).values()
    assert "@contoso/billing" in why


async def test_a_notice_that_cannot_be_queued_holds_up_no_other() -> None:
    """It stays in the outbox, the others go, and the trouble is raised at the end."""
    house = House()
    feed = guarded(house)
    await house.checker.check(CheckRequest(feed.ref, BILLING, "test"))
    await house.pump(within=timedelta(minutes=1))
    house.queue.faults.fail("put", UpstreamUnavailable("too large", service="queues"))
    with pytest.raises(UpstreamUnavailable):
        await house.notices.relay()
    assert len(house.queue.take(QueueName.NOTICES)) == 1
    assert await house.notices.relay() == 1


async def test_what_belongs_to_no_feed_is_shown_for_a_day() -> None:
    """And feeds that are gone are forgotten with the next sweep."""
    house = House()
    feed = guarded(house)
    await house.setbacks.remember(None, "a message was not readable")
    await house.setbacks.remember(replace(feed.ref, feed_id="gone"), "given up")
    await house.sweeper.begin()
    assert list(await house.setbacks.all()) == ["organization"]
    house.clock.advance(timedelta(days=2))
    assert await house.setbacks.all() == {}


async def test_an_abandoned_walk_shows_until_the_feed_is_swept() -> None:
    """Remembered with its feed, and forgotten when a sweep of that feed ends well."""
    house = House()
    feed = guarded(house)
    request = SweepRequest(SweepKind.EVERY_PACKAGE, "test", feed=feed.ref)
    await house.abandoner.abandon_sweep(request.text())
    (why,) = (await house.setbacks.all()).values()
    assert "every-package" in why
    await house.walker.take(request)
    assert await house.setbacks.all() == {}


@pytest.mark.parametrize("queue", ["check", "sweep"])
async def test_an_unreadable_message_is_not_dropped_silently(queue: str) -> None:
    """It cannot be handled, but readiness says that there was one."""
    house = House()
    abandon = house.abandoner.abandon_check if queue == "check" else house.abandoner.abandon_sweep
    await abandon("\x00 not ours")
    assert "organization" in await house.setbacks.all()


async def test_setbacks_survive_a_second_writer_and_a_spoilt_row() -> None:
    """A lost race is tried again; too many are an error; what cannot be read says so."""
    house = House()
    house.cursors.faults.fail("save", StaleWrite("changed meanwhile"), times=2)
    await house.setbacks.remember(None, "first")
    house.cursors.faults.fail("save", StaleWrite("changed meanwhile"), times=5)
    with pytest.raises(StaleWrite):
        await house.setbacks.remember(None, "second")
    for spoilt in ("{", "[" * 100_000):
        row = await house.cursors.read("setbacks")
        await house.cursors.save("setbacks", spoilt, replaces=row)
        assert "unreadable" in await house.setbacks.all()


def readiness(house: House) -> Readiness:
    """Build the use case."""
    return house.readiness


async def test_all_well() -> None:
    """Every dependency answers."""
    house = House()
    guarded(house)
    report = await readiness(house).report()
    assert all(finding.ok for finding in report.values())
    assert set(report) == {
        "tables",
        "queues",
        "azure-devops",
        "organization-policy",
        "walks",
        "registries",
        "letters",
        "approvals",
        "hooks",
        "canary",
    }


async def test_how_each_registry_is_known_is_told() -> None:
    """What is followed, what is asked for by name and why, and what may have been lost."""
    house = House()
    guarded(house)
    lost = Standing(house.clock(), None, house.clock(), losses=2, loss="2026-01-02 03:04Z the sequence was reset")
    house.standings = FollowedStandings(house.cursors, house.clock, lost)
    finding = (await readiness(house).report())["registries"]
    assert finding.ok
    assert "npm https://npm.example.test: followed" in finding.detail
    assert "2 times changes may have been lost, last 2026-01-02 03:04Z the sequence was reset" in finding.detail


@pytest.mark.parametrize(
    ("standing", "may_ask", "ok", "words"),
    [
        (Standing(), True, False, "is being read"),
        (Standing(complete_at=START - timedelta(days=1), followed_at=START - timedelta(hours=1)), True, False, "hour"),
        (Standing(by_name="NPM_REPLICATION_URL is not set"), True, True, "in rounds (NPM_REPLICATION_URL is not set)"),
        (Standing(by_name="NPM_REPLICATION_URL is not set"), False, True, "`never`"),
        (Standing(by_name="no list", unanswered=7), True, False, "7 names got no answer"),
    ],
)
async def test_a_registry_that_is_not_wholly_known_says_so(
    standing: Standing, words: str, *, may_ask: bool, ok: bool
) -> None:
    """Each way of not knowing in its own words."""
    house = House()
    guarded(house)
    house.standings = FollowedStandings(house.cursors, house.clock, standing)
    house.lookup = replace(house.lookup, may_ask_by_name=may_ask)
    finding = (await readiness(house).report())["registries"]
    assert finding.ok is ok
    assert words in finding.detail


async def test_each_missing_dependency_is_named() -> None:
    """Which one is not there, and what to do about it."""
    house = House()
    house.service.policy = OrganizationPolicy.OFF
    house.cursors.faults.fail("read", UpstreamUnavailable("no answer", service="tables"), times=None)
    house.queue.faults.fail("waiting", UpstreamUnavailable("no answer", service="queues"), times=None)
    report = await readiness(house).report()
    # No feed is visible, so none pulls from a registry.
    assert {name for name, finding in report.items() if not finding.ok} == set(report) - {
        "registries",
        "letters",
        "approvals",
        "canary",
    }
    assert "turn it on" in report["organization-policy"].detail
    assert report["azure-devops"] == Finding(ok=False, detail="no feed is visible: give the identity a role")


async def test_the_queue_names_are_told() -> None:
    """Readiness says how much waits where."""
    house = House()
    guarded(house)
    await house.queue.put(QueueName.NOTICES, "x")
    assert "notices: 1" in (await readiness(house).report())["queues"].detail
