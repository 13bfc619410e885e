"""The whole port against a simulated Azure DevOps, over real HTTP and the HTTP client of production."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.adapters.azure_devops import packages_wire
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import OrganizationPolicy, Proof, UpstreamingBehavior
from shared.domain.feeds import Feed, FeedRef, UpstreamKind
from shared.domain.names import PackageName
from shared.domain.versions import FeedVersion, Origin
from shared.ports import ListedPackage
from tests.adapters.azure_devops.simulated import Simulated

_BILLING = PackageName.of(Ecosystem.NPM, "billing")
_LEDGER = PackageName.of(Ecosystem.NPM, "@acme/ledger")
_TOOLS = PackageName.of(Ecosystem.PYPI, "Acme_Tools.x")
_SWITCHES = [
    _BILLING,
    _LEDGER,
    _TOOLS,
    PackageName.of(Ecosystem.NUGET, "Acme.Core"),
    PackageName.of(Ecosystem.MAVEN, "test.acme:billing"),
    PackageName.of(Ecosystem.CARGO, "acme-codec"),
]


async def _held(acme: Simulated, feed: Feed, name: PackageName) -> tuple[FeedVersion, ...]:
    package = await acme.feeds.find_package(feed, name)
    assert package is not None
    return await acme.feeds.versions(feed, package)


async def test_feeds_of_all_scopes_are_listed(acme: Simulated) -> None:
    """With their sources: public, internal to a feed of ours, disabled; a deleted one is none any more."""
    by_name = {feed.name: feed for feed in await acme.feeds.feeds()}
    core, shared, archive = (by_name[name] for name in ("core", "shared", "archive"))
    assert (core.title, shared.title) == ("Zürich Office 50%/core", "shared")
    assert (core.enabled, archive.enabled) == (True, False)
    assert shared.ref == FeedRef("acme", None, shared.ref.feed_id)
    sources = {source.name: source for source in core.upstreams}
    assert list(sources) == ["public npm", "public python", "shared@Local", "off"]
    assert (sources["public npm"].kind, sources["public npm"].location) == (UpstreamKind.PUBLIC, f"{acme.npm}/")
    assert sources["public python"].ecosystem is Ecosystem.PYPI
    assert (sources["shared@Local"].kind, sources["shared@Local"].feed) == (UpstreamKind.INTERNAL, shared.ref)
    assert (sources["off"].ecosystem, sources["off"].enabled) == (Ecosystem.MAVEN, False)


async def test_one_feed_reads_the_same_as_in_the_list(acme: Simulated) -> None:
    """Also for a client that never saw the list, which needs it once to know which feeds are ours."""
    core = await acme.feed()
    assert await acme.client("sample-pat-guard").feed(core.ref) == core


async def test_packages_with_what_they_may_hold(acme: Simulated) -> None:
    """What came through a deleted source is known to be external; Universal packages are passed over."""
    page = await acme.feeds.packages(await acme.feed(), skip=0)
    assert {str(row.name): (row.maybe_internal, row.maybe_external) for row in page.packages} == {
        "npm:billing": (True, False),
        "npm:@acme/ledger": (True, False),
        "npm:mixed": (True, True),
        "npm:saved": (False, True),
        "pypi:Acme_Tools.x": (True, False),
        "nuget:Acme.Core": (True, False),
        "maven:test.acme:billing": (True, False),
        "cargo:acme-codec": (True, False),
    }
    assert (page.refused, page.next_skip) == ((), None)


async def test_a_large_feed_is_walked_page_by_page(acme: Simulated) -> None:
    """Every package once; one whose name is part of many others is found behind them."""
    core = await acme.feed()
    await acme.in_core("generate", packages={"protocol": "npm", "count": 2300, "pattern": "part-{number}"})
    await acme.in_core("publish", protocol="npm", name="part", version="1.0.0")
    seen: list[str] = []
    for skip, following in ((0, 1000), (1000, 2000), (2000, None)):
        page = await acme.feeds.packages(core, skip=skip)
        seen += [row.name.spelling for row in page.packages]
        assert page.next_skip == following
    assert (len(seen), len(set(seen))) == (2309, 2309)
    found = await acme.feeds.find_package(core, PackageName.of(Ecosystem.NPM, "part"))
    assert found is not None
    assert found.name.spelling == "part"


async def test_a_fat_feed_is_walked_in_pieces(acme: Simulated, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that are too large come in smaller ones, to the last package, and one fat package stops nothing."""
    core = await acme.feed()
    await acme.in_core("generate", packages={"protocol": "npm", "count": 120, "pattern": "part-{number}"})
    for number in range(60):
        await acme.in_core("publish", protocol="npm", name="fat", version=f"1.0.{number}")
    whole = await acme.feeds.packages(core, skip=0)
    monkeypatch.setattr(packages_wire, "PAGE_ANSWER", 8_000)
    seen: list[ListedPackage] = []
    skip: int | None = 0
    while skip is not None:
        page = await acme.feeds.packages(core, skip=skip)
        seen, skip = [*seen, *page.packages], page.next_skip
    assert [row.name for row in seen] == [row.name for row in whole.packages]
    [fat] = [row for row in seen if row.name.spelling == "fat"]
    assert (fat.maybe_internal, fat.maybe_external) == (True, True)


