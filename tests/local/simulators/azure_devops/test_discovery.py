"""What Microsoft's client asks first."""

from __future__ import annotations

from tests.local.simulators.azure_devops.stage import SIMULATOR, Stage


async def test_locations_are_listed_without_a_version(stage: Stage) -> None:
    """Ids are lower case, for they are compared as they stand."""
    answer = await stage.ask("OPTIONS", "/acme/_apis", headers={"accept": "application/json"})
    rows = answer.json()["value"]
    assert answer.json()["count"] == len(rows) == len({row["id"] for row in rows})
    assert all(row["id"] == row["id"].lower() for row in rows)


async def test_every_area_is_at_this_server(stage: Stage) -> None:
    """A missing one would send the client, credential and all, elsewhere."""
    areas = (await stage.get("/acme/_apis/ResourceAreas")).json()["value"]
    assert {area["locationUrl"] for area in areas} == {f"{SIMULATOR}/Acme/"}
    assert {area["name"] for area in areas} >= {"Packaging", "npm", "nuget", "pypi", "maven", "cargo", "IMS"}


async def test_one_area(stage: Stage) -> None:
    """By id; another is null, as on the real service."""
    found = await stage.get("/acme/_apis/ResourceAreas/7ab4e64e-c4d8-4f50-ae73-5ef2e21642a5")
    assert found.json()["name"] == "Packaging"
    assert (await stage.get("/acme/_apis/ResourceAreas/none")).json() is None
