"""Feeds: who sees which, and what each tells."""

from __future__ import annotations

import pytest

from tests.local.simulators.azure_devops.stage import Stage

_FEEDS = "/acme/_apis/packaging/feeds"
_CORE = "/acme/Payments/_apis/packaging/feeds/core"
_ZURICH = "/acme/Z%C3%BCrich%20Office/_apis/packaging"


@pytest.mark.parametrize(
    ("person", "path", "names"),
    [
        ("owner", _FEEDS, ["core", "shared", "büro", "archive"]),
        ("owner", f"{_ZURICH}/feeds", ["büro"]),
        ("owner", f"{_FEEDS}?feedRole=administrator", ["core", "shared", "archive"]),
        ("publisher", _FEEDS, ["core", "shared"]),
        ("publisher", f"{_FEEDS}?feedRole=contributor", ["core"]),
        ("outsider", _FEEDS, []),
        ("chief", f"{_FEEDS}?feedRole=Administrator", ["core", "shared", "büro", "archive"]),
    ],
)
async def test_everybody_sees_the_feeds_of_his_roles(stage: Stage, person: str, path: str, names: list[str]) -> None:
    """Of one project, or of all; a role may be asked for, and may come through groups or office."""
    answer = await stage.get(path, by=person)
    assert [feed["name"] for feed in answer.json()["value"]] == names
    assert answer.json()["count"] == len(names)


async def test_only_project_scoped_feeds_name_a_project(stage: Stage) -> None:
    """That is how callers know which address a feed has."""
    feeds = {feed["name"]: feed for feed in (await stage.get(_FEEDS)).json()["value"]}
    assert feeds["core"]["project"]["name"] == "Payments"
    assert "project" not in feeds["shared"]
    assert f"/{feeds['core']['project']['id']}/_apis/Packaging/Feeds/" in feeds["core"]["url"]


async def test_only_a_disabled_feed_says_whether_it_is_enabled(stage: Stage) -> None:
    """Members that have their default are left out."""
    feeds = {feed["name"]: feed for feed in (await stage.get(_FEEDS)).json()["value"]}
    assert "isEnabled" not in feeds["core"]
    assert feeds["archive"]["isEnabled"] is False
    refused = await stage.get(f"{_FEEDS}/archive/packages")
    assert (refused.status_code, refused.json()["typeKey"]) == (403, "FeedDisabledException")
    assert (await stage.get(f"{_FEEDS}/archive")).status_code == 200


async def test_deleted_upstream_sources_are_listed_on_request(stage: Stage) -> None:
    """Saved versions still point at them."""
    plain = (await stage.get(_CORE)).json()["upstreamSources"]
    everything = (await stage.get(f"{_CORE}?includeDeletedUpstreams=true")).json()["upstreamSources"]
    assert [source["name"] for source in plain] == ["npm", "python", "shared", "off"]
    assert [source["name"] for source in everything if "deletedDate" in source] == ["gone"]
    assert [source["status"] for source in plain] == ["ok", "ok", "ok", "disabled"]


async def test_an_internal_source_tells_where_it_leads(stage: Stage) -> None:
    """By ids, of organization, feed and view; a project only where there is one."""
    source = (await stage.get(_CORE)).json()["upstreamSources"][2]
    assert source["internalUpstreamFeedId"] == stage.feed("shared").id
    assert source["internalUpstreamViewId"] == stage.feed("shared").views[0].id
    assert source["location"] == "azure-feed://Acme/shared@Local"
    assert "internalUpstreamProjectId" not in source


async def test_a_feed_is_found_by_its_id_too(stage: Stage) -> None:
    """Name and GUID both work, for feed and project."""
    feed = stage.feed()
    answer = await stage.get(f"/acme/{feed.project_id}/_apis/packaging/feeds/{feed.id.upper()}")
    assert answer.json()["name"] == "core"


