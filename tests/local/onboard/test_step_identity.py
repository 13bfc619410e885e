"""Identity and access level: what is read, and what may not be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.local.onboard.town import OBJECT_ID, TENANT, Town

_STEPS = ("organization", "identity", "access level")


@pytest.mark.parametrize(
    ("level", "status", "state"),
    [
        ("express", "active", "ok"),
        ("advanced", "pending", "ok"),
        ("stakeholder", "active", "missing"),
        ("none", "active", "missing"),
        ("express", "disabled", "missing"),
    ],
)
async def test_the_access_level_is_judged(town: Town, level: str, status: str, state: str) -> None:
    """Basic or more, and in force."""
    await town.guard(collection_administrator=True, access_level=level, access_status=status)
    told = await town.run(steps=_STEPS)
    assert told.only("access level")["state"] == state


async def test_who_may_not_read_access_levels_is_told_so(town: Town) -> None:
    """Never that all is well, and the advice is not about roles on feeds."""
    told = (await town.run(steps=_STEPS)).only("access level")
    assert told["state"] == "not known"
    assert "Feed Owner" not in told["seen"] + told["todo"]


async def test_a_token_whose_scopes_do_not_reach_access_levels_is_told_so(town: Town) -> None:
    """Although its owner might."""
    pats = {town.environment["AZURE_DEVOPS_PAT"]: ["vso.packaging_manage"]}
    await town.guard(collection_administrator=True, pats=pats)
    assert (await town.run(steps=_STEPS)).only("access level")["state"] == "not known"


async def test_access_levels_are_asked_where_the_option_says(town: Town) -> None:
    """The credential goes nowhere but where settings and options lead."""
    await town.guard(collection_administrator=True)
    told = await town.run("--entitlements-url", "http://127.0.0.1:9", steps=_STEPS)
    assert told.only("access level")["state"] == "not known"


async def test_a_person_says_nothing_about_the_apps_identity(town: Town) -> None:
    """A token of a person that stands for a PAT is another matter: then the app is that person."""
    town.environment["AZURE_DEVOPS_PAT"] = "sample-pat-of-ann"
    assert (await town.run(steps=_STEPS)).only("identity")["state"] == "ok"


async def test_an_identity_needs_its_tenant(town: Town) -> None:
    """Its descriptor is made of both."""
    assert (await town.run("--identity", OBJECT_ID, steps=_STEPS)).only("identity")["state"] == "not known"
    town.environment["ENTRA_TENANT_ID"] = TENANT
    assert (await town.run("--identity", OBJECT_ID, steps=_STEPS)).only("identity")["state"] == "ok"


async def test_a_tenant_that_is_wrong_is_told_as_such(town: Town) -> None:
    """It is set, and no id."""
    town.environment["ENTRA_TENANT_ID"] = "acme.test"
    assert "wrong: ENTRA_TENANT_ID" in (await town.run("--identity", OBJECT_ID, steps=_STEPS)).only("identity")["seen"]


async def test_one_without_access_level_is_missing(town: Town) -> None:
    """A documented "not found" is an answer."""
    await town.guard(kind="service", collection_administrator=True)
    rule = {"status": 404, "body": '{"typeKey": "MemberNotFoundException"}', "path": "*entitlements*"}
    await town.control("faults", **rule)
    assert (await town.run(steps=_STEPS)).only("access level")["state"] == "missing"


async def test_without_a_token_and_without_the_azure_cli_nothing_is_known(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What to do is said in the words of who sits at a laptop; a storage account without keys is asked no other way."""
    monkeypatch.setenv("PATH", str(tmp_path))
    town.environment |= {"AZURE_DEVOPS_PAT": "", "STORAGE_CONNECTION": "", "STORAGE_CONNECTION__accountName": "acme"}
    told = await town.run(steps=("organization", "storage"))
    assert told.states() == {"organization": {"not known"}, "storage": {"not known"}}
    assert "az login" in told.only("organization")["seen"]
