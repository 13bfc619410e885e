"""The npm side of a feed request by request, where the real clients do not show everything."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from local.simulators.npm_protocol_archives import build_tarball, integrity
from tests.local.simulators.azure_devops.stage import NPM, SIMULATOR, Stage

_NPM = "/acme/Payments/_packaging/core/npm/registry"
_ALLOW: dict[str, Any] = {"project": "Payments", "feed": "core", "behavior": "allowExternalVersions"}


async def test_a_packument_offers_tarballs_at_the_feed(stage: Stage) -> None:
    """Whether held or not yet saved, each with its digest; `latest` is the highest."""
    await stage.publish_outside(NPM, "acme-billing", "99.0.0")
    await stage.control("switch", **_ALLOW, protocol="npm", name="acme-billing")
    document = (await stage.get(f"{_NPM}/acme-billing")).json()
    assert document["dist-tags"] == {"latest": "99.0.0"}
    for version in ("1.0.0", "99.0.0"):
        dist = document["versions"][version]["dist"]
        assert dist["tarball"].startswith(SIMULATOR)
        tarball = await stage.nobody.get(dist["tarball"], auth=("", "pat-owner"))
        assert integrity(tarball.content)["integrity"] == dist["integrity"]


async def test_listing_saves_nothing(stage: Stage) -> None:
    """Only a download does."""
    await stage.publish_outside(NPM, "left-shift", "1.3.0")
    before = stage.feed().log.last_token
    assert (await stage.get(f"{_NPM}/left-shift")).status_code == 200
    assert (await stage.get(f"{_NPM}/left-shift/1.3.0")).json()["version"] == "1.3.0"
    assert stage.feed().log.last_token == before
    assert (await stage.get(f"{_NPM}/left-shift/-/left-shift-1.3.0.tgz")).status_code == 200
    assert stage.feed().log.last_token > before


async def test_a_download_may_lead_to_the_blob_store(stage: Stage) -> None:
    """Saved before it is told where; the signature opens it, a credential beside it does not."""
    await stage.control("settings", downloads_redirect=True)
    await stage.publish_outside(NPM, "left-shift", "1.3.0")
    answer = await stage.get(f"{_NPM}/left-shift/-/left-shift-1.3.0.tgz")
    assert (answer.status_code, answer.content) == (303, b"")
    assert len(stage.feed().held("npm", "left-shift")) == 1
    where = answer.headers["location"]
    assert (await stage.nobody.get(where)).content == build_tarball("left-shift", "1.3.0")[1]
    assert (await stage.nobody.get(where, auth=("", "pat-owner"))).status_code == 403
    assert (await stage.nobody.get(where.partition("?")[0])).status_code == 403


async def test_saving_through_another_feed_saves_there_too(stage: Stage) -> None:
    """The chain has a step for each."""
    stage.feed().sources = [source for source in stage.feed().sources if source.name == "shared"]
    await stage.publish_outside(NPM, "left-shift", "1.3.0")
    assert (await stage.get(f"{_NPM}/left-shift/-/left-shift-1.3.0.tgz")).status_code == 200
    (here,), (there,) = stage.feed().held("npm", "left-shift"), stage.feed("shared").held("npm", "left-shift")
    assert [(step.name, step.kind) for step in here.chain] == [("shared", "internal"), ("npm", "public")]
    assert [(step.name, step.kind) for step in there.chain] == [("npm", "public")]
    assert not here.internal


async def test_the_registrys_own_questions(stage: Stage) -> None:
    """Ping, who am I, tags; anything else is not there."""
    assert (await stage.get(f"{_NPM}/-/ping")).json() == {}
    assert (await stage.get(f"{_NPM}/-/whoami", by="publisher")).json() == {"username": "Publisher"}
    assert (await stage.get(f"{_NPM}/-/package/acme-billing/dist-tags")).json() == {"latest": "1.1.0"}
    assert (await stage.get(f"{_NPM}/-/v1/search")).status_code == 404
    assert (await stage.get(f"{_NPM}/acme-billing/latest")).json()["version"] == "1.1.0"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("none", 404),
        ("acme-billing/9.9.9", 404),
        ("acme-billing/-/acme-billing-9.9.9.tgz", 404),
        ("acme-billing/a/b/c", 405),
    ],
)
async def test_what_an_npm_feed_does_not_have(stage: Stage, path: str, status: int) -> None:
    """Not found, with the service's error body."""
    answer = await stage.get(f"{_NPM}/{path}")
    assert answer.status_code == status
    assert answer.json()["typeKey"]


async def test_a_package_that_only_a_dead_registry_may_have_is_unknown(stage: Stage) -> None:
    """503, not 404: nobody knows whether it exists."""
    await stage.cut_off(NPM)
    answer = await stage.get(f"{_NPM}/left-shift")
    assert (answer.status_code, answer.json()["typeKey"]) == (503, "UpstreamUnavailableException")
    assert (await stage.get(f"{_NPM}/acme-billing")).status_code == 200


