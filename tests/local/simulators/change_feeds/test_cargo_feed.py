"""Tests of the simulated list of new crates."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from xml.etree.ElementTree import fromstring

import httpx
import pytest

from local.simulators.cargo_feed import NewCrates, cargo_feed_app

_NOW: Final = datetime(2026, 8, 1, 10, tzinfo=UTC)


@dataclass(slots=True)
class _World:
    """A list with a clock of its own, over HTTP without a network."""

    http: httpx.AsyncClient
    now: list[datetime] = field(default_factory=lambda: [_NOW])

    async def tell(self, action: str, **order: Any) -> int:  # noqa: ANN401  # the order's own shape checks it
        """Give an order."""
        return (await self.http.post(f"/_control/{action}", json=order)).status_code

    async def names(self) -> list[str]:
        """Return the names on the list, in its order."""
        document = fromstring((await self.http.get("/rss/crates.xml")).content)  # noqa: S314  # our own
        return [item.text or "" for item in document.iterfind("channel/item/{*}name")]


@pytest.fixture
async def crates() -> AsyncIterator[_World]:
    """Set up an empty list."""
    now = [_NOW]
    transport = httpx.ASGITransport(app=cargo_feed_app(NewCrates(lambda: now[0])))
    async with httpx.AsyncClient(transport=transport, base_url="http://crates.example.test") as http:
        yield _World(http, now)


async def test_the_window_is_an_hour_or_fifty(crates: _World) -> None:
    """All of the last hour, newest first; older ones only up to fifty."""
    assert await crates.names() == []
    await crates.tell("generate_crates", count=80, prefix="old-")
    crates.now[0] += timedelta(minutes=60)
    assert len(await crates.names()) == 80
    crates.now[0] += timedelta(seconds=1)
    assert len(await crates.names()) == 50
    await crates.tell("create", name="new")
    assert (await crates.names())[:2] == ["new", "old-0"]


async def test_crates_come_and_go(crates: _World) -> None:
    """A second creation changes nothing; a deleted name is free again."""
    await crates.tell("create", name="acme", created_at="2026-08-01T09:59:00Z")
    await crates.tell("create", name="acme")
    text = (await crates.http.get("/rss/crates.xml")).text
    assert "<title>New crate created: acme</title>" in text
    assert "<guid>http://crates.example.test/crates/acme</guid>" in text
    assert "<pubDate>Sat, 01 Aug 2026 09:59:00 +0000</pubDate>" in text
    assert await crates.tell("delete", name="acme") == 204
    assert await crates.tell("delete", name="acme") == 400
    assert await crates.names() == []


async def test_an_unchanged_list_is_not_sent_again(crates: _World) -> None:
    """Its tag changes with it."""
    answer = await crates.http.get("/rss/crates.xml")
    known = {"if-none-match": answer.headers["etag"]}
    assert (await crates.http.get("/rss/crates.xml", headers=known)).status_code == 304
    await crates.tell("create", name="acme")
    assert (await crates.http.get("/rss/crates.xml", headers=known)).status_code == 200
