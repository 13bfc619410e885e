"""The package change log."""

from __future__ import annotations

from typing import Any

from tests.local.simulators.azure_devops.stage import NPM, Stage

_URL = "/acme/Payments/_apis/packaging/feeds/core/packagechanges"
_SCOPE: dict[str, object] = {"project": "Payments", "feed": "core"}


def _told(answer: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (
            row["package"]["name"],
            row["packageVersionChange"]["packageVersion"]["version"],
            row["packageVersionChange"]["changeType"],
        )
        for row in answer["packageChanges"]
    ]


async def _changes(stage: Stage, token: int = 0, **query: int) -> dict[str, Any]:
    asked = "".join(f"&{key}={value}" for key, value in query.items())
    answer: dict[str, Any] = (await stage.get(f"{_URL}?continuationToken={token}{asked}")).json()
    return answer


async def test_the_log_is_read_in_batches_to_its_end(stage: Stage) -> None:
    """From zero on it is the whole inventory; at the end the token stays."""
    found, token = [], 0
    while (page := await _changes(stage, token, batchSize=2))["count"]:
        found += _told(page)
        token = page["nextPackageContinuationToken"]
    assert len(found) == 6
    assert token > 2**32
    assert (await _changes(stage, token))["nextPackageContinuationToken"] == token


async def test_a_version_comes_with_its_newest_change_only(stage: Stage) -> None:
    """Published and deleted before anybody looked: one row."""
    token = (await _changes(stage))["nextPackageContinuationToken"]
    fresh: dict[str, object] = {**_SCOPE, "protocol": "npm", "name": "fresh", "version": "1.0.0"}
    await stage.control("publish", **fresh)
    await stage.control("delete", **fresh)
    assert _told(await _changes(stage, token)) == [("fresh", "1.0.0", "delete")]
    await stage.control("delete", **fresh, permanent=True)
    assert _told(await _changes(stage, token)) == [("fresh", "1.0.0", "permanentDelete")]
    await stage.control("settings", coalesce_changes=False)
    assert len(_told(await _changes(stage, token))) == 3


async def test_a_version_that_changes_while_somebody_reads_comes_twice(stage: Stage) -> None:
    """Readers must bear it."""
    first = await _changes(stage, batchSize=1)
    await stage.control("delete", **_SCOPE, protocol="npm", name="acme-billing", version="1.0.0")
    rest = await _changes(stage, first["nextPackageContinuationToken"])
    assert _told(first) == [("acme-billing", "1.0.0", "addOrUpdate")]
    assert _told(rest)[-1] == ("acme-billing", "1.0.0", "delete")


async def test_saving_from_upstream_is_a_change_with_its_origin(stage: Stage) -> None:
    """The first download of a public version shows here; whether with its chain is the world's choice."""
    token = (await _changes(stage))["nextPackageContinuationToken"]
    await stage.publish_outside(NPM, "left-shift", "1.3.0")
    path = "/acme/Payments/_packaging/core/npm/registry/left-shift/-/left-shift-1.3.0.tgz"
    assert (await stage.get(path, by="publisher")).status_code == 200
    (row,) = (await _changes(stage, token))["packageChanges"]
    version = row["packageVersionChange"]["packageVersion"]
    assert [step["name"] for step in version["sourceChain"]] == ["npm"]
    await stage.control("settings", changes_tell_origin=False)
    (row,) = (await _changes(stage, token))["packageChanges"]
    assert "sourceChain" not in row["packageVersionChange"]["packageVersion"]
    assert "directUpstreamSourceId" not in row["packageVersionChange"]["packageVersion"]


async def test_a_batch_has_at_most_two_thousand_rows(stage: Stage) -> None:
    """Whatever is asked for; a thousand unless something is."""
    await stage.control("generate", **_SCOPE, packages={"protocol": "npm", "count": 2500})
    assert (await _changes(stage))["count"] == 1000
    assert (await _changes(stage, batchSize=5000))["count"] == 2000
