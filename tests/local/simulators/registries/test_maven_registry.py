"""Tests of the simulated Maven repository's semantics and limits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring

from local.simulators.maven_registry import maven_registry_app, new_maven_registry
from tests.local.simulators.registries.told import Told, told

_METADATA = "/maven2/com/acme/core/maven-metadata.xml"


@pytest.fixture
async def maven() -> AsyncIterator[Told]:
    """Set up an empty repository."""
    async with told(lambda clock: maven_registry_app(new_maven_registry(clock))) as world:
        yield world


async def test_metadata_and_description(maven: Told) -> None:
    """What was published can be read, with tags and dates."""
    at = "2026-07-01T12:00:00+00:00"
    await maven.tell("publish", name="com.acme:core", version="1.0", developers=["A & B"], published_at=at)
    await maven.tell("publish", name="com.acme:core", version="1.1")
    answer = await maven.http.get(_METADATA)
    root = fromstring(answer.content)
    assert [one.text for one in root.iter("version")] == ["1.0", "1.1"]
    told_ids = [root.findtext(path) for path in ("groupId", "artifactId", "versioning/release", "versioning/latest")]
    assert told_ids == ["com.acme", "core", "1.1", "1.1"]
    assert root.findtext("versioning/lastUpdated") == "20260801100000"
    known = {"if-none-match": answer.headers["etag"]}
    assert (await maven.http.get(_METADATA, headers=known)).status_code == 304
    pom = await maven.http.get("/maven2/com/acme/core/1.0/core-1.0.pom")
    assert pom.headers["last-modified"] == "Wed, 01 Jul 2026 12:00:00 GMT"
    assert "A & B" in "".join(fromstring(pom.content).itertext())


async def test_a_description_says_what_it_was_told(maven: Told) -> None:
    """Where the source and the home page are; nothing stands where nothing was said."""
    about = {"repository": "https://code.example.test/?a&b", "url": "https://home.example.test", "description": "A < B"}
    await maven.tell("publish", name="com.acme:core", version="1.0", **about)
    await maven.tell("publish", name="com.acme:core", version="1.1")
    pom = fromstring((await maven.http.get("/maven2/com/acme/core/1.0/core-1.0.pom")).content)
    texts = {inner.tag.rpartition("}")[2]: inner for inner in pom}
    assert (texts["url"].text, texts["description"].text) == ("https://home.example.test", "A < B")
    assert texts["scm"][0].text == "https://code.example.test/?a&b"
    bare = fromstring((await maven.http.get("/maven2/com/acme/core/1.1/core-1.1.pom")).content)
    assert not {"url", "description", "scm"} & {inner.tag.rpartition("}")[2] for inner in bare}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/maven2/com/acme/core/2.0/core-2.0.pom", 404),
        ("/maven2/com/acme/core/1.0/core-1.1.pom", 404),
        ("/maven2/com/acme/Core/maven-metadata.xml", 404),
        ("/maven2/maven-metadata.xml", 404),
        ("/maven2/core.pom", 404),
        ("/maven2/com/acme/", 403),
        ("/maven2/", 403),
    ],
)
async def test_what_is_not_there(maven: Told, path: str, status: int) -> None:
    """Letters keep their case; who reads folders is refused."""
    await maven.tell("publish", name="com.acme:core", version="1.0")
    assert (await maven.http.get(path)).status_code == status


async def test_a_budget_counts_every_request(maven: Told) -> None:
    """404s and conditional ones too; then half an hour of refusals, however often it is asked."""
    await maven.tell("publish", name="com.acme:core", version="1.0")
    await maven.tell("settings", budget=2)
    assert (await maven.http.get(_METADATA)).status_code == 200
    assert (await maven.http.get("/maven2/com/acme/none/maven-metadata.xml")).status_code == 404
    waits = []
    for _ in range(3):
        answer = await maven.http.get(_METADATA)
        assert answer.status_code == 429
        waits.append(answer.headers["retry-after"])
        maven.now += timedelta(minutes=10)
    assert waits == ["1800", "1200", "600"]
    assert (await maven.http.get(_METADATA)).status_code == 200


async def test_a_bot_wall_shows_pages(maven: Told) -> None:
    """Each n-th request meets it."""
    await maven.tell("publish", name="com.acme:core", version="1.0")
    await maven.tell("settings", bot_wall_every=3)
    answers = [await maven.http.get(_METADATA) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200, 200, 403, 200, 200, 403]
    assert answers[2].text.startswith("<!DOCTYPE html>")


async def test_a_miss_is_remembered(maven: Told) -> None:
    """For as long as it is told; an artifact without versions is there."""
    await maven.tell("settings", negative_cache_seconds=60)
    await maven.http.get(_METADATA)
    await maven.tell("empty", name="com.acme:core")
    assert (await maven.http.get(_METADATA)).status_code == 404
    maven.now += timedelta(seconds=60)
    answer = await maven.http.get(_METADATA)
    assert (answer.status_code, list(fromstring(answer.content).iter("version"))) == (200, [])
    assert await maven.tell("remove", name="com.acme:core") == 204
    assert (await maven.http.get(_METADATA)).status_code == 404


@pytest.mark.parametrize(
    ("action", "order"),
    [
        ("publish", {"name": "com.acme:core", "version": "1.0"}),
        ("publish", {"name": "com.acme", "version": "1.0"}),
        ("publish", {"name": "com.acme:core", "version": "../1.0"}),
        ("remove", {"name": "com.acme:none"}),
        ("settings", {"bugdet": 1}),
    ],
)
async def test_an_order_that_cannot_be_carried_out_is_told(maven: Told, action: str, order: dict[str, Any]) -> None:
    """A misspelt order would make a test pass for the wrong reason; a release never changes."""
    await maven.tell("publish", name="com.acme:core", version="1.0")
    assert await maven.tell(action, **order) == 400