@pytest.mark.parametrize("spelling", ["Acme_Tools.x", "acme-tools-x", "ACME.TOOLS_X"])
async def test_a_package_is_found_in_every_spelling(acme: Simulated, spelling: str) -> None:
    """And comes back in the feed's own."""
    found = await acme.feeds.find_package(await acme.feed(), PackageName.of(Ecosystem.PYPI, spelling))
    assert found is not None
    assert found.name.spelling == "Acme_Tools.x"


async def test_a_package_that_is_not_there_is_not_found(acme: Simulated) -> None:
    """Nor one of that name in another ecosystem."""
    core = await acme.feed()
    assert await acme.feeds.find_package(core, PackageName.of(Ecosystem.NPM, "bill")) is None
    assert await acme.feeds.find_package(core, PackageName.of(Ecosystem.PYPI, "billing")) is None


async def test_origins_through_all_kinds_of_sources(acme: Simulated) -> None:
    """Pushed here, from outside, from another feed, from outside through another feed, through a deleted source."""
    held = await _held(acme, await acme.feed(), PackageName.of(Ecosystem.NPM, "mixed"))
    assert {version.version: (version.origin, version.deleted) for version in held} == {
        "1.0.0": (Origin.INTERNAL, False),
        "1.1.0": (Origin.EXTERNAL, False),
        "1.2.0": (Origin.INTERNAL, False),
        "1.3.0": (Origin.EXTERNAL, False),
        "1.4.0": (Origin.EXTERNAL, False),
        "0.9.0": (Origin.INTERNAL, True),
    }
    assert all(version.published_at is not None and version.published_at.tzinfo for version in held)


async def test_changes_are_followed_from_the_beginning(acme: Simulated) -> None:
    """In batches, to the end; then only what is new, deletions too."""
    core = await acme.feed()
    await acme.in_core("generate", packages={"protocol": "npm", "count": 2100, "pattern": "part-{number}"})
    token, seen = None, set[str]()
    for exhausted in (False, False, True):
        page = await acme.feeds.package_changes(core, token=token)
        assert page.exhausted is exhausted
        token = page.token
        seen |= {str(row.name) for row in page.packages}
    assert len(seen) == 2108
    await acme.in_core("publish", protocol="npm", name="fresh", version="1.0.0")
    await acme.in_core("delete", protocol="npm", name="billing", version="1.0.0")
    page = await acme.feeds.package_changes(core, token=token)
    assert {row.name.spelling for row in page.packages} == {"fresh", "billing"}
    after = await acme.feeds.package_changes(core, token=page.token)
    assert (after.packages, after.token, after.exhausted) == ((), page.token, True)


@pytest.mark.parametrize(("feed_name", "status"), [("core", 200), ("shared", 202), ("core", 204)])
async def test_the_switch_of_every_protocol(acme: Simulated, feed_name: str, status: int) -> None:
    """In a project and in the organization, whatever the status of success; the package need not be there."""
    feed = await acme.feed(feed_name)
    await acme.control("settings", set_upstreaming_status=status)
    for name in _SWITCHES:
        await _open_and_close(acme, feed, name)


