"""Tests of the simulated Python index's semantics."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
import pytest

from local.plain_http import TRUST_NOBODY
from local.simulators.pypi_protocol import SIMPLE_JSON
from local.simulators.pypi_protocol_archives import build_wheel
from local.simulators.pypi_registry import new_pypi_registry, pypi_registry_app

_JSON: Final = {"accept": SIMPLE_JSON}


@dataclass(slots=True)
class _World:
    """An index with a clock of its own, over HTTP without a network."""

    http: httpx.AsyncClient
    now: list[datetime] = field(default_factory=lambda: [datetime(2026, 8, 1, 10, tzinfo=UTC)])

    async def tell(self, action: str, **order: Any) -> int:  # noqa: ANN401  # the order's own shape checks it
        """Give an order; return the answer's status."""
        return (await self.http.post(f"/_control/{action}", json=order)).status_code

    async def page(self, name: str) -> dict[str, Any]:
        """Return a project's page."""
        document: dict[str, Any] = (await self.http.get(f"/simple/{name}/", headers=_JSON)).json()
        return document

    async def upload(
        self, name: str, version: str, *, user: str = "alice", extra: str = "", **changes: str
    ) -> httpx.Response:
        """Upload as twine does."""
        filename, content = build_wheel(name, version, modules={"a.py": extra})
        form = {":action": "file_upload", "protocol_version": "1", "name": name, "version": version}
        form |= {
            {"action": ":action", "told_version": "version"}.get(key, key): value for key, value in changes.items()
        }
        credential = base64.b64encode(f"__token__:{user}".encode()).decode()
        return await self.http.post(
            "/legacy/",
            data=form,
            files={"content": (filename, content)},
            headers={"authorization": f"Basic {credential}"},
        )


@pytest.fixture
async def pypi() -> AsyncIterator[_World]:
    """Set up an empty index."""
    world = _World(httpx.AsyncClient(verify=TRUST_NOBODY))
    await world.http.aclose()
    app = pypi_registry_app(new_pypi_registry(lambda: world.now[0]))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://python.example.test") as world.http:
        yield world


async def test_an_upload_can_be_downloaded(pypi: _World) -> None:
    """The page names the file, the file is the one that was sent."""
    assert (await pypi.upload("Acme.Billing", "1.0")).status_code == 200
    page = await pypi.page("acme-billing")
    assert page["versions"] == ["1.0"]
    file = await pypi.http.get(page["files"][0]["url"])
    assert file.content == build_wheel("Acme.Billing", "1.0", modules={"a.py": ""})[1]


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/simple/Acme.Billing/", "/simple/acme-billing/"),
        ("/simple/acme-billing", "/simple/acme-billing/"),
        ("/simple/acme__billing", "/simple/acme-billing/"),
        ("/simple", "/simple/"),
    ],
)
async def test_another_spelling_is_led_to_the_right_one(pypi: _World, path: str, location: str) -> None:
    """301, whether the project is there or not."""
    answer = await pypi.http.get(path)
    assert (answer.status_code, answer.headers["location"]) == (301, location)


async def test_pages_have_tags_and_serials(pypi: _World) -> None:
    """An unchanged page is not sent again; creation, release and file each count the serial on."""
    await pypi.tell("publish", name="one", version="1.0")
    await pypi.tell("publish", name="two", version="1.0")
    page = await pypi.http.get("/simple/one/", headers=_JSON)
    index = await pypi.http.get("/simple/", headers=_JSON)
    assert (page.headers["x-pypi-last-serial"], index.headers["x-pypi-last-serial"]) == ("3", "6")
    assert [project["name"] for project in index.json()["projects"]] == ["one", "two"]
    known = {**_JSON, "if-none-match": page.headers["etag"]}
    assert (await pypi.http.get("/simple/one/", headers=known)).status_code == 304
    await pypi.tell("publish", name="one", version="2.0")
    assert (await pypi.http.get("/simple/one/", headers=known)).status_code == 200


async def test_a_form_that_is_not_spoken_is_refused(pypi: _World) -> None:
    """406 for both kinds of page."""
    await pypi.tell("create", name="one")
    for path in ("/simple/one/", "/simple/"):
        assert (await pypi.http.get(path, headers={"accept": "image/png"})).status_code == 406


