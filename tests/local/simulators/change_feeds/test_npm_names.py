"""Tests of npm's simulated list of all documents."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest

from local.simulators.generated_names import GeneratedNames, in_order
from local.simulators.npm_registry import new_npm_registry, npm_registry_app
from tests.local.simulators.registries.told import Told, told

_LIST = "/-/replication/_all_docs"


@pytest.fixture
async def npm() -> AsyncIterator[Told]:
    """Set up a registry with its replication service."""
    async with told(lambda clock: npm_registry_app(new_npm_registry(clock))) as world:
        yield world


async def _rows(npm: Told, **query: str) -> list[str]:
    answer = await npm.http.get(_LIST, params=query)
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    assert all(row["key"] == row["id"] and row["value"]["rev"] for row in told["rows"])
    return [row["id"] for row in told["rows"]]


async def test_all_documents_are_listed_in_order(npm: Told) -> None:
    """Those of unpublished packages too; what was removed is not."""
    for name in ("b", "@acme/ui", "a", "gone"):
        await npm.tell("publish", name=name, version="1.0.0")
    await npm.tell("unpublish", name="b")
    await npm.tell("remove", name="gone")
    assert await _rows(npm) == ["@acme/ui", "a", "b"]
    assert (await npm.http.get(_LIST)).json()["total_rows"] == 3


async def test_a_page_begins_with_its_startkey(npm: Told) -> None:
    """Which is a JSON string, and need not be there any more."""
    for name in ("a", "b", "c", '"q"'):
        await npm.tell("publish", name=name, version="1.0.0")
    assert await _rows(npm, startkey=json.dumps("b")) == ["b", "c"]
    assert await _rows(npm, startkey=json.dumps("aa"), limit="1") == ["b"]
    assert await _rows(npm, startkey=json.dumps('"q"'), limit="1") == ['"q"']
    assert await _rows(npm, startkey=json.dumps("d")) == []


async def test_names_are_generated_cheaply(npm: Told) -> None:
    """A million among those that were published: a page is a page, and no change is told."""
    before = (await npm.http.get("/-/replication/")).json()
    await npm.tell("publish", name="generated-0000001x", version="1.0.0")
    assert await npm.tell("generate_names", count=1_000_000) == 204
    assert await _rows(npm, limit="4") == [
        "generated-0000000",
        "generated-0000001",
        "generated-0000001x",
        "generated-0000002",
    ]
    assert len(await _rows(npm)) == 1_000
    assert len(await _rows(npm, limit="10000", startkey='"generated-0985000"')) == 10_000
    assert await _rows(npm, startkey='"generated-0999999"') == ["generated-0999999"]
    assert (await npm.http.get(f"{_LIST}?limit=1")).json()["total_rows"] == 1_000_001
    assert (await npm.http.get("/-/replication/")).json()["doc_count"] == before["doc_count"] + 1_000_001
    changes = (await npm.http.get("/-/replication/_changes?since=0")).json()["results"]
    assert [row["id"] for row in changes] == ["generated-0000001x"]


@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=10001", "limit=-1", "limit=x", "startkey=a", "startkey=7", "startkey=[]", "startkey="),
        *("skip=1", "include_docs=true", "update_seq=true", "key=%22a%22", "limit=5&descending=true"),
    ],
)
async def test_what_the_service_does_not_do(npm: Told, query: str) -> None:
    """It says so."""
    answer = await npm.http.get(f"{_LIST}?{query}")
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")


@pytest.mark.parametrize("order", [{"count": -1}, {"count": 10_000_001}, {"prefix": "a"}])
async def test_an_order_of_another_shape_is_refused(npm: Told, order: dict[str, Any]) -> None:
    """More than seven digits would be out of order."""
    assert await npm.tell("generate_names", **order) == 400


def test_generated_names_are_a_sequence() -> None:
    """In order, each once, and small however many they are."""
    names = GeneratedNames("a-", 10)
    assert list(names) == sorted(names)
    assert names[1:3] == ["a-0000001", "a-0000002"]
    assert names[-1] == "a-0000009"
    assert sys.getsizeof(GeneratedNames("a-", 10_000_000)) < 200
    both = in_order(["a-0000003", "b"], [names, GeneratedNames("a-", 5)], first="a-0000002")
    assert list(both) == [*names[2:], "b"]