async def test_a_registry_that_dies_between_listing_and_download(stage: Stage) -> None:
    """The version stays unsaved."""
    await stage.publish_outside(NPM, "left-shift", "1.3.0")
    fault = {"path": "*.tgz", "status": 502}
    await stage.upstream.post(f"{NPM}/_control/faults", json=fault)
    assert (await stage.get(f"{_NPM}/left-shift/-/left-shift-1.3.0.tgz")).status_code == 503
    await stage.upstream.delete(f"{NPM}/_control/faults")
    await stage.upstream.post(f"{NPM}/_control/faults", json=fault | {"status": 404})
    assert (await stage.get(f"{_NPM}/left-shift/-/left-shift-1.3.0.tgz")).status_code == 503
    assert stage.feed().held("npm", "left-shift") == []


@pytest.mark.parametrize("body", ["[]", "not json", '{"name": "left-shift", "versions": {"1.0.0": {}}}'])
async def test_a_registry_that_answers_nonsense_is_as_good_as_down(stage: Stage, body: str) -> None:
    """Nothing is concluded from it."""
    await stage.upstream.post(f"{NPM}/_control/faults", json={"status": 200, "body": body})
    assert (await stage.core("left-shift"))["down"] == ["npm", "npm"]


def _document(name: str, version: str) -> dict[str, Any]:
    manifest, tarball = build_tarball(name, version)
    data = {"content_type": "application/octet-stream", "data": base64.b64encode(tarball).decode()}
    return {
        "_id": name,
        "name": name,
        "dist-tags": {"latest": version},
        "versions": {version: manifest},
        "_attachments": {f"{name}-{version}.tgz": data | {"length": len(tarball)}},
    }


async def test_publishing_needs_the_right_role_and_document(stage: Stage) -> None:
    """A reader may not, a document of another name is refused, a read-only feed takes nothing."""
    body = json.dumps(_document("fresh", "1.0.0"))
    refused = await stage.ask("PUT", f"{_NPM}/fresh", by="reader", content=body)
    assert (refused.status_code, "'AddPackage'" in refused.json()["message"]) == (403, True)
    assert (await stage.ask("PUT", f"{_NPM}/other", by="publisher", content=body)).status_code == 400
    await stage.control("feed", project="Payments", feed="core", changes={"read_only": True})
    assert (await stage.ask("PUT", f"{_NPM}/fresh", by="publisher", content=body)).status_code == 403
    await stage.control("feed", project="Payments", feed="core", changes={"read_only": False})
    assert (await stage.ask("PUT", f"{_NPM}/fresh", by="publisher", content=body)).status_code == 200
    again = await stage.ask("PUT", f"{_NPM}/fresh", by="publisher", content=body)
    assert (again.status_code, again.json()["typeKey"]) == (409, "PackageVersionAlreadyExistsException")


async def test_package_clients_are_challenged(stage: Stage) -> None:
    """Without a credential they get 401 and are told how to sign in."""
    answer = await stage.nobody.get(f"{SIMULATOR}{_NPM}/acme-billing")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Basic realm="http://127.0.0.1/"')
    assert (await stage.get("/other/_packaging/core/npm/registry/acme-billing")).status_code == 401


async def test_a_view_serves_only_what_was_promoted(stage: Stage) -> None:
    """And nothing from upstream, whatever the switch says."""
    await stage.publish_outside(NPM, "acme-billing", "99.0.0")
    await stage.control("switch", **_ALLOW, protocol="npm", name="acme-billing")
    stage.feed().held("npm", "acme-billing")[0].views = ("Local", "Release")
    document = (await stage.get("/acme/Payments/_packaging/core@Release/npm/registry/acme-billing")).json()
    assert list(document["versions"]) == ["1.0.0"]
    local = (await stage.get("/acme/Payments/_packaging/core@Local/npm/registry/acme-billing")).json()
    assert list(local["versions"]) == ["1.0.0", "1.1.0", "99.0.0"]


async def test_a_project_feed_passes_on_to_another_project_feed(stage: Stage) -> None:
    """The upstream's project is told by id."""
    source = {"name": "core", "protocol": "npm", "kind": "internal", "feed": "core", "project": "Payments"}
    await stage.control("upstream", project="Zürich Office", feed="büro", source=source)
    base = "/acme/Z%C3%BCrich%20Office"
    (told,) = (await stage.get(f"{base}/_apis/packaging/feeds/b%C3%BCro")).json()["upstreamSources"]
    assert told["internalUpstreamProjectId"] == stage.feed().project_id
    listed = (await stage.get(f"{base}/_packaging/b%C3%BCro/npm/registry/acme-billing")).json()
    assert list(listed["versions"]) == ["1.0.0", "1.1.0"]
    tarball = listed["versions"]["1.1.0"]["dist"]["tarball"]
    assert (await stage.nobody.get(tarball, auth=("", "pat-owner"))).status_code == 200
    assert [version.internal for version in stage.feed("büro").held("npm", "acme-billing")] == [True]
