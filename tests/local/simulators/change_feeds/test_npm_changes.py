"""Tests of npm's simulated replication service."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final

import httpx
import pytest

from local.simulators.faults import FaultyApp
from local.simulators.npm_changes import npm_changes_app
from local.simulators.npm_changes_log import NpmChangeLog
from local.simulators.npm_protocol_archives import build_tarball
from local.simulators.npm_registry import new_npm_registry, npm_registry_app

_NOW: Final = datetime(2026, 8, 1, 10, tzinfo=UTC)
_BELOW: Final = "/-/replication"


def _http(app: FaultyApp) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://npm.example.test")


@pytest.fixture
async def npm() -> AsyncIterator[httpx.AsyncClient]:
    """Set up a registry with its replication service."""
    async with _http(npm_registry_app(new_npm_registry(lambda: _NOW))) as http:
        yield http


async def _changes(http: httpx.AsyncClient, since: int = 0, *, path: str = _BELOW, limit: int = 100) -> dict[str, Any]:
    answer = await http.get(f"{path}/_changes?since={since}&limit={limit}")
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


async def _newest(http: httpx.AsyncClient, path: str = _BELOW) -> int:
    newest: int = (await http.get(f"{path}/")).json()["update_seq"]
    return newest


async def _tell(http: httpx.AsyncClient, action: str, **order: Any) -> None:  # noqa: ANN401  # the order's shape checks
    assert (await http.post(f"/_control/{action}", json=order)).status_code == 204


async def test_everything_that_happens_to_a_name_is_a_change(npm: httpx.AsyncClient) -> None:
    """Publishing with npm, by order, taking away, holding, removing; each name is listed once, at its latest."""
    manifest, tarball = build_tarball("@acme/ui", "1.0.0")
    document = {
        "name": "@acme/ui",
        "dist-tags": {"latest": "1.0.0"},
        "versions": {"1.0.0": manifest},
        "_attachments": {"@acme/ui-1.0.0.tgz": {"data": base64.b64encode(tarball).decode()}},
    }
    headers = {"authorization": "Bearer alice"}
    await npm.put("/@acme%2fui", content=json.dumps(document), headers=headers)
    for action in ("publish", "hold"):
        await _tell(npm, action, name="evil", version="0.0.1-security")
    await _tell(npm, "publish", name="gone", version="1.0.0")
    await _tell(npm, "unpublish", name="gone")
    await _tell(npm, "publish", name="wiped", version="1.0.0")
    await _tell(npm, "remove", name="wiped")
    rows = (await _changes(npm))["results"]
    assert [row["id"] for row in rows] == ["@acme/ui", "evil", "gone", "wiped"]
    assert [row.get("deleted") for row in rows] == [None, None, None, True]
    assert [row["changes"][0]["rev"].partition("-")[0] for row in rows] == ["1", "2", "2", "2"]
    assert (await npm.get(f"{_BELOW}/")).json()["doc_count"] == 4


async def test_the_installation_side_is_untouched(npm: httpx.AsyncClient) -> None:
    """A name that begins like the service's address is a name."""
    assert (await npm.get("/-/ping")).status_code == 200
    assert (await npm.get("/replication")).json() == {"error": "Not found"}


async def test_numbers_have_gaps_and_pages_go_on(npm: httpx.AsyncClient) -> None:
    """The last number of a page begins the next; behind the newest there is nothing."""
    for name in "abcde":
        await _tell(npm, "announce", name=name)
    first = await _changes(npm, limit=3)
    second = await _changes(npm, first["last_seq"], limit=3)
    rows = [*first["results"], *second["results"]]
    assert [row["id"] for row in rows] == list("abcde")
    assert max(later["seq"] - earlier["seq"] for earlier, later in pairwise(rows)) > 1
    newest = await _newest(npm)
    assert second["last_seq"] == newest
    assert await _changes(npm, newest) == {"results": [], "last_seq": newest}


@pytest.mark.parametrize(
    "query", ["limit=10001", "limit=0", "since=now", "feed=longpoll", "include_docs=true", "skip=1"]
)
async def test_what_the_service_no_longer_does(npm: httpx.AsyncClient, query: str) -> None:
    """400, as since 2025."""
    assert (await npm.get(f"{_BELOW}/_changes?{query}")).status_code == 400


async def test_the_default_is_a_thousand_rows() -> None:
    """And a million can be generated at no cost, between changes that happened."""
    log = NpmChangeLog()
    async with _http(npm_changes_app(log)) as http:
        await _tell(http, "announce", name="before")
        await _tell(http, "generate_changes", count=1_000_000, prefix="acme-")
        await _tell(http, "announce", name="after", deleted=True)
        assert len((await http.get("/_changes")).json()["results"]) == 1000
        newest = await _newest(http, path="")
        tail = await _changes(http, newest - 13, path="")
        assert [row["id"] for row in tail["results"]] == ["acme-999998", "acme-999999", "after"]
        assert (await http.get("/")).json()["doc_count"] == 1_000_002


async def test_counting_anew(npm: httpx.AsyncClient) -> None:
    """Names are listed again under lower numbers, in their order."""
    for name in "abab":
        await _tell(npm, "announce", name=name)
    before = await _newest(npm)
    await _tell(npm, "begin_anew", at=10)
    assert 10 < await _newest(npm) < before
    assert [row["id"] for row in (await _changes(npm, 10))["results"]] == ["a", "b"]
    assert (await _changes(npm, before))["results"] == []
