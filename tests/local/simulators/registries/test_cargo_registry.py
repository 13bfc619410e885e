"""Tests of the simulated Cargo index's semantics."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree.ElementTree import fromstring

import httpx
import pytest

from local.simulators.cargo_registry import cargo_registry_app, new_cargo_registry
from tests.local.simulators.registries.told import Told, told


@pytest.fixture
async def cargo() -> AsyncIterator[Told]:
    """Set up an empty index."""
    async with told(lambda clock: cargo_registry_app(new_cargo_registry(clock))) as world:
        yield world


def _lines(answer: httpx.Response) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_the_index_says_where_crates_are(cargo: Told) -> None:
    """As cargo asks first."""
    assert (await cargo.http.get("/config.json")).json()["dl"].endswith("/crates")


@pytest.mark.parametrize(
    ("name", "path"), [("a", "/1/a"), ("AB", "/2/ab"), ("abc", "/3/a/abc"), ("Acme-Tool", "/ac/me/acme-tool")]
)
async def test_one_line_a_version(cargo: Told, name: str, path: str) -> None:
    """In the order of publishing, below folders of the lower-case name, in the published spelling."""
    at = "2026-07-01T12:00:00+02:00"
    assert await cargo.tell("publish", name=name, version="1.1.0", published_at=at) == 204
    assert await cargo.tell("publish", name=name, version="1.0.0", dated=False) == 204
    lines = _lines(await cargo.http.get(path))
    assert [(line["name"], line["vers"], line["yanked"]) for line in lines] == [
        (name, "1.1.0", False),
        (name, "1.0.0", False),
    ]
    assert (lines[0]["pubtime"], "pubtime" in lines[1]) == ("2026-07-01T10:00:00Z", False)


async def test_another_spelling_is_another_path_and_the_same_name(cargo: Told) -> None:
    """It is not there, and cannot be published."""
    await cargo.tell("publish", name="acme-tool", version="1.0.0")
    assert (await cargo.http.get("/ac/me/acme_tool")).status_code == 404
    assert (await cargo.http.get("/wrong/acme-tool")).status_code == 404
    assert await cargo.tell("publish", name="acme_tool", version="2.0.0") == 400
    assert await cargo.tell("publish", name="acme-tool", version="1.0.0") == 400


async def test_the_life_of_a_crate(cargo: Told) -> None:
    """Published, yanked and back, taken away by law, removed."""
    await cargo.tell("publish", name="acme", version="1.0.0")
    await cargo.tell("publish", name="acme", version="1.1.0")
    for yanked in (True, False):
        assert await cargo.tell("yank", name="acme", version="1.0.0", yanked=yanked) == 204
        assert [line["yanked"] for line in _lines(await cargo.http.get("/ac/me/acme"))] == [yanked, False]
    for status in (451, 410):
        await cargo.tell("block", name="acme", status=status)
        assert (await cargo.http.get("/ac/me/acme")).status_code == status
    await cargo.tell("remove", name="acme")
    assert (await cargo.http.get("/ac/me/acme")).status_code == 404


async def test_an_unchanged_file_is_not_sent_again(cargo: Told) -> None:
    """Until a version comes."""
    await cargo.tell("publish", name="acme", version="1.0.0")
    known = {"if-none-match": (await cargo.http.get("/ac/me/acme")).headers["etag"]}
    assert (await cargo.http.get("/ac/me/acme", headers=known)).status_code == 304
    await cargo.tell("publish", name="acme", version="1.1.0")
    assert (await cargo.http.get("/ac/me/acme", headers=known)).status_code == 200


async def test_a_miss_is_remembered(cargo: Told) -> None:
    """For as long as it is told."""
    assert await cargo.tell("settings", negative_cache_seconds=60) == 204
    await cargo.http.get("/ac/me/acme")
    await cargo.tell("publish", name="acme", version="1.0.0")
    assert (await cargo.http.get("/ac/me/acme")).status_code == 404
    cargo.now = datetime(2026, 8, 1, 10, tzinfo=UTC) + timedelta(seconds=60)
    assert (await cargo.http.get("/ac/me/acme")).status_code == 200


@pytest.mark.parametrize(
    ("action", "order"),
    [
        ("yank", {"name": "nothing", "version": "1.0.0"}),
        ("yank", {"name": "acme", "version": "2.0.0"}),
        ("remove", {"name": "nothing"}),
        ("block", {"name": "acme", "status": 404}),
        ("publish", {"name": "acme"}),
    ],
)
async def test_an_order_that_cannot_be_carried_out_is_told(cargo: Told, action: str, order: dict[str, Any]) -> None:
    """A misspelt order would make a test pass for the wrong reason."""
    await cargo.tell("publish", name="acme", version="1.0.0")
    assert await cargo.tell(action, **order) == 400


async def _new(cargo: Told) -> list[str]:
    document = fromstring((await cargo.http.get("/rss/crates.xml")).content)  # noqa: S314  # our own
    return [item.text or "" for item in document.iterfind("channel/item/{*}name")]


async def test_a_new_crate_is_on_the_list_of_new_crates(cargo: Told) -> None:
    """With its first version, in the spelling that it was published in; not again with a further one."""
    await cargo.tell("publish", name="Acme-Tool", version="1.0.0")
    cargo.now += timedelta(minutes=1)
    await cargo.tell("publish", name="acme-ui", version="1.0.0", dated=False)
    await cargo.tell("publish", name="Acme-Tool", version="1.1.0")
    await cargo.tell("publish", name="acme_tool", version="2.0.0")
    assert await _new(cargo) == ["acme-ui", "Acme-Tool"]
    await cargo.tell("remove", name="acme_tool")
    assert await _new(cargo) == ["acme-ui"]


async def test_the_list_may_run_ahead_of_the_index(cargo: Told) -> None:
    """What it is told of alone has no file."""
    await cargo.tell("create", name="acme-early")
    assert await _new(cargo) == ["acme-early"]
    assert (await cargo.http.get("/ac/me/acme-early")).status_code == 404
