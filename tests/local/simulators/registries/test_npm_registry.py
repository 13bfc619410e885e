"""Tests of the simulated npm registry's semantics."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
import pytest

from local.plain_http import TRUST_NOBODY
from local.simulators.npm_protocol import ABBREVIATED
from local.simulators.npm_protocol_archives import build_tarball, integrity
from local.simulators.npm_registry import new_npm_registry, npm_registry_app


@dataclass(slots=True)
class _World:
    """A registry with a clock of its own, over HTTP without a network."""

    http: httpx.AsyncClient
    now: list[datetime] = field(default_factory=lambda: [datetime(2026, 8, 1, 10, tzinfo=UTC)])

    def later(self, **passed: float) -> None:
        """Let time pass."""
        self.now[0] += timedelta(**passed)

    async def tell(self, action: str, **order: Any) -> int:  # noqa: ANN401  # the order's own shape checks it
        """Give an order; return the answer's status."""
        return (await self.http.post(f"/_control/{action}", json=order)).status_code

    async def publish(self, name: str, version: str, *, user: str = "alice") -> httpx.Response:
        """Publish as npm does."""
        manifest, tarball = build_tarball(name, version)
        manifest["dist"] = integrity(tarball)
        document = {
            "name": name,
            "dist-tags": {"latest": version},
            "versions": {version: manifest},
            "_attachments": {f"{name}-{version}.tgz": {"data": base64.b64encode(tarball).decode()}},
        }
        headers = {"authorization": f"Bearer {user}"}
        return await self.http.put(f"/{name.replace('/', '%2f')}", content=json.dumps(document), headers=headers)


_SHORT: Final = {"accept": f"{ABBREVIATED}; q=1.0, application/json; q=0.8, */*"}


@pytest.fixture
async def npm() -> AsyncIterator[_World]:
    """Set up an empty registry."""
    world = _World(httpx.AsyncClient(verify=TRUST_NOBODY))
    await world.http.aclose()
    app = npm_registry_app(new_npm_registry(lambda: world.now[0]))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://npm.example.test") as world.http:
        yield world


async def test_a_publication_can_be_installed(npm: _World) -> None:
    """Both documents, the one version, its tags, and the very tarball."""
    assert (await npm.publish("@acme/ui", "1.0.0")).status_code == 201
    full = (await npm.http.get("/@acme%2fui")).json()
    short = await npm.http.get("/@acme/ui", headers=_SHORT)
    assert full["time"]["created"] == "2026-08-01T10:00:00.000Z"
    assert (short.headers["content-type"], "time" in short.json()) == (ABBREVIATED, False)
    tarball = await npm.http.get(full["versions"]["1.0.0"]["dist"]["tarball"])
    assert integrity(tarball.content)["integrity"] == short.json()["versions"]["1.0.0"]["dist"]["integrity"]
    assert (await npm.http.get("/@acme%2fui/latest")).json()["version"] == "1.0.0"
    assert (await npm.http.get("/-/package/@acme%2fui/dist-tags")).json() == {"latest": "1.0.0"}


async def test_an_unchanged_document_is_not_sent_again(npm: _World) -> None:
    """Each form has an ETag of its own, which changes with the document."""
    await npm.publish("left-pad", "1.0.0")
    full, short = await npm.http.get("/left-pad"), await npm.http.get("/left-pad", headers=_SHORT)
    assert full.headers["etag"] != short.headers["etag"]
    known = {"if-none-match": f"W/{full.headers['etag']}"}
    assert (await npm.http.get("/left-pad", headers=known)).status_code == 304
    await npm.publish("left-pad", "1.0.1")
    assert (await npm.http.get("/left-pad", headers=known)).status_code == 200


@pytest.mark.parametrize(
    "path", ["/nothing", "/@acme%2fnothing", "/nothing/1.0.0", "/left-pad/-/other.tgz", "/left-pad/a/b"]
)
async def test_what_is_not_there_is_told_in_the_documented_words(npm: _World, path: str) -> None:
    """404 with a JSON error."""
    await npm.publish("left-pad", "1.0.0")
    answer = await npm.http.get(path)
    assert (answer.status_code, answer.json()) == (404, {"error": "Not found"})


async def test_a_missing_version_and_missing_tags(npm: _World) -> None:
    """Other words for a version, the same for tags."""
    await npm.publish("left-pad", "1.0.0")
    assert (await npm.http.get("/left-pad/9.9.9")).status_code == 404
    assert (await npm.http.get("/-/package/nothing/dist-tags")).json() == {"error": "Not found"}


async def test_publishing_has_rules(npm: _World) -> None:
    """Nobody's, somebody else's, a used version, somebody's scope, another package's address."""
    await npm.publish("@acme/ui", "1.0.0")
    assert (await npm.http.put("/left-pad", content=b"{}")).status_code == 401
    assert (await npm.publish("@acme/ui", "1.0.0")).status_code == 403
    assert (await npm.publish("@acme/ui", "1.0.1", user="mallory")).status_code == 403
    assert (await npm.publish("@acme/other", "1.0.0", user="mallory")).status_code == 403
    await npm.publish("left-pad", "1.0.0")
    assert (await npm.publish("left-pad", "1.0.1", user="mallory")).status_code == 403
    assert (await npm.http.put("/x", content=b"{}", headers={"authorization": "Bearer alice"})).status_code == 400


