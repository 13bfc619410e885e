"""Deleting versions, and the recycle bin."""

from __future__ import annotations

import pytest

from tests.local.simulators.azure_devops.stage import NPM, Stage

_CORE = "/acme/Payments/_apis/packaging/feeds/core"


async def test_a_version_goes_to_the_bin_and_comes_back(stage: Stage) -> None:
    """Its number stays taken in between."""
    url = f"{_CORE}/npm/acme-billing/versions/1.0.0"
    binned = f"{_CORE}/npm/recyclebin/packages/acme-billing/versions/1.0.0"
    assert (await stage.get(url)).json()["version"] == "1.0.0"
    assert (await stage.get(binned)).status_code == 404
    assert (await stage.ask("DELETE", url)).json()["deletedDate"] == "2026-03-01T12:00:00.0000000Z"
    assert (await stage.ask("DELETE", url)).status_code == 404
    assert (await stage.get(binned)).json()["isDeleted"] is True
    (row,) = (await stage.get(f"{_CORE}/RecycleBin/Packages")).json()["value"]
    assert row["name"] == "acme-billing"
    assert (await stage.get(f"{_CORE}/RecycleBin/Packages/{row['id']}")).json()["versions"][0]["version"] == "1.0.0"
    assert (await stage.ask("PATCH", binned, json={"deleted": False})).status_code == 204
    assert (await stage.get(f"{_CORE}/RecycleBin/Packages")).json()["value"] == []
    assert (await stage.get(f"{_CORE}/RecycleBin/Packages/{row['id']}")).status_code == 404


async def test_a_purged_version_is_gone_and_its_number_too(stage: Stage) -> None:
    """Version numbers are immutable and never reused."""
    url = f"{_CORE}/pypi/packages/acme-tools/versions/0.9"
    assert (await stage.ask("DELETE", url)).status_code == 200
    binned = f"{_CORE}/pypi/recyclebin/packages/acme-tools/versions/0.9"
    assert (await stage.ask("PATCH", binned, json={})).status_code == 400
    assert (await stage.ask("DELETE", binned)).status_code == 204
    assert (await stage.get(url)).status_code == 404
    again = {"project": "Payments", "feed": "core", "protocol": "pypi", "name": "acme-tools", "version": "0.9"}
    answer = await stage.nobody.post("http://azure.example.test/_control/publish", json=again)
    assert (answer.status_code, answer.json()["typeKey"]) == (409, "PackageVersionDeletedException")


async def test_a_deleted_saved_version_is_not_saved_again(stage: Stage) -> None:
    """That is how a contaminated package is cleaned."""
    await stage.publish_outside(NPM, "saved", "1.0.0")
    assert (await stage.ask("DELETE", f"{_CORE}/npm/saved/versions/1.0.0")).status_code == 200
    path = "/acme/Payments/_packaging/core/npm/registry/saved/-/saved-1.0.0.tgz"
    assert (await stage.get(path)).status_code == 404


@pytest.mark.parametrize("person", ["publisher", "reader"])
async def test_only_owners_delete(stage: Stage, person: str) -> None:
    """A publisher may not."""
    answer = await stage.ask("DELETE", f"{_CORE}/npm/acme-billing/versions/1.0.0", by=person)
    assert answer.status_code == 403
    assert "'DeletePackage'" in answer.json()["message"]


@pytest.mark.parametrize(
    "path", ["npm/none/versions/1.0.0", "npm/acme-billing/versions/9.0.0", "npm/@acme/x/versions/1"]
)
async def test_a_version_that_is_not_there(stage: Stage, path: str) -> None:
    """Package or version may be missing."""
    answer = await stage.ask("DELETE", f"{_CORE}/{path}")
    assert (answer.status_code, answer.json()["typeKey"]) == (404, "PackageVersionNotFoundException")
