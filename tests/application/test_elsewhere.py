"""A name that is internal in one feed of the organization, and may come from outside in another."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.application.elsewhere import Spreader
from shared.application.messages import CheckRequest
from shared.domain.cases import CaseState
from shared.domain.feeds import Feed, FeedRef
from shared.domain.notices import NoticeKind
from shared.domain.policy import Protection
from shared.domain.reasons import Reason
from shared.domain.twins import Presence, PublicTwin
from shared.errors import PermissionMissing, UpstreamUnavailable
from shared.ports import QueueName
from tests.application.house import BILLING, House
from tests.fakes import MemoryNamesIndex, internal_source, public_source

NPM = BILLING.ecosystem


async def two_feeds(house: House, *, upstreams_of_other: bool = True) -> tuple[Feed, Feed]:
    """Set up a feed that holds the package, and another that does not; an attacker took the name."""
    core = house.service.world.add_feed("core", project="Payments")
    house.service.world.add_package(core, BILLING, internal=["1.0.0"])
    await house.names.add(core.ref, [BILLING])
    other = house.service.world.add_feed("apps", upstreams=None if upstreams_of_other else [])
    house.attack(BILLING)
    return core, other


def request(feed: Feed) -> CheckRequest:
    """Ask for a check of the package."""
    return CheckRequest(feed.ref, BILLING, "test")


async def test_a_name_that_is_internal_elsewhere_is_exposed_and_the_remedy_told() -> None:
    """The feed would serve the attacker's package; `Auto` cannot help, so nothing is set."""
    house = House()
    _, other = await two_feeds(house)
    assert await house.checker.check(request(other)) is Protection.EXPOSED
    case = await house.case(other, BILLING)
    assert (case.state, case.reasons) == (CaseState.EXPOSED, (Reason.INTERNAL_ELSEWHERE,))
    assert "internal in Payments/core: add that feed to this one's upstream sources" in case.note
    assert house.service.faults.count("clear_upstreaming_behavior") == 0
    await house.relay()
    (notice,) = house.channel.sent
    assert notice.kind is NoticeKind.INTERNAL_ELSEWHERE
    assert "publish the package here" in notice.facts["note"]
    assert case.pack is not None
    assert case.pack.own.latest_version == "1.0.0"


@pytest.mark.parametrize("remedy", ["upstream", "publish"])
async def test_either_remedy_ends_it(remedy: str) -> None:
    """The feed becomes an upstream source, or an internal version is published here."""
    house = House()
    core, other = await two_feeds(house)
    await house.checker.check(request(other))
    house.clock.advance(timedelta(minutes=1))
    if remedy == "upstream":
        sources = (internal_source(NPM, core), *other.upstreams)
        house.service.world.put_feed(replace(other, upstreams=sources))
        assert await house.checker.check(request(other)) is Protection.NOT_AT_RISK
        assert (await house.case(other, BILLING)).state is CaseState.CLOSED
    else:
        house.service.world.add_package(other, BILLING, internal=["1.0.0"])
        assert await house.checker.check(request(other)) is Protection.PROTECTED
    assert (await house.case(other, BILLING)).note == ""


async def test_no_registry_is_asked_where_nothing_is_internal_anywhere() -> None:
    """One query to the index, and that is all."""
    house = House()
    feed = house.service.world.add_feed("apps")
    house.service.world.add_package(feed, BILLING, external=["4.0.0"])
    house.attack(BILLING)
    assert await house.checker.check(request(feed)) is Protection.NOT_AT_RISK
    assert house.npm.locations == []
    assert await house.register.case(feed.ref, BILLING) is None


async def test_the_index_is_believed_only_after_looking() -> None:
    """It may be over-inclusive: a holder that is gone, that holds nothing, or only public versions, is none."""
    house = House()
    core, other = await two_feeds(house)
    house.service.world.add_package(core, BILLING, external=["99.0.0"])
    await house.names.add(replace(core.ref, feed_id="gone"), [BILLING])
    await house.names.add(house.service.world.add_feed("empty").ref, [BILLING])
    assert await house.checker.check(request(other)) is Protection.NOT_AT_RISK
    assert house.npm.locations == []


async def test_a_holder_that_cannot_be_read_is_not_known() -> None:
    """Neither exposed nor at no risk, and no name is disclosed: asked again, then a case."""
    house = House()
    core, other = await two_feeds(house)
    refusal = PermissionMissing("no role", service="Azure DevOps")
    house.service.faults.fail("find_package", refusal, feed=core.ref, times=None)
    assert await house.checker.check(request(other)) is Protection.UNKNOWN
    await house.pump(within=timedelta(hours=3))
    case = await house.case(other, BILLING)
    assert case.reasons == (Reason.REGISTRY_UNKNOWN, Reason.INTERNAL_ELSEWHERE)
    assert case.note == "whether Payments/core holds an internal version is not known"
    assert house.npm.locations == []


