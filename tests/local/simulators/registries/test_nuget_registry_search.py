"""Tests of the simulated NuGet registry's search."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from local.simulators.nuget_registry import new_nuget_registry, nuget_registry_app
from tests.local.simulators.registries.told import Told, told

_ALL = {"prerelease": "true", "semVerLevel": "2.0.0"}


@pytest.fixture
async def nuget() -> AsyncIterator[Told]:
    """Set up an empty registry."""
    async with told(lambda clock: nuget_registry_app(new_nuget_registry(clock))) as world:
        yield world


async def _search(nuget: Told, **query: str) -> dict[str, Any]:
    index = (await nuget.http.get("/v3/index.json")).json()
    (url,) = (one["@id"] for one in index["resources"] if one["@type"].startswith("SearchQueryService"))
    document: dict[str, Any] = (await nuget.http.get(url, params=query)).json()
    return document


async def test_one_package_by_its_id(nuget: Told) -> None:
    """With its owners, which no other resource tells, and its newest version's words."""
    await nuget.tell("publish", name="Acme.Billing", version="1.0.0", owners=["alice", "bob"])
    about = {"authors": "Mallory", "description": "Bills.", "project_url": "https://code.example.test"}
    await nuget.tell("publish", name="Acme.Billing", version="2.0.0", **about)
    await nuget.tell("publish", name="Acme.Billing.Core", version="1.0.0")
    found = await _search(nuget, q="packageid:acme.billing")
    (result,) = found["data"]
    assert found["totalHits"] == 1
    assert (result["id"], result["version"], result["owners"]) == ("Acme.Billing", "2.0.0", ["alice", "bob"])
    assert (result["authors"], result["description"]) == (["Mallory"], "Bills.")
    registration = (await nuget.http.get("/v3/registration5-gz-semver2/acme.billing/index.json")).json()
    entry = registration["items"][0]["items"][1]["catalogEntry"]
    assert (entry["description"], entry["projectUrl"]) == ("Bills.", "https://code.example.test")
    assert "owners" not in entry


async def test_search_leaves_out(nuget: Told) -> None:
    """What is unlisted, always; prereleases and forms of SemVer 2.0.0 where they are not asked for."""
    await nuget.tell("publish", name="Acme", version="1.0.0", listed=False)
    assert (await _search(nuget, q="packageid:Acme", **_ALL))["data"] == []
    await nuget.tell("publish", name="Acme", version="2.0.0-beta")
    assert (await _search(nuget, q="packageid:Acme"))["data"] == []
    await nuget.tell("publish", name="Acme", version="3.0.0-beta.1")
    results = [await _search(nuget, q="packageid:Acme", prerelease="true"), await _search(nuget, q="Acme", **_ALL)]
    assert [result["data"][0]["version"] for result in results] == ["2.0.0-beta", "3.0.0-beta.1"]


async def test_letters_of_an_id_find_several(nuget: Told) -> None:
    """In pages, as large as they are asked for."""
    for name in ("Acme.A", "Acme.B", "Acme.C", "Other"):
        await nuget.tell("publish", name=name, version="1.0.0")
    found = await _search(nuget, q="acme", skip="1", take="1")
    assert (found["totalHits"], [one["id"] for one in found["data"]]) == (3, ["Acme.B"])
    assert len((await _search(nuget, take="none"))["data"]) == 4
