"""The real client against simulated registries of NuGet, Maven and Cargo: nothing in between is faked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

import pytest

from local.simulators.cargo_registry import cargo_registry_app, new_cargo_registry
from local.simulators.cargo_registry_control import cargo_actions
from local.simulators.faults import Fault
from local.simulators.maven_registry import maven_registry_app, new_maven_registry
from local.simulators.maven_registry_control import maven_actions
from local.simulators.nuget_registry import new_nuget_registry, nuget_registry_app
from local.simulators.nuget_registry_control import nuget_actions
from shared.domain.ecosystems import Ecosystem
from shared.domain.twins import Presence, PublicTwin
from tests.adapters.registries.basics import basics
from tests.adapters.registries.simulated import NOW, Hands, World, world


@pytest.fixture
async def cargo() -> AsyncIterator[World]:
    """Run an empty Cargo index."""
    clock = Hands()
    registry = new_cargo_registry(clock)
    async with world(cargo_registry_app(registry), cargo_actions(registry), Ecosystem.CARGO, clock) as running:
        yield running


@pytest.fixture
async def maven() -> AsyncIterator[World]:
    """Run an empty Maven repository."""
    clock = Hands()
    registry = new_maven_registry(clock)
    async with world(maven_registry_app(registry), maven_actions(registry), Ecosystem.MAVEN, clock) as running:
        yield running


@pytest.fixture
async def nuget() -> AsyncIterator[World]:
    """Run an empty NuGet registry."""
    clock = Hands()
    registry = new_nuget_registry(clock)
    async with world(nuget_registry_app(registry), nuget_actions(registry), Ecosystem.NUGET, clock) as running:
        yield running


async def _ask(place: World, spelling: str) -> PublicTwin:
    """Ask at the location as Azure writes it."""
    locations = {
        Ecosystem.CARGO: f"sparse+{place.url}/",
        Ecosystem.MAVEN: f"{place.url}/maven2/",
        Ecosystem.NUGET: f"{place.url}/v3/index.json",
    }
    return await place.look_up(spelling, location=locations[place.ecosystem])


@pytest.mark.parametrize("spelling", ["a", "ab", "abc", "acme"])
async def test_cargo_present(cargo: World, spelling: str) -> None:
    """Whatever the name's length; with its first day, and its newest version that is not yanked."""
    cargo.tell("publish", name=spelling, version="1.0.0")
    cargo.tell("publish", name=spelling, version="99.0.0", published_at=NOW + timedelta(days=1))
    cargo.tell("publish", name=spelling, version="100.0.0", dated=False)
    cargo.tell("yank", name=spelling, version="100.0.0")
    assert await _ask(cargo, spelling) == PublicTwin(
        Presence.PRESENT,
        first_published=NOW,
        latest_version="99.0.0",
        latest_published=NOW + timedelta(days=1),
        releases=3,
        withdrawn=1,
        name=spelling,
    )


async def test_cargo_in_another_spelling(cargo: World) -> None:
    """The index knows the published spelling only, and it is the same crate."""
    cargo.tell("publish", name="Acme_Billing", version="1.0.0")
    assert (await _ask(cargo, "acme-billing")).presence is Presence.PRESENT
    assert cargo.asked() == ["/ac/me/acme-billing", "/ac/me/acme_billing"]


async def test_cargo_absent_yanked_blocked_removed(cargo: World) -> None:
    """Absent is what no spelling has; a crate whose versions are all yanked keeps its name."""
    assert await _ask(cargo, "acme-billing") == PublicTwin(Presence.ABSENT)
    cargo.tell("publish", name="acme-billing", version="1.0.0")
    cargo.tell("yank", name="acme-billing", version="1.0.0")
    assert (await _ask(cargo, "acme-billing")).presence is Presence.TOMBSTONE
    cargo.tell("remove", name="acme-billing")
    assert (await _ask(cargo, "acme-billing")).presence is Presence.ABSENT
    cargo.tell("block", name="acme-billing", status=451)
    assert (await _ask(cargo, "acme-billing")).presence is Presence.ABSENT
    assert cargo.asked().count("/config.json") == 1


async def test_cargo_at_a_wrong_address(cargo: World) -> None:
    """Where no index is, everything is a 404, and nothing is known."""
    cargo.tell("publish", name="acme", version="1.0.0")
    twin = await cargo.look_up("acme", location=f"sparse+{cargo.url}/wrong/")
    assert (twin.presence, "config.json" in twin.detail) == (Presence.UNKNOWN, True)


