"""Tests of the simulated Python index's JSON API."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from typing import Any

import pytest

from local.simulators.pypi_about import labelled_urls
from local.simulators.pypi_protocol_archives import build_wheel
from local.simulators.pypi_registry import new_pypi_registry, pypi_registry_app
from tests.local.simulators.registries.told import Told, told

_SOURCE = "https://code.example.test/acme"


@pytest.fixture
async def pypi() -> AsyncIterator[Told]:
    """Set up an empty index."""
    async with told(lambda clock: pypi_registry_app(new_pypi_registry(clock))) as world:
        yield world


async def _project(pypi: Told, name: str = "acme-billing") -> dict[str, Any]:
    document: dict[str, Any] = (await pypi.http.get(f"/pypi/{name}/json")).json()
    return document


async def test_the_latest_release_tells_of_the_project(pypi: Told) -> None:
    """In the registered spelling; a yanked release and a prerelease only where there is nothing better."""
    about = {"description": "Bills.", "author": "Alice", "home_page": _SOURCE, "project_urls": {"Source": _SOURCE}}
    await pypi.tell("publish", name="Acme.Billing", version="1.0", owner="alice", maintainers=["bob"], **about)
    await pypi.tell("publish", name="Acme.Billing", version="2.0")
    await pypi.tell("publish", name="Acme.Billing", version="3.0rc1")
    document = await _project(pypi)
    assert (document["info"]["name"], document["info"]["version"]) == ("Acme.Billing", "2.0")
    assert (document["info"]["summary"], document["info"]["project_urls"]) == (None, None)
    await pypi.tell("yank", name="Acme.Billing", version="2.0", reason="broken")
    await pypi.tell("unpublish", name="Acme.Billing", version="3.0rc1")
    document = await _project(pypi)
    info = document["info"]
    assert (info["version"], info["summary"], info["author"], info["yanked"]) == ("1.0", "Bills.", "Alice", False)
    assert (info["home_page"], info["project_urls"]) == (_SOURCE, {"Source": _SOURCE})
    assert document["ownership"]["roles"] == [
        {"role": "Owner", "user": "alice"},
        {"role": "Maintainer", "user": "bob"},
    ]
    assert document["releases"]["2.0"][0]["yanked_reason"] == "broken"
    assert document["urls"][0]["upload_time_iso_8601"] == "2026-08-01T10:00:00.000000Z"


async def test_what_is_not_there(pypi: Told) -> None:
    """404 in the documented words, though the names of the last three are taken."""
    for name in ("empty", "bad"):
        await pypi.tell("create", name=name)
    await pypi.tell("publish", name="bad", version="1.0")
    await pypi.tell("quarantine", name="bad")
    await pypi.tell("publish", name="emptied", version="1.0")
    await pypi.tell("unpublish", name="emptied", version="1.0")
    for name in ("never", "empty", "bad", "emptied"):
        answer = await pypi.http.get(f"/pypi/{name}/json")
        assert (answer.status_code, answer.json()) == (404, {"message": "Not Found"})


async def test_another_spelling_is_led_to_the_right_one(pypi: Told) -> None:
    """301, as for the simple index."""
    answer = await pypi.http.get("/pypi/Acme.Billing/json")
    assert (answer.status_code, answer.headers["location"]) == (301, "/pypi/acme-billing/json")


async def test_an_upload_tells_the_same(pypi: Told) -> None:
    """The form that twine posts carries the words of the release."""
    filename, content = build_wheel("acme-billing", "1.0")
    form: dict[str, Any] = {":action": "file_upload", "name": "acme-billing", "version": "1.0", "summary": "Bills."}
    form |= {
        "author": "Alice",
        "home_page": "",
        "project_urls": [f"Source, {_SOURCE}", "Docs,https://docs.example.test"],
    }
    credential = base64.b64encode(b"alice:x").decode()
    headers = {"authorization": f"Basic {credential}"}
    sent = await pypi.http.post("/legacy/", data=form, files={"content": (filename, content)}, headers=headers)
    assert sent.status_code == 200
    document = await _project(pypi)
    info = document["info"]
    assert (info["summary"], info["author"]) == ("Bills.", "Alice")
    assert info["project_urls"] == {"Source": _SOURCE, "Docs": "https://docs.example.test"}
    assert document["ownership"]["roles"] == [{"role": "Owner", "user": "alice"}]


async def test_who_uses_a_project_is_forgotten_with_it(pypi: Told) -> None:
    """The next owner starts anew."""
    await pypi.tell("publish", name="acme-billing", version="1.0", owner="alice", maintainers=["bob"])
    await pypi.tell("remove", name="acme-billing")
    await pypi.tell("publish", name="acme-billing", version="2.0", owner="mallory")
    assert (await _project(pypi))["ownership"]["roles"] == [{"role": "Owner", "user": "mallory"}]


def test_labels_stand_before_the_first_comma() -> None:
    """An address may have commas of its own; a line without one is none."""
    lines = ["Source, https://code.example.test/a,b", "no address"]
    assert labelled_urls(lines) == {"Source": "https://code.example.test/a,b"}
