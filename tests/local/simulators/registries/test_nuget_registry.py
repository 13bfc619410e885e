"""Tests of the simulated NuGet registry's semantics."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from local.simulators.nuget_registry import new_nuget_registry, nuget_registry_app
from tests.local.simulators.registries.told import Told, told

_FLAT = "/v3-flatcontainer/acme.billing/index.json"
_REGISTRATION = "/v3/registration5-gz-semver2/acme.billing/index.json"


@pytest.fixture
async def nuget() -> AsyncIterator[Told]:
    """Set up an empty registry."""
    async with told(lambda clock: nuget_registry_app(new_nuget_registry(clock))) as world:
        yield world


async def _entries(nuget: Told) -> list[dict[str, Any]]:
    index = (await nuget.http.get(_REGISTRATION)).json()
    return [leaf["catalogEntry"] for page in index["items"] for leaf in page["items"]]


async def test_the_service_index_names_its_resources(nuget: Told) -> None:
    """Each with its type, and with a trailing slash."""
    index = (await nuget.http.get("/v3/index.json")).json()
    kinds = {resource["@type"]: resource["@id"] for resource in index["resources"]}
    assert set(kinds) >= {"PackageBaseAddress/3.0.0", "RegistrationsBaseUrl/3.6.0"}
    assert all(address.endswith("/") for address in (kinds["PackageBaseAddress/3.0.0"],))


async def test_versions_are_told_in_order(nuget: Told) -> None:
    """Unlisted ones and prereleases too; ids in lower case only."""
    for version in ("1.10.0", "1.9.0", "2.0.0-Beta"):
        assert await nuget.tell("publish", name="Acme.Billing", version=version) == 204
    await nuget.tell("unlist", name="acme.billing", version="1.9.0")
    assert (await nuget.http.get(_FLAT)).json() == {"versions": ["1.9.0", "1.10.0", "2.0.0-beta"]}
    assert (await nuget.http.get(_FLAT.replace("acme", "Acme"))).status_code == 404


async def test_a_registration_is_compressed_and_hides_dates(nuget: Told) -> None:
    """The year 1900 stands for an unlisted version; the catalog leaf tells the true date."""
    await nuget.tell("publish", name="Acme.Billing", version="1.0.0", authors="Alice")
    assert (await nuget.http.get(_REGISTRATION)).headers["content-encoding"] == "gzip"
    (entry,) = await _entries(nuget)
    assert (entry["id"], entry["listed"], entry["authors"]) == ("Acme.Billing", True, "Alice")
    assert entry["published"] == "2026-08-01T10:00:00.0000000+00:00"
    await nuget.tell("unlist", name="Acme.Billing")
    (entry,) = await _entries(nuget)
    assert (entry["listed"], entry["published"][:4]) == (False, "1900")
    leaf = (await nuget.http.get(entry["@id"])).json()
    assert leaf["created"] == "2026-08-01T10:00:00.0000000+00:00"
    await nuget.tell("relist", name="Acme.Billing")
    assert (await _entries(nuget))[0]["listed"] is True


async def test_many_versions_stand_on_pages(nuget: Told) -> None:
    """Inlined where they are few, at addresses of their own where they are many."""
    await nuget.tell("settings", page_size=2, inline_below=3)
    for minor in range(3):
        await nuget.tell("publish", name="Acme.Billing", version=f"1.{minor}.0")
    index = (await nuget.http.get(_REGISTRATION)).json()
    assert [(page["lower"], page["upper"], "items" in page) for page in index["items"]] == [
        ("1.0.0", "1.1.0", False),
        ("1.2.0", "1.2.0", False),
    ]
    page = (await nuget.http.get(index["items"][0]["@id"])).json()
    assert [leaf["catalogEntry"]["version"] for leaf in page["items"]] == ["1.0.0", "1.1.0"]


@pytest.mark.parametrize(
    "path",
    [
        _FLAT,
        _REGISTRATION,
        _REGISTRATION.replace("index.json", "page/1.0.0/2.0.0.json"),
        "/v3/catalog0/data/2026.08.01.10.00.00/acme.billing.1.0.0.json",
    ],
)
async def test_what_is_not_there(nuget: Told, path: str) -> None:
    """Each resource says so alike."""
    await nuget.tell("publish", name="Other", version="1.0.0")
    assert (await nuget.http.get(path)).status_code == 404


async def test_versions_can_be_deleted(nuget: Told) -> None:
    """With the last one the id is free."""
    for version in ("1.0.0", "2.0.0"):
        await nuget.tell("publish", name="Acme.Billing", version=version)
    assert await nuget.tell("delete", name="Acme.Billing", version="1.0.0") == 204
    assert (await nuget.http.get(_FLAT)).json() == {"versions": ["2.0.0"]}
    assert await nuget.tell("delete", name="Acme.Billing") == 204
    assert (await nuget.http.get(_FLAT)).status_code == 404


async def test_a_miss_is_remembered(nuget: Told) -> None:
    """For as long as it is told."""
    await nuget.tell("settings", negative_cache_seconds=10)
    await nuget.http.get(_FLAT)
    await nuget.tell("publish", name="Acme.Billing", version="1.0.0")
    assert (await nuget.http.get(_FLAT)).status_code == 404
    nuget.now += timedelta(seconds=10)
    assert (await nuget.http.get(_FLAT)).status_code == 200


@pytest.mark.parametrize(
    ("action", "order"),
    [
        ("publish", {"name": "acme.BILLING", "version": "1.0.0"}),
        ("unlist", {"name": "nothing"}),
        ("unlist", {"name": "Acme.Billing", "version": "3.0.0"}),
        ("delete", {"name": "nothing"}),
        ("delete", {"name": "Acme.Billing", "version": "3.0.0"}),
        ("settings", {"page_size": 0}),
    ],
)
async def test_an_order_that_cannot_be_carried_out_is_told(nuget: Told, action: str, order: dict[str, Any]) -> None:
    """A misspelt order would make a test pass for the wrong reason."""
    await nuget.tell("publish", name="Acme.Billing", version="1.0.0")
    assert await nuget.tell(action, **order) == 400


async def _catalog(nuget: Told) -> list[tuple[str, str, str]]:
    resources = (await nuget.http.get("/v3/index.json")).json()["resources"]
    (address,) = [resource["@id"] for resource in resources if resource["@type"] == "Catalog/3.0.0"]
    (page,) = [page["@id"] for page in (await nuget.http.get(address)).json()["items"]]
    items = (await nuget.http.get(page)).json()["items"]
    return [(item["@type"], item["nuget:id"], item["nuget:version"]) for item in reversed(items)]


async def test_every_event_is_in_the_catalog(nuget: Told) -> None:
    """Publishing, unlisting, listing and deleting, each version by itself; what was refused is not."""
    await nuget.tell("publish", name="Acme.Billing", version="1.0.0")
    await nuget.tell("publish", name="Acme.Billing", version="1.0.0")
    await nuget.tell("publish", name="acme.billing", version="2.0.0")
    await nuget.tell("unlist", name="acme.billing", version="1.0.0")
    await nuget.tell("unlist", name="acme.other")
    await nuget.tell("delete", name="acme.billing", version="2.0.0")
    await nuget.tell("delete", name="acme.billing")
    await nuget.tell("commit", events=[{"id": "Acme.Early"}])
    details, deleted = "nuget:PackageDetails", "nuget:PackageDelete"
    assert await _catalog(nuget) == [
        (details, "Acme.Billing", "1.0.0"),
        (details, "acme.billing", "2.0.0"),
        (details, "acme.billing", "1.0.0"),
        (deleted, "acme.billing", "2.0.0"),
        (deleted, "acme.billing", "1.0.0"),
        (details, "Acme.Early", "1.0.0"),
    ]


async def test_the_catalog_s_leaves_are_beside_its_pages(nuget: Told) -> None:
    """One address tells both apart."""
    await nuget.tell("publish", name="Acme.Billing", version="1.0.0")
    assert (await nuget.http.get((await _entries(nuget))[0]["@id"])).status_code == 200
    assert (await nuget.http.get("/v3/catalog0/page0.json")).status_code == 200
    assert (await nuget.http.get("/v3/catalog0/page1.json")).status_code == 404