async def test_maven_present(maven: World) -> None:
    """With its people, marked as their own words, its first day and its last change."""
    maven.tell("publish", name="com.acme.pay:Core", version="1.0", developers=["Mallory & Sons"])
    maven.tell("publish", name="com.acme.pay:Core", version="99.0", published_at=NOW + timedelta(days=1))
    twin = await _ask(maven, "com.acme.pay:Core")
    assert (twin.presence, twin.first_published, twin.latest_version) == (Presence.PRESENT, NOW, "99.0")
    assert twin.maintainers == ("Mallory & Sons (by its own account)",)
    assert twin.detail == "last changed there on 2026-08-02 10:00 UTC"
    assert maven.asked() == [
        "/maven2/com/acme/pay/Core/maven-metadata.xml",
        "/maven2/com/acme/pay/Core/1.0/Core-1.0.pom",
    ]


async def test_maven_absent_emptied_removed(maven: World) -> None:
    """Coordinates are compared exactly; a missed file stays missing for the negative cache's time."""
    maven.tell("publish", name="com.acme:Core", version="1.0")
    assert await _ask(maven, "com.acme:core") == PublicTwin(Presence.ABSENT)
    maven.tell("empty", name="com.acme:Core")
    assert (await _ask(maven, "com.acme:Core")).presence is Presence.TOMBSTONE
    maven.tell("settings", negative_cache_seconds=600)
    maven.tell("remove", name="com.acme:Core")
    assert (await _ask(maven, "com.acme:Core")).presence is Presence.ABSENT
    maven.tell("publish", name="com.acme:Core", version="1.0")
    assert (await _ask(maven, "com.acme:Core")).presence is Presence.ABSENT
    maven.clock.now += timedelta(seconds=600)
    assert (await _ask(maven, "com.acme:Core")).presence is Presence.PRESENT


async def test_maven_whose_budget_is_spent_is_left_alone(maven: World) -> None:
    """One 429, then half an hour of silence in which every name is unknown; 404s counted as well."""
    maven.tell("settings", budget=3)
    for artifact in ("a", "b", "c"):
        assert (await _ask(maven, f"com.acme:{artifact}")).presence is Presence.ABSENT
    twins = [await _ask(maven, f"com.acme:{artifact}") for artifact in ("d", "e", "f")]
    assert {twin.presence for twin in twins} == {Presence.UNKNOWN}
    assert "1800 s" in twins[0].detail
    assert "2026-08-01 10:30:00 UTC" in twins[1].detail
    assert len(maven.asked()) == 4
    maven.clock.now += timedelta(minutes=30)
    assert (await _ask(maven, "com.acme:d")).presence is Presence.ABSENT


async def test_maven_behind_a_bot_wall(maven: World) -> None:
    """A 403 now and then is unknown, and the next question may go through."""
    maven.tell("settings", bot_wall_every=2)
    presences = [(await _ask(maven, "com.acme:a")).presence for _ in range(4)]
    assert presences == [Presence.ABSENT, Presence.UNKNOWN, Presence.ABSENT, Presence.UNKNOWN]


async def test_nuget_present(nuget: World) -> None:
    """With its first day, its newest listed version, and its authors' own words; letter case does not matter."""
    nuget.tell("publish", name="Acme.Billing", version="1.0.0", authors="Alice")
    nuget.tell("publish", name="Acme.Billing", version="99.0.0", authors="Mallory")
    nuget.tell("publish", name="Acme.Billing", version="100.0.0", listed=False)
    twin = await _ask(nuget, "acme.BILLING")
    assert basics(twin) == PublicTwin(Presence.PRESENT, "", NOW, "99.0.0", ("Mallory (by its own account)",))
    assert nuget.asked() == [
        "/v3/index.json",
        "/v3-flatcontainer/acme.billing/index.json",
        "/v3/registration5-gz-semver2/acme.billing/index.json",
        "/query?q=packageid:acme.BILLING&prerelease=true&semVerLevel=2.0.0&skip=0&take=5",
    ]


