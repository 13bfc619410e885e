"""The control API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.simulators.azure_devops.stage import NPM, SIMULATOR, Stage

_CORE: dict[str, Any] = {"project": "Payments", "feed": "core"}


async def test_the_routes_are_listed(stage: Stage) -> None:
    """A person finds out what there is."""
    routes = (await stage.nobody.get(f"{SIMULATOR}/_control")).json()["routes"]
    assert {"POST /_control/publish", "GET /_control/state", "POST /_control/faults"} <= set(routes)


async def test_the_state_is_shown_without_credentials(stage: Stage) -> None:
    """Feeds, packages, switches with their history."""
    await stage.control("switch", **_CORE, protocol="npm", name="acme-billing", behavior="allowExternalVersions")
    answer = await stage.nobody.get(f"{SIMULATOR}/_control/state")
    organization = answer.json()["organizations"][0]
    core = organization["feeds"][0]
    assert core["switches"][0]["inForce"] == "allowExternalVersions"
    assert core["switches"][0]["history"][0]["by"] == "control"
    assert {"version": "1.0.0", "chain": ["public:npm"]}.items() <= core["packages"][2]["versions"][0].items()
    assert "pat-" not in answer.text
    assert "token-guard" not in answer.text


async def test_a_role_is_given_and_taken(stage: Stage) -> None:
    """At once."""
    url = "/acme/Payments/_apis/packaging/feeds/core/npm/packages/x/upstreaming"
    body = {"versionsFromExternalUpstreams": "auto"}
    await stage.control("role", **_CORE, identity="outsider@acme.test", role="administrator")
    assert (await stage.ask("PATCH", url, by="outsider", json=body)).status_code == 200
    await stage.control("role", **_CORE, identity="Outsider", role="none")
    assert (await stage.ask("PATCH", url, by="outsider", json=body)).status_code == 403


async def test_an_identity_and_a_feed_are_added(stage: Stage) -> None:
    """A whole feed, as a seed would say it."""
    await stage.control("identity", identity={"name": "Fay", "mail": "fay@acme.test", "pats": ["pat-fay"]})
    feed = {
        "name": "fresh",
        "roles": {"Fay": "reader"},
        "packages": [{"protocol": "cargo", "name": "acme_codec", "versions": ["0.1.0"]}],
        "switches": [{"protocol": "cargo", "name": "acme-codec", "behavior": "AllowExternalVersions"}],
        "generate": [{"protocol": "maven", "count": 2, "pattern": "test.acme:part-{number}"}],
    }
    await stage.control("feeds", feed=feed)
    url = "/acme/_apis/packaging/feeds/fresh"
    names = [row["name"] for row in (await stage.get(f"{url}/packages", by="fay")).json()["value"]]
    assert names == ["acme_codec", "test.acme:part-0", "test.acme:part-1"]
    switch = await stage.get(f"{url}/cargo/packages/acme-codec/upstreaming?api-version=7.2-preview.1", by="fay")
    assert switch.json() == {"versionsFromExternalUpstreams": "allowExternalVersions"}


async def test_a_feed_is_disabled_and_a_source_replaced(stage: Stage) -> None:
    """A source keeps its id, so that saved versions still point at it; both are feed changes."""
    before = stage.feed().sources[0].id
    token = stage.world.organizations[0].feed_log[-1].token
    source = {"name": "npm", "protocol": "npm", "location": "https://other.example.test/"}
    assert (await stage.control("upstream", **_CORE, source=source))["id"] == before
    await stage.control("upstream", **_CORE, source=source | {"name": "second"})
    await stage.control("feed", **_CORE, changes={"enabled": False})
    changes = (await stage.get(f"/acme/_apis/packaging/feedchanges?continuationToken={token}")).json()
    (row,) = changes["feedChanges"]
    assert row["feed"]["isEnabled"] is False
    assert [one["name"] for one in row["feed"]["upstreamSources"]][-1] == "second"


async def test_publishing_may_apply_the_rule_about_conflicts(stage: Stage) -> None:
    """Or not, to make a world that could not have come about that way."""
    await stage.publish_outside(NPM, "acme-billing", "99.0.0")
    body = {**_CORE, "protocol": "npm", "name": "acme-billing", "version": "99.0.0"}
    refused = await stage.nobody.post(f"{SIMULATOR}/_control/publish", json=body | {"check_upstreams": True})
    assert (refused.status_code, refused.json()["typeKey"]) == (409, "PackageExistsInUpstreamException")
    assert "exists in at least one of the feed's upstream sources" in refused.json()["message"]
    assert (await stage.control("publish", **body))["version"] == "99.0.0"
    fresh = await stage.control("publish", **body | {"version": "1.2.0", "check_upstreams": True})
    assert fresh["version"] == "1.2.0"


async def test_every_setting_takes(stage: Stage) -> None:
    """And what is not said stays."""
    await stage.control("settings", propagation_seconds=7)
    await stage.control("settings", set_upstreaming_status=202)
    behavior = stage.world.behavior
    assert (behavior.propagation.total_seconds(), behavior.set_upstreaming_status) == (7, 202)


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("switch", {**_CORE, "protocol": "npm", "name": "x", "behavior": "never"}, 400),
        ("switch", {**_CORE, "protocol": "conan", "name": "x", "behavior": "auto"}, 400),
        ("delete", {**_CORE, "protocol": "npm", "name": "none", "version": "1.0.0"}, 404),
        ("role", {**_CORE, "identity": "Nobody", "role": "reader"}, 404),
        ("policy", {"organization": "other", "protection": True}, 404),
        ("generate", {"feed": "core", "packages": {"protocol": "npm", "count": 1}}, 404),
        ("publish", {**_CORE, "protocol": "npm", "name": "x", "version": "1.0.0", "source": ["nowhere"]}, 404),
        ("clock", {"advance_seconds": "soon"}, 400),
    ],
)
async def test_an_order_that_cannot_be_carried_out_is_refused(
    stage: Stage, name: str, body: dict[str, Any], status: int
) -> None:
    """With a status that says whose fault it is."""
    assert (await stage.nobody.post(f"{SIMULATOR}/_control/{name}", json=body)).status_code == status