async def test_one_holder_that_proves_it_suffices() -> None:
    """Another one that cannot be read changes nothing, unless it is one that this feed pulls from."""
    house = House()
    _, other = await two_feeds(house)
    hidden = house.service.world.add_feed("hidden", upstreams=[])
    await house.names.add(hidden.ref, [BILLING])
    house.service.faults.fail("find_package", PermissionMissing("no role", service="x"), feed=hidden.ref, times=None)
    assert await house.checker.check(request(other)) is Protection.EXPOSED
    house.service.world.put_feed(replace(other, upstreams=(*other.upstreams, internal_source(NPM, hidden))))
    house.clock.advance(timedelta(minutes=1))
    assert await house.checker.check(request(other)) is Protection.UNKNOWN


async def test_an_outage_puts_the_check_off() -> None:
    """Azure DevOps answers 503 for the holder: the check comes again, and finds it."""
    house = House()
    core, other = await two_feeds(house)
    house.service.faults.fail("find_package", UpstreamUnavailable("503", service="Azure DevOps"), feed=core.ref)
    assert await house.checker.check(request(other)) is None
    await house.pump(within=timedelta(minutes=1))
    assert (await house.case(other, BILLING)).protection is Protection.EXPOSED


async def test_what_is_not_served_is_no_risk() -> None:
    """No public upstream, or nothing public under the name: no case."""
    house = House()
    _, other = await two_feeds(house, upstreams_of_other=False)
    assert await house.checker.check(request(other)) is Protection.NOT_AT_RISK
    house = House()
    _, other = await two_feeds(house)
    house.npm.put(BILLING, PublicTwin(Presence.ABSENT))
    assert await house.checker.check(request(other)) is Protection.NOT_AT_RISK
    assert await house.register.case(other.ref, BILLING) is None


async def test_a_saved_external_version_is_served_though_its_public_package_is_gone() -> None:
    """What the attacker left behind is exposed, with nothing public and no public upstream left."""
    house = House()
    _, other = await two_feeds(house, upstreams_of_other=False)
    house.service.world.add_package(other, BILLING, external=["99.0.0"])
    assert await house.checker.check(request(other)) is Protection.EXPOSED
    case = await house.case(other, BILLING)
    assert case.reasons == (Reason.INTERNAL_ELSEWHERE, Reason.SAVED_EXTERNAL_VERSIONS)


async def test_a_saved_external_version_is_served_beside_what_an_upstream_feed_offers() -> None:
    """The remedy came too late for what was saved: deleting that ends it."""
    house = House()
    core, other = await two_feeds(house)
    house.service.world.put_feed(replace(other, upstreams=(*other.upstreams, internal_source(NPM, core))))
    house.service.world.add_package(other, BILLING, external=["99.0.0"])
    assert await house.checker.check(request(other)) is Protection.EXPOSED
    assert "delete them" in (await house.case(other, BILLING)).note
    house.service.world.add_package(other, BILLING, external=["99.0.0"], deleted=["99.0.0"])
    assert await house.checker.check(request(other)) is Protection.NOT_AT_RISK
    assert (await house.case(other, BILLING)).state is CaseState.CLOSED


async def test_a_collision_has_the_other_feeds_checked() -> None:
    """Those that would serve the name from outside: not holders, not those that pull from one, not closed ones."""
    house = House()
    core, other = await two_feeds(house)
    world = house.service.world
    pulling = world.add_feed("pulling", upstreams=[internal_source(NPM, core), public_source(NPM)])
    world.add_feed("closed", upstreams=[public_source(NPM, enabled=False)])
    world.add_feed("disabled", enabled=False)
    await house.checker.check(request(core))
    texts = house.queue.visible(QueueName.PACKAGE_CHECKS)
    assert [CheckRequest.of(text).feed for text in texts] == [other.ref]
    assert "internal in Payments/core, and public" in CheckRequest.of(texts[0]).cause
    await house.pump()
    assert (await house.case(other, BILLING)).protection is Protection.EXPOSED
    assert await house.register.case(pulling.ref, BILLING) is None


def checks(house: House) -> list[FeedRef]:
    """Take the queued checks; return the feeds that they are of."""
    return [CheckRequest.of(text).feed for text in house.queue.take(QueueName.PACKAGE_CHECKS)]


@pytest.mark.parametrize("stale", ["own", "upstream"])
@pytest.mark.parametrize("left", ["nothing", "deleted", "external", "hidden"])
async def test_a_row_that_is_not_true_any_more_hides_nothing(stale: str, left: str) -> None:
    """The feed held the name once, or pulls from one that did: it is checked, and found exposed."""
    house = House()
    core, other = await two_feeds(house)
    world = house.service.world
    gone = other if stale == "own" else world.add_feed("archive", project="Payments", upstreams=[])
    await house.names.add(gone.ref, [BILLING])
    if gone is not other:
        world.put_feed(replace(other, upstreams=(internal_source(NPM, gone), public_source(NPM))))
    if left == "deleted":
        world.add_package(gone, BILLING, internal=["0.9.0"], deleted=["0.9.0"])
    elif left == "external":
        world.add_package(gone, BILLING, external=["99.0.0"])
    elif left == "hidden":
        refusal = PermissionMissing("no role", service="Azure DevOps")
        house.service.faults.fail("find_package", refusal, feed=gone.ref, times=1)
    await house.checker.check(request(core))
    assert checks(house) == [other.ref]
    assert await house.checker.check(request(other)) is Protection.EXPOSED