async def test_nuget_absent_and_deleted(nuget: World) -> None:
    """Deleted by the registry's people and never there are the same on the wire."""
    assert await _ask(nuget, "Acme.Billing") == PublicTwin(Presence.ABSENT)
    nuget.tell("publish", name="Acme.Billing", version="1.0.0")
    assert (await _ask(nuget, "Acme.Billing")).presence is Presence.PRESENT
    nuget.tell("delete", name="Acme.Billing")
    assert await _ask(nuget, "Acme.Billing") == PublicTwin(Presence.ABSENT)
    assert nuget.asked().count("/v3/index.json") == 1


async def test_nuget_all_unlisted(nuget: World) -> None:
    """A tombstone, whose true first day only the catalog tells."""
    nuget.tell("publish", name="Acme.Billing", version="1.0.0")
    nuget.tell("publish", name="Acme.Billing", version="2.0.0")
    nuget.tell("unlist", name="Acme.Billing")
    twin = await _ask(nuget, "Acme.Billing")
    assert (twin.presence, twin.first_published, twin.latest_version) == (Presence.TOMBSTONE, NOW, "2.0.0")
    nuget.tell("relist", name="Acme.Billing", version="1.0.0")
    twin = await _ask(nuget, "Acme.Billing")
    assert (twin.presence, twin.latest_version) == (Presence.PRESENT, "1.0.0")


async def test_nuget_with_many_versions(nuget: World) -> None:
    """Pages that are not inlined are followed, compressed as they are."""
    nuget.tell("settings", page_size=2, inline_below=4)
    for minor in range(5):
        nuget.tell("publish", name="Acme.Billing", version=f"1.{minor}.0", published_at=NOW + timedelta(days=5 - minor))
    twin = await _ask(nuget, "Acme.Billing")
    assert (twin.first_published, twin.latest_version) == (NOW + timedelta(days=1), "1.4.0")
    assert len([path for path in nuget.asked() if "/page/" in path]) == 3


async def test_nuget_at_a_wrong_address(nuget: World) -> None:
    """Where no service index is, nothing is known."""
    twin = await nuget.look_up("Acme.Billing", location=f"{nuget.url}/v2/")
    assert (twin.presence, "service index answered 404" in twin.detail) == (Presence.UNKNOWN, True)


async def test_nuget_whose_resources_lead_inside(nuget: World) -> None:
    """What a service index names is as untrusted as the location: the platform's own address is not asked."""
    inside = (
        '{"version": "3.0.0", "resources": [{"@id": "https://169.254.169.254/", "@type": "PackageBaseAddress/3.0.0"}]}'
    )
    nuget.app.faults.rules.append(Fault(path="/v3/index.json", status=200, body=inside))
    twin = await _ask(nuget, "Acme.Billing")
    assert (twin.presence, "169.254.169.254" in twin.detail) == (Presence.UNKNOWN, True)


_TROUBLE: Final = pytest.mark.parametrize(
    "fault",
    [
        Fault(status=401),
        Fault(status=403, html=True),
        Fault(status=429),
        Fault(status=429, headers={"retry-after": "3600"}),
        Fault(status=500),
        Fault(status=503, headers={"retry-after": "1"}),
        Fault(html=True),
        Fault(cut=True),
        Fault(oversize_bytes=17 * 1024 * 1024, gzip=True),
        Fault(status=301, headers={"location": "https://elsewhere.example.test/"}),
        Fault(status=301, headers={"location": "http://169.254.169.254/"}),
    ],
)


async def _is_unknown(place: World, name: str, fault: Fault) -> None:
    place.app.faults.rules.append(fault)
    twin = await _ask(place, name)
    assert twin.presence is Presence.UNKNOWN
    assert twin.detail


@_TROUBLE
async def test_cargo_in_trouble_is_unknown(cargo: World, fault: Fault) -> None:
    """No trouble whatever is read as present or absent."""
    await _is_unknown(cargo, "acme-billing", fault)


@_TROUBLE
async def test_maven_in_trouble_is_unknown(maven: World, fault: Fault) -> None:
    """The same there."""
    await _is_unknown(maven, "com.acme:billing", fault)


@_TROUBLE
async def test_nuget_in_trouble_is_unknown(nuget: World, fault: Fault) -> None:
    """The same there, from the service index on."""
    await _is_unknown(nuget, "Acme.Billing", fault)


@_TROUBLE
async def test_nuget_s_flat_container_in_trouble_is_unknown(nuget: World, fault: Fault) -> None:
    """The same behind a service index that works."""
    await _is_unknown(nuget, "Acme.Billing", fault.model_copy(update={"path": "/v3-flatcontainer/*"}))
