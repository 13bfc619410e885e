"""Access levels, lists of tokens and projects, as `make onboard` asks for them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from local.simulators.azure_devops.people import ListedPat
from tests.local.simulators.azure_devops.stage import SIMULATOR, START, Stage


def _identity(stage: Stage, name: str) -> str:
    return next(one.id for one in stage.world.organizations[0].identities.values() if one.name == name)


async def test_a_collection_administrator_reads_access_levels(stage: Stage) -> None:
    """Of people and of services, each in its own place and version."""
    people = f"/Acme/_apis/userentitlements/{_identity(stage, 'Reader')}?api-version=7.1-preview.3"
    services = f"/Acme/_apis/ServicePrincipalEntitlements/{_identity(stage, 'Guard')}?api-version=7.1-preview.1"
    for path in (people, services):
        level = (await stage.get(path, by="chief")).json()["accessLevel"]
        assert (level["accountLicenseType"], level["status"]) == ("express", "active")


async def test_others_may_not_read_access_levels(stage: Stage) -> None:
    """Not even their own."""
    path = f"/Acme/_apis/userentitlements/{_identity(stage, 'Owner')}?api-version=7.1-preview.3"
    assert (await stage.get(path)).status_code == 403


async def test_nobodys_access_level_is_not_found(stage: Stage) -> None:
    """Neither is a service's among people."""
    path = f"/Acme/_apis/userentitlements/{_identity(stage, 'Guard')}?api-version=7.1-preview.3"
    assert (await stage.get(path, by="chief")).status_code == 404


@pytest.mark.parametrize("version", ["7.1", "7.1-preview.1"])
async def test_people_are_asked_about_in_the_third_preview_only(stage: Stage, version: str) -> None:
    """The version says what the answer looks like."""
    path = f"/Acme/_apis/userentitlements/{_identity(stage, 'Owner')}?api-version={version}"
    assert (await stage.get(path, by="chief")).status_code == 400


async def test_tokens_are_listed_for_entra_tokens_of_people_only(stage: Stage) -> None:
    """A personal access token learns nothing about itself; what has ended is not listed."""
    owner = stage.world.organizations[0].identities[_identity(stage, "Owner")]
    owner.tokens.add("token-owner")
    owner.listed_pats = (
        ListedPat("ended", START - timedelta(days=1)),
        ListedPat("one", START + timedelta(days=1)),
        ListedPat("two", START + timedelta(days=2), everywhere=True),
    )
    path = f"{SIMULATOR}/Acme/_apis/Tokens/Pats?api-version=7.1-preview.1&$top=1"
    first = (await stage.nobody.get(path, headers={"Authorization": "Bearer token-owner"})).json()
    assert [row["displayName"] for row in first["patTokens"]] == ["one"]
    following = f"{path}&continuationToken={first['continuationToken']}"
    last = (await stage.nobody.get(following, headers={"Authorization": "Bearer token-owner"})).json()
    assert (last["patTokens"][0]["targetAccounts"], last["continuationToken"]) == (None, "")
    assert (await stage.get("/Acme/_apis/tokens/pats?api-version=7.1-preview.1")).status_code != 200
    guard = await stage.nobody.get(path, headers={"Authorization": "Bearer token-guard"})
    assert guard.status_code == 403


async def test_projects_are_listed_and_found_by_name(stage: Stage) -> None:
    """In any letter case, and by id."""
    listed = (await stage.get("/Acme/_apis/projects?api-version=7.1")).json()["value"]
    assert [row["name"] for row in listed] == ["Payments", "Zürich Office"]
    for wanted in ("payments", listed[0]["id"]):
        assert (await stage.get(f"/Acme/_apis/projects/{wanted}?api-version=7.1")).json()["id"] == listed[0]["id"]
    assert (await stage.get("/Acme/_apis/projects/nowhere?api-version=7.1")).status_code == 404