async def test_true_holders_are_proved_once_and_left_out() -> None:
    """Two calls for a holder, however many feeds pull from it; the feed whose check this is needs none."""
    house = House()
    core, other = await two_feeds(house)
    world = house.service.world
    second = world.add_feed("second", upstreams=[public_source(NPM)])
    world.add_package(second, BILLING, internal=["1.1.0"])
    await house.names.add(second.ref, [BILLING])
    for number in range(5):
        world.add_feed(f"pulling-{number}", upstreams=[internal_source(NPM, second), public_source(NPM)])
        world.add_feed(f"of-core-{number}", upstreams=[internal_source(NPM, core), public_source(NPM)])
    calls = house.service.faults
    assert await spread(house, core) == 1
    assert checks(house) == [other.ref]
    assert (calls.count("find_package"), calls.count("versions"), calls.count("feed")) == (1, 1, 0)


async def test_nothing_is_looked_into_where_nothing_would_be_left_out() -> None:
    """A stale row of a feed that nobody pulls from, that is closed to the outside, or that has its open case."""
    house = House()
    core, other = await two_feeds(house)
    lonely = house.service.world.add_feed("lonely", upstreams=[])
    await house.names.add(lonely.ref, [BILLING])
    await house.names.add(replace(core.ref, feed_id="gone"), [BILLING])
    assert await spread(house, core) == 1
    assert house.service.faults.count("find_package") == 0
    await house.pump()
    assert (await house.case(other, BILLING)).protection is Protection.EXPOSED
    await house.names.add(other.ref, [BILLING])
    before = house.service.faults.count("find_package")
    assert await spread(house, core) == 0
    assert house.service.faults.count("find_package") == before


async def test_an_outage_of_a_doubtful_holder_hides_nobody() -> None:
    """What could not be asked is not proved: the check comes again when Azure DevOps is back."""
    house = House()
    core, other = await two_feeds(house)
    third = house.service.world.add_feed("third")
    await house.names.add(other.ref, [BILLING])
    outage = UpstreamUnavailable("503", service="Azure DevOps")
    house.service.faults.fail("find_package", outage, feed=other.ref, times=1)
    assert await spread(house, core) == 2
    assert set(checks(house)) == {other.ref, third.ref}


async def spread(house: House, feed: Feed) -> int:
    """Spread a collision of the package in one feed."""
    return await Spreader(house.book, house.names, house.register, house.queue).spread(feed, BILLING)


async def test_a_holder_that_no_walk_has_met_yet_is_found() -> None:
    """A delivery told of the package; the index hears of it before the other feeds' checks look there."""
    house = House()
    core, other = await two_feeds(house)
    house.names = MemoryNamesIndex()
    await house.checker.check(request(core))
    await house.pump()
    assert (await house.case(other, BILLING)).protection is Protection.EXPOSED


async def test_checks_do_not_beget_each_other() -> None:
    """Neither the other feed's check nor a second one of the first spreads again, once there is a case."""
    house = House()
    core, other = await two_feeds(house)
    await house.checker.check(request(core))
    await house.pump(within=timedelta(hours=5), rounds=60)
    await house.checker.check(request(core))
    await house.checker.check(request(other))
    assert house.queue.visible(QueueName.PACKAGE_CHECKS) == []


async def test_a_feed_without_a_way_out_spreads_what_a_registry_tells() -> None:
    """It has no collision of its own, but its name turned up outside, where other feeds pull from."""
    house = House()
    core, other = await two_feeds(house)
    house.service.world.put_feed(replace(core, upstreams=()))
    assert await house.checker.check(replace(request(core), expects_twin=True)) is Protection.NOT_AT_RISK
    await house.pump()
    assert (await house.case(other, BILLING)).protection is Protection.EXPOSED


async def test_what_cannot_be_spread_now_does_not_undo_the_check() -> None:
    """The list of feeds is not to be had: the collision is recorded, and the next sweep's check spreads it."""
    house = House()
    core, other = await two_feeds(house)
    house.service.faults.fail("feeds", UpstreamUnavailable("503", service="Azure DevOps"))
    assert await house.checker.check(request(core)) is Protection.PROTECTED
    assert house.queue.visible(QueueName.PACKAGE_CHECKS) == []
    await house.checker.check(request(core))
    await house.pump()
    assert (await house.case(other, BILLING)).protection is Protection.EXPOSED


async def test_many_collisions_list_the_feeds_once() -> None:
    """A sweep of a feed may find thousands of them."""
    house = House()
    core, _ = await two_feeds(house)
    checker = house.checker
    for _ in range(5):
        await checker.check(request(core))
    assert house.service.faults.count("feeds") == 1
    house.clock.advance(timedelta(minutes=6))
    await checker.check(request(core))
    assert house.service.faults.count("feeds") == 2