async def _open_and_close(acme: Simulated, feed: Feed, name: PackageName) -> None:
    assert await acme.feeds.get_upstreaming_behavior(feed, name) is UpstreamingBehavior.AUTO
    await acme.feeds.allow_external_versions(feed, name)
    assert await acme.feeds.get_upstreaming_behavior(feed, name) is UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS
    for _ in range(2):
        await acme.feeds.clear_upstreaming_behavior(feed, name)
        assert await acme.feeds.get_upstreaming_behavior(feed, name) is UpstreamingBehavior.AUTO
    told = next(one for one in acme.world.organizations[0].feeds if one.name == feed.name)
    assert [change.value for change in told.own_switch(name.ecosystem.value, name.spelling).history] == [
        "allowExternalVersions",
        "auto",
    ]


async def test_the_policy_is_on_or_off(acme: Simulated) -> None:
    """Told again after a while."""
    assert await acme.feeds.organization_policy() is OrganizationPolicy.ON
    await acme.control("policy", protection=False)
    assert await acme.feeds.organization_policy() is OrganizationPolicy.ON
    acme.clock.advance(timedelta(minutes=5))
    assert await acme.feeds.organization_policy() is OrganizationPolicy.OFF


@pytest.mark.parametrize("name", [_LEDGER, _TOOLS], ids=str)
async def test_the_proof_follows_what_clients_would_get(acme_online: Simulated, name: PackageName) -> None:
    """Through the switch, its propagation, and the organization's policy."""
    core = await acme_online.feed()
    held = await _held(acme_online, core, name)
    assert await acme_online.feeds.proof(core, name, held) is Proof.HOLDS
    await acme_online.publish_outside(acme_online.npm if name is _LEDGER else acme_online.pypi, name.spelling, "99.0")
    assert await acme_online.feeds.proof(core, name, held) is Proof.HOLDS
    await acme_online.feeds.allow_external_versions(core, name)
    assert await acme_online.feeds.proof(core, name, held) is Proof.LEAKS
    await acme_online.control("settings", propagation_seconds=3 * 60 * 60)
    await acme_online.feeds.clear_upstreaming_behavior(core, name)
    assert await acme_online.feeds.proof(core, name, held) is Proof.LEAKS
    await acme_online.control("clock", advance_seconds=3 * 60 * 60 + 1)
    assert await acme_online.feeds.proof(core, name, held) is Proof.HOLDS
    await acme_online.control("policy", protection=False)
    assert await acme_online.feeds.proof(core, name, held) is Proof.LEAKS


async def test_an_internal_version_of_another_feed_is_no_leak(acme_online: Simulated) -> None:
    """Feed `shared` holds billing 1.5.0, which `core` rightly offers, too."""
    core = await acme_online.feed()
    held = await _held(acme_online, core, _BILLING)
    assert await acme_online.feeds.proof(core, _BILLING, held) is Proof.HOLDS
    await acme_online.publish_outside(acme_online.npm, "billing", "99.0.0")
    await acme_online.feeds.allow_external_versions(core, _BILLING)
    assert await acme_online.feeds.proof(core, _BILLING, held) is Proof.LEAKS


async def test_no_proof_where_none_can_be_had(acme_online: Simulated) -> None:
    """No index that is read, no such package, an index in trouble."""
    core = await acme_online.feed()
    assert await acme_online.feeds.proof(core, PackageName.of(Ecosystem.NUGET, "Acme.Core"), ()) is Proof.UNAVAILABLE
    assert await acme_online.feeds.proof(core, PackageName.of(Ecosystem.NPM, "nobody"), ()) is Proof.UNKNOWN
    await acme_online.control("faults", path="*/_packaging/*", html=True)
    for name in (_LEDGER, _TOOLS):
        assert await acme_online.feeds.proof(core, name, ()) is Proof.UNKNOWN


async def test_addresses_arrive_as_they_were_encoded(acme_online: Simulated) -> None:
    """The HTTP client of production decodes no slash; that it writes its escapes in capitals means the same."""
    core = await acme_online.feed()
    await acme_online.feeds.proof(core, _LEDGER, ())
    await acme_online.feeds.get_upstreaming_behavior(core, _LEDGER)
    below = f"/acme/{core.ref.project_id}"
    assert f"{below}/_packaging/{core.ref.feed_id}/npm/registry/@acme%2Fledger" in acme_online.asked()
    assert (
        f"{below}/_apis/packaging/feeds/{core.ref.feed_id}/npm/packages/@acme/ledger/upstreaming" in acme_online.asked()
    )
