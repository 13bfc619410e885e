"""The scripted feeds behave as the port says, since every use case is tested against them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import OrganizationPolicy, Proof, UpstreamingBehavior
from shared.domain.feeds import Feed
from shared.domain.names import PackageName
from shared.domain.versions import FeedVersion, Origin
from shared.errors import FeedNotFound, PermissionMissing, UnexpectedAnswer, UpstreamUnavailable
from shared.ports import FetchOutcome, ListedPackage
from tests.fakes import FakeFeedService, internal_source, public_source

_NAME = PackageName.of(Ecosystem.NPM, "@contoso/payments")
_TROUBLE = UpstreamUnavailable("busy", service="fake")
_ALLOW = UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS


@pytest.fixture
def service() -> FakeFeedService:
    """Return an organization without feeds."""
    return FakeFeedService()


@pytest.fixture
def feed(service: FakeFeedService) -> Feed:
    """Return a feed with one internal package whose name is taken outside, the switch open."""
    feed = service.world.add_feed("packages", project="payments")
    service.world.add_package(feed, _NAME, internal=("1.0.0",), behavior=_ALLOW)
    service.world.publish(_NAME, "99.0.0")
    return feed


async def _proof(service: FakeFeedService, feed: Feed) -> Proof:
    package = await service.find_package(feed, _NAME)
    assert package is not None
    return await service.proof(feed, _NAME, await service.versions(feed, package))


async def test_attack_succeeds_before_and_fails_after(service: FakeFeedService, feed: Feed) -> None:
    """An open switch leaks, a cleared one holds."""
    assert await _proof(service, feed) is Proof.LEAKS
    await service.clear_upstreaming_behavior(feed, _NAME)
    assert await service.get_upstreaming_behavior(feed, _NAME) is UpstreamingBehavior.AUTO
    assert await _proof(service, feed) is Proof.HOLDS


async def test_change_may_be_slow_to_settle(service: FakeFeedService, feed: Feed) -> None:
    """The switch reads back at once, and the feed serves by it later."""
    service.slow_to_settle = True
    await service.clear_upstreaming_behavior(feed, _NAME)
    assert await service.get_upstreaming_behavior(feed, _NAME) is UpstreamingBehavior.AUTO
    assert await _proof(service, feed) is Proof.LEAKS
    service.world.settle()
    assert await _proof(service, feed) is Proof.HOLDS


async def test_auto_needs_the_policy_and_a_live_internal_version(service: FakeFeedService, feed: Feed) -> None:
    """`auto` is not a block."""
    await service.clear_upstreaming_behavior(feed, _NAME)
    service.policy = OrganizationPolicy.OFF
    assert await _proof(service, feed) is Proof.LEAKS
    service.policy = OrganizationPolicy.ON
    service.world.add_package(feed, _NAME, internal=("1.0.0",), deleted=("1.0.0",))
    assert await _proof(service, feed) is Proof.LEAKS


@pytest.mark.parametrize("closed", ["no source", "source disabled", "feed's upstreams disabled", "internal source"])
async def test_feed_without_a_way_outside_leaks_nothing(service: FakeFeedService, feed: Feed, closed: str) -> None:
    """Only an enabled public source of an enabled feed lets anything in."""
    other = service.world.add_feed("other")
    changed = {
        "no source": replace(feed, upstreams=()),
        "source disabled": replace(feed, upstreams=(public_source(Ecosystem.NPM, enabled=False),)),
        "feed's upstreams disabled": replace(feed, upstream_enabled=False),
        "internal source": replace(feed, upstreams=(internal_source(Ecosystem.NPM, other),)),
    }[closed]
    service.world.put_feed(changed)
    assert await _proof(service, feed) is Proof.HOLDS


async def test_scripted_proof_wins(service: FakeFeedService, feed: Feed) -> None:
    """A test may say what the proof is."""
    service.world.held(feed, _NAME).proof = Proof.UNAVAILABLE
    assert await _proof(service, feed) is Proof.UNAVAILABLE


async def test_trouble_never_leaves_where_the_port_promises_a_value(service: FakeFeedService, feed: Feed) -> None:
    """Policy and proof become unknown; everything else raises, as often as scripted."""
    for method in ("organization_policy", "proof", "versions"):
        service.faults.fail(method, _TROUBLE)
    assert await service.organization_policy() is OrganizationPolicy.UNKNOWN
    assert await service.proof(feed, _NAME, ()) is Proof.UNKNOWN
    with pytest.raises(UpstreamUnavailable):
        await _proof(service, feed)
    assert await _proof(service, feed) is Proof.LEAKS
    assert service.faults.count("versions") == 2


async def test_lost_answer_comes_after_the_work(service: FakeFeedService, feed: Feed) -> None:
    """The switch is set although the caller hears of a failure."""
    service.faults.fail("clear_upstreaming_behavior", _TROUBLE, feed=feed.ref, name=_NAME, after=True)
    with pytest.raises(UpstreamUnavailable):
        await service.clear_upstreaming_behavior(feed, _NAME)
    assert await service.get_upstreaming_behavior(feed, _NAME) is UpstreamingBehavior.AUTO


async def test_faults_hit_what_they_name_until_healed(service: FakeFeedService, feed: Feed) -> None:
    """A fault of another feed passes by; one without a number of times stays."""
    other = service.world.add_feed("other")
    service.faults.fail("feed", _TROUBLE, feed=other.ref, times=None)
    assert await service.feed(feed.ref) == feed
    for _ in range(3):
        with pytest.raises(UpstreamUnavailable):
            await service.feed(other.ref)
    service.faults.heal()
    assert await service.feed(other.ref) == other


async def test_who_is_no_owner_may_not_touch_the_switch(service: FakeFeedService, feed: Feed) -> None:
    """Neither read nor set."""
    service.owner = False
    for touch in (
        service.get_upstreaming_behavior,
        service.allow_external_versions,
        service.clear_upstreaming_behavior,
    ):
        with pytest.raises(PermissionMissing):
            await touch(feed, _NAME)
    assert service.world.held(feed, _NAME).behavior is _ALLOW


async def test_disabled_and_deleted_feeds(service: FakeFeedService, feed: Feed) -> None:
    """A disabled feed is listed and refuses everything; a deleted one is not found."""
    service.world.put_feed(replace(feed, enabled=False))
    [listed] = await service.feeds()
    assert not listed.enabled
    with pytest.raises(UnexpectedAnswer):
        await service.packages(listed, skip=0)
    service.world.remove_feed(feed)
    with pytest.raises(FeedNotFound):
        await service.feed(feed.ref)


async def test_pages_and_changes(service: FakeFeedService, feed: Feed) -> None:
    """Lists are paged; changes name each package once a page, until nothing comes after the token."""
    service.page_size = 2
    names = [PackageName.of(Ecosystem.NPM, f"p{number}") for number in range(3)]
    for name in names:
        service.world.add_package(feed, name, external=("1.0.0",))
    first, last = await service.packages(feed, skip=0), await service.packages(feed, skip=2)
    assert [package.name for package in (*first.packages, *last.packages)] == [_NAME, *names]
    assert (await service.packages(feed, skip=4)).packages == ()
    assert [(package.maybe_internal, package.maybe_external) for package in first.packages] == [
        (True, False),
        (False, True),
    ]
    token: str | None = None
    seen: list[ListedPackage] = []
    while not (page := await service.package_changes(feed, token=token)).exhausted:
        token, seen = page.token, [*seen, *page.packages]
    assert [package.name for package in seen] == [_NAME, *names]
    service.world.add_package(feed, names[0], internal=("2.0.0",))
    again = await service.package_changes(feed, token=token)
    assert [package.name for package in again.packages] == [names[0]]


def _saved(service: FakeFeedService, feed: Feed) -> set[str]:
    return {one.version for one in service.world.held(feed, _NAME).versions if one.origin is Origin.EXTERNAL}


async def test_fetching_saves_exactly_that_version(service: FakeFeedService, feed: Feed) -> None:
    """As an external one that shows as a change; fetching it again changes nothing."""
    service.world.publish(_NAME, "99.1.0")
    before = (await service.package_positions())[feed.ref]
    for _ in range(2):
        assert await service.fetch_version(feed, _NAME, "99.0.0+build.7") is FetchOutcome.FETCHED
    assert service.world.held(feed, _NAME).versions[1:] == [FeedVersion("99.0.0", Origin.EXTERNAL, deleted=False)]
    page = await service.package_changes(feed, token=before)
    assert [package.holds_external for package in page.packages] == [True]
    await service.clear_upstreaming_behavior(feed, _NAME)
    assert await service.fetch_version(feed, _NAME, "99.0.0") is FetchOutcome.FETCHED
    assert await service.fetch_version(feed, _NAME, "99.1.0") is FetchOutcome.NOT_OFFERED


async def test_what_the_feed_does_not_offer_is_not_fetched(service: FakeFeedService, feed: Feed) -> None:
    """No such version outside, a switch that has not taken effect, a number that was deleted, another package."""
    assert await service.fetch_version(feed, _NAME, "98.0.0") is FetchOutcome.NOT_OFFERED
    assert await service.fetch_version(feed, PackageName.of(Ecosystem.NPM, "other"), "1.0") is FetchOutcome.NOT_OFFERED
    service.world.add_package(feed, _NAME, internal=("1.0.0",), external=("99.0.0",), deleted=("99.0.0",))
    service.slow_to_settle = True
    service.world.publish(_NAME, "99.1.0")
    await service.allow_external_versions(feed, _NAME)
    assert await service.fetch_version(feed, _NAME, "99.1.0") is FetchOutcome.NOT_OFFERED
    service.world.settle()
    assert await service.fetch_version(feed, _NAME, "99.0.0") is FetchOutcome.NOT_OFFERED
    assert await service.fetch_version(feed, _NAME, "99.1.0") is FetchOutcome.FETCHED


async def test_fetching_takes_a_collaborator(service: FakeFeedService, feed: Feed) -> None:
    """A reader is refused, and nothing is saved."""
    service.collaborator = False
    with pytest.raises(PermissionMissing):
        await service.fetch_version(feed, _NAME, "99.0.0")
    assert _saved(service, feed) == set()


@pytest.mark.parametrize("name", [(Ecosystem.MAVEN, "test.acme:ledger"), (Ecosystem.CARGO, "ledger")])
async def test_some_ecosystems_cannot_be_fetched(
    service: FakeFeedService, feed: Feed, name: tuple[Ecosystem, str]
) -> None:
    """The same as the real adapter."""
    assert await service.fetch_version(feed, PackageName.of(*name), "1.0") is FetchOutcome.UNSUPPORTED


async def test_an_answer_may_be_lost_after_the_version_was_saved(service: FakeFeedService, feed: Feed) -> None:
    """How a crash looks; before it, nothing is saved."""
    service.faults.fail("fetch_version", _TROUBLE, name=_NAME)
    service.faults.fail("fetch_version", _TROUBLE, name=_NAME, after=True)
    for saved in (set(), {"99.0.0"}):
        with pytest.raises(UpstreamUnavailable):
            await service.fetch_version(feed, _NAME, "99.0.0")
        assert _saved(service, feed) == saved