@pytest.mark.parametrize("status", [200, 404])
async def test_an_unpublished_package_leaves_a_tombstone(npm: _World, status: int) -> None:
    """Its body tells what was; the name is closed for a day, its versions for ever."""
    await npm.publish("gone", "1.0.0")
    assert await npm.tell("unpublish", name="gone", status=status) == 204
    answer = await npm.http.get("/gone")
    assert answer.status_code == status
    assert answer.json()["time"]["unpublished"]["versions"] == ["1.0.0"]
    assert "versions" not in answer.json()
    assert (await npm.publish("gone", "2.0.0", user="mallory")).status_code == 403
    npm.later(hours=24)
    assert (await npm.publish("gone", "1.0.0", user="mallory")).status_code == 403
    assert (await npm.publish("gone", "2.0.0", user="mallory")).status_code == 201
    assert (await npm.http.get("/gone")).json()["time"]["created"] == "2026-08-01T10:00:00.000Z"


async def test_one_version_can_be_unpublished(npm: _World) -> None:
    """Its time stays in the document."""
    await npm.publish("left-pad", "1.0.0")
    await npm.publish("left-pad", "1.0.1")
    await npm.tell("unpublish", name="left-pad", version="1.0.0")
    document = (await npm.http.get("/left-pad")).json()
    assert list(document["versions"]) == ["1.0.1"]
    assert "1.0.0" in document["time"]


async def test_a_held_name(npm: _World) -> None:
    """The placeholder takes the place of every version, and belongs to the registry."""
    await npm.publish("evil", "1.0.0")
    await npm.tell("hold", name="evil", version="0.0.1-security.2")
    document = (await npm.http.get("/evil")).json()
    assert list(document["versions"]) == ["0.0.1-security.2"]
    assert (document["description"], document["maintainers"][0]["name"]) == ("security holding package", "npm")
    assert (await npm.publish("evil", "2.0.0")).status_code == 403


async def test_a_manifest_says_what_it_was_told(npm: _World) -> None:
    """A bare address is written out, as npm does when it publishes; another form stays as it is."""
    more: dict[str, Any] = {"scripts": {"postinstall": "x"}, "description": "Pads.", "publisher": "mallory"}
    await npm.tell("publish", name="one", version="1.0.0", repository="https://code.example.test/one", **more)
    await npm.tell("publish", name="one", version="2.0.0", repository="github:acme/one", tag="next")
    document = (await npm.http.get("/one")).json()
    first, second = document["versions"]["1.0.0"], document["versions"]["2.0.0"]
    assert first["repository"] == {"type": "git", "url": "git+https://code.example.test/one"}
    assert (first["scripts"], first["_npmUser"]["name"]) == ({"postinstall": "x"}, "mallory")
    assert (document["description"], first["description"]) == ("Pads.", "Pads.")
    assert second["repository"] == "github:acme/one"
    assert "description" not in second


async def test_a_miss_is_remembered(npm: _World) -> None:
    """The document stays missing for its time, although one version is there already; a second miss adds nothing."""
    await npm.tell("settings", negative_cache_seconds=300)
    await npm.http.get("/acme-billing")
    await npm.publish("acme-billing", "1.0.0")
    npm.later(seconds=200)
    assert (await npm.http.get("/acme-billing")).status_code == 404
    assert (await npm.http.get("/acme-billing/1.0.0")).status_code == 200
    npm.later(seconds=100)
    assert (await npm.http.get("/acme-billing")).status_code == 200


async def test_a_name_can_be_removed_as_if_it_had_never_been(npm: _World) -> None:
    """For stories that begin again."""
    await npm.tell("publish", name="left-pad", version="1.0.0", publisher="alice", scripts={"install": "echo"})
    assert await npm.tell("remove", name="left-pad") == 204
    assert (await npm.http.get("/left-pad")).json() == {"error": "Not found"}


@pytest.mark.parametrize(
    ("action", "order", "status"),
    [
        ("explode", {}, 404),
        ("publish", {"name": "left-pad"}, 400),
        ("publish", {"name": "left-pad", "version": "1.0.0", "colour": "red"}, 400),
        ("unpublish", {"name": "nothing"}, 400),
        ("remove", {"name": "nothing"}, 400),
    ],
)
async def test_an_order_that_cannot_be_carried_out_is_told(
    npm: _World, action: str, order: dict[str, Any], status: int
) -> None:
    """A misspelt order would make a test pass for the wrong reason."""
    assert await npm.tell(action, **order) == status


async def test_who_asks(npm: _World) -> None:
    """A bearer token's text or a basic user name; ping and advisories answer anyone."""
    basic = base64.b64encode(b"bob:secret").decode()
    for header, name in (("Bearer alice", "alice"), (f"Basic {basic}", "bob")):
        answer = await npm.http.get("/-/whoami", headers={"authorization": header})
        assert answer.json() == {"username": name}
    for header in ("", "Basic ***", "Digest x"):
        assert (await npm.http.get("/-/whoami", headers={"authorization": header})).status_code == 401
    assert (await npm.http.get("/-/ping")).json() == {}
    assert (await npm.http.post("/-/npm/v1/security/advisories/bulk", json={})).json() == {}