@pytest.mark.parametrize(
    ("status", "type_key"), [(403, "FeedNeedsPermissionsException"), (404, "FeedIdNotFoundException")]
)
async def test_a_feed_without_a_role_is_refused_or_hidden(stage: Stage, status: int, type_key: str) -> None:
    """Both were seen."""
    await stage.control("settings", unreadable_feed_status=status)
    answer = await stage.get(_CORE, by="outsider")
    assert (answer.status_code, answer.json()["typeKey"]) == (status, type_key)


async def test_a_deleted_feed_is_in_the_recycle_bin(stage: Stage) -> None:
    """It is gone from everywhere else."""
    assert (await stage.ask("DELETE", _CORE)).status_code == 204
    assert (await stage.get(_CORE)).status_code == 404
    recycled = (await stage.get("/acme/_apis/packaging/feedrecyclebin")).json()["value"]
    assert [feed["name"] for feed in recycled] == ["core"]
    assert recycled[0]["deletedDate"] == "2026-03-01T12:00:00.0000000Z"


async def test_an_owner_changes_a_feed(stage: Stage) -> None:
    """Name conflicts with upstream packages can be allowed there."""
    body = {"allowUpstreamNameConflict": True, "description": "new"}
    assert (await stage.ask("PATCH", _CORE, json=body)).json()["description"] == "new"
    assert stage.feed().allow_upstream_name_conflict
    assert (await stage.ask("PATCH", _CORE, by="publisher", json=body)).status_code == 403


async def test_views_are_listed_and_found(stage: Stage) -> None:
    """Local is the implicit one."""
    views = (await stage.get(f"{_CORE}/views")).json()["value"]
    assert (views[0]["name"], views[0]["type"]) == ("Local", "implicit")
    assert (await stage.get(f"{_CORE}/views/release")).json()["name"] == "Release"
    assert (await stage.get(f"{_CORE}/views/none")).status_code == 404


async def test_feed_changes_tell_what_is_new(stage: Stage) -> None:
    """Each feed once, with its newest change; package changes do not move this token, but show in the feed's row."""
    url = "/acme/_apis/packaging/feedchanges"
    first = (await stage.get(url)).json()
    assert [row["feed"]["name"] for row in first["feedChanges"]] == ["core", "shared", "büro", "archive"]
    token = first["nextFeedContinuationToken"]
    core = {"project": "Payments", "feed": "core"}
    await stage.control("publish", **core, protocol="npm", name="fresh", version="1.0.0")
    assert (await stage.get(f"{url}?continuationToken={token}")).json()["feedChanges"] == []
    one = (await stage.get("/acme/Payments/_apis/packaging/feedchanges/core")).json()
    assert one["latestPackageContinuationToken"] == stage.feed().log.last_token > token
    await stage.control("feed", **core, delete=True)
    after = (await stage.get(f"{url}?continuationToken={token}&includeDeleted=true")).json()
    assert [(row["changeType"], row["feed"]["name"]) for row in after["feedChanges"]] == [("delete", "core")]


async def test_feed_changes_come_in_batches(stage: Stage) -> None:
    """The token of one batch begins the next."""
    url = "/acme/_apis/packaging/feedchanges?batchSize=3"
    first = (await stage.get(url)).json()
    second = (await stage.get(f"{url}&continuationToken={first['nextFeedContinuationToken']}")).json()
    assert [row["feed"]["name"] for row in second["feedChanges"]] == ["archive"]


@pytest.mark.parametrize("query", ["feedRole=king", "includeUrls=maybe"])
async def test_a_bad_parameter_is_refused(stage: Stage, query: str) -> None:
    """The answer names it."""
    answer = await stage.get(f"{_FEEDS}?{query}")
    assert (answer.status_code, answer.json()["typeKey"]) == (400, "InvalidQueryParameterException")


async def test_every_answer_has_the_services_headers(stage: Stage) -> None:
    """The session is taken over from the request."""
    answer = await stage.get(f"{_FEEDS}?api-version=7.1", headers={"x-tfs-session": "session-1"})
    assert answer.headers["x-tfs-session"] == "session-1"
    assert answer.headers["activityid"] == answer.headers["x-vss-e2eid"]