async def test_what_is_not_there(pypi: _World) -> None:
    """Exactly the registry's short text."""
    answer = await pypi.http.get("/simple/nothing/", headers=_JSON)
    assert (answer.status_code, answer.text) == (404, "404 Not Found")
    assert answer.headers["content-type"].startswith("text/plain")
    assert (await pypi.http.get("/files/0/acme-1.0.tar.gz")).status_code == 404


async def test_a_miss_is_remembered(pypi: _World) -> None:
    """For about a minute on the real one; here for as long as it is told."""
    await pypi.tell("settings", negative_cache_seconds=60)
    await pypi.http.get("/simple/one/")
    await pypi.tell("publish", name="one", version="1.0")
    assert (await pypi.http.get("/simple/one/")).status_code == 404
    pypi.now[0] += timedelta(seconds=60)
    assert (await pypi.http.get("/simple/one/")).status_code == 200


async def test_uploading_has_rules(pypi: _World) -> None:
    """Nobody's, somebody else's, a used file name, a wrong digest, another project's file; the same again is fine."""
    await pypi.upload("one", "1.0")
    assert (await pypi.upload("one", "1.0")).status_code == 200
    assert (await pypi.upload("one", "1.0", extra="x = 1")).status_code == 400
    assert (await pypi.upload("one", "1.1", user="mallory")).status_code == 403
    assert (await pypi.upload("one", "1.1", sha256_digest="0" * 64)).status_code == 400
    assert (await pypi.upload("one", "1.1", action="verify")).status_code == 400
    assert (await pypi.upload("one", "1.1", told_version="")).status_code == 400
    assert (await pypi.http.post("/legacy/", data={})).status_code == 403
    assert (await pypi.page("one"))["versions"] == ["1.0"]


@pytest.mark.parametrize("credential", ["Bearer x", "Basic ***", "Basic Og=="])
async def test_an_upload_needs_a_user(pypi: _World, credential: str) -> None:
    """What names nobody is refused."""
    answer = await pypi.http.post("/legacy/", headers={"authorization": credential})
    assert answer.status_code == 403


async def test_the_life_of_a_project(pypi: _World) -> None:
    """Created, released, yanked, archived, in quarantine, back, emptied, removed for good."""
    await pypi.tell("create", name="acme")
    assert (await pypi.page("acme"))["files"] == []
    await pypi.tell("publish", name="acme", version="1.0", kind="sdist", published_at="2026-07-01T00:00:00Z")
    await pypi.tell("yank", name="acme", version="1.0", reason="broken")
    assert (await pypi.page("acme"))["files"][0]["yanked"] == "broken"
    for action, status in (("archive", "archived"), ("quarantine", "quarantined"), ("reactivate", "active")):
        await pypi.tell(action, name="acme")
        assert (await pypi.page("acme"))["project-status"] == {"status": status}
        assert ((await pypi.page("acme"))["files"] == []) is (status == "quarantined")
    await pypi.tell("unpublish", name="acme", version="1.0")
    assert (await pypi.page("acme"))["files"] == []
    await pypi.tell("remove", name="acme", prohibit=True)
    assert (await pypi.http.get("/simple/acme/")).status_code == 404
    assert (await pypi.upload("acme", "2.0")).status_code == 400


async def test_an_archived_project_takes_no_uploads(pypi: _World) -> None:
    """Nor does one in quarantine."""
    await pypi.upload("acme", "1.0")
    for action in ("archive", "quarantine"):
        await pypi.tell(action, name="acme")
        assert (await pypi.upload("acme", "2.0")).status_code == 400


@pytest.mark.parametrize(
    ("action", "order"),
    [
        ("yank", {"name": "nothing", "version": "1.0"}),
        ("unpublish", {"name": "nothing", "version": "1.0"}),
        ("quarantine", {"name": "nothing"}),
        ("remove", {"name": "nothing"}),
        ("publish", {"name": "acme", "version": "1.0", "kind": "egg"}),
    ],
)
async def test_an_order_that_cannot_be_carried_out_is_told(pypi: _World, action: str, order: dict[str, Any]) -> None:
    """A misspelt order would make a test pass for the wrong reason."""
    assert await pypi.tell(action, **order) == 400
