"""Tests of the simulated Python index's change feeds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from xml.etree.ElementTree import fromstring
from xmlrpc.client import Fault, dumps, loads

import httpx
import pytest

from local.simulators.pypi_registry import new_pypi_registry, pypi_registry_app

_NOW: Final = datetime(2026, 8, 1, 10, tzinfo=UTC)


@dataclass(slots=True)
class _World:
    """An index with a clock of its own, over HTTP without a network."""

    http: httpx.AsyncClient
    now: list[datetime] = field(default_factory=lambda: [_NOW])

    async def tell(self, action: str, **order: Any) -> None:  # noqa: ANN401  # the order's own shape checks it
        """Give an order."""
        assert (await self.http.post(f"/_control/{action}", json=order)).status_code == 204

    async def call(self, method: str, *arguments: Any, wait: bool = True) -> Any:  # noqa: ANN401  # any value
        """Call a method, by default a second after the last call."""
        if wait:
            self.now[0] += timedelta(seconds=1)
        answer = await self.http.post("/pypi", content=dumps(arguments, method))
        values, _ = loads(answer.content)
        return values[0]

    async def titles(self) -> list[str]:
        """Return the titles of the RSS of new projects."""
        channel = fromstring((await self.http.get("/rss/packages.xml")).content)  # noqa: S314  # our own
        return [item.text or "" for item in channel.iterfind("channel/item/title")]


@pytest.fixture
async def pypi() -> AsyncIterator[_World]:
    """Set up an empty index."""
    now = [_NOW]
    app = pypi_registry_app(new_pypi_registry(lambda: now[0]))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://pypi.example.test") as http:
        yield _World(http, now)


async def test_everything_is_in_the_changelog(pypi: _World) -> None:
    """Creation, releases, files, yanks, deletions and removal, under ascending serials."""
    await pypi.tell("publish", name="Acme", version="1.0")
    await pypi.tell("publish", name="acme", version="1.0", kind="sdist")
    await pypi.tell("yank", name="acme", version="1.0")
    await pypi.tell("unpublish", name="acme", version="1.0")
    await pypi.tell("remove", name="acme")
    rows = await pypi.call("changelog_since_serial", 0)
    assert [row[3] for row in rows] == [
        "create",
        "new release",
        "add py3 file acme-1.0-py3-none-any.whl",
        "add source file acme-1.0.tar.gz",
        "yank release",
        "remove release",
        "remove project",
    ]
    assert rows[0] == ["Acme", None, int(_NOW.timestamp()), "create", 1]
    assert (rows[1][1], [row[4] for row in rows]) == ("1.0", list(range(1, 8)))
    assert await pypi.call("changelog_last_serial") == 7
    assert [row[4] for row in await pypi.call("changelog_since_serial", 5)] == [6, 7]


async def test_one_call_a_second(pypi: _World) -> None:
    """Sooner is a fault that says when; the limit can be lifted."""
    await pypi.call("changelog_last_serial")
    with pytest.raises(Fault, match=r"HTTPTooManyRequests: .* Limit may reset in 1 seconds") as caught:
        await pypi.call("changelog_last_serial", wait=False)
    assert caught.value.faultCode == -32500
    await pypi.tell("limit_calls", seconds=0)
    assert await pypi.call("changelog_last_serial", wait=False) == 0


@pytest.mark.parametrize(
    ("method", "arguments", "code"),
    [
        ("search", (), -32500),
        ("changelog", (1,), -32500),
        ("unheard_of", (), -32601),
        ("changelog_since_serial", (), -32602),
        ("changelog_last_serial", (1,), -32602),
    ],
)
async def test_other_methods_are_faults(pypi: _World, method: str, arguments: tuple[Any, ...], code: int) -> None:
    """Closed ones, unknown ones, wrong arguments."""
    with pytest.raises(Fault) as caught:
        await pypi.call(method, *arguments)
    assert caught.value.faultCode == code


async def test_what_is_no_call_is_a_fault(pypi: _World) -> None:
    """With the code for it."""
    for body in (b"", b"<html>", b"{}"):
        with pytest.raises(Fault) as caught:
            loads((await pypi.http.post("/pypi", content=body)).content)
        assert caught.value.faultCode == -32700


async def test_a_million_entries_cost_nothing(pypi: _World) -> None:
    """50,000 come at once, from anywhere; what really happened stands before and behind them."""
    await pypi.tell("create", name="before")
    await pypi.tell("generate_journal", count=1_000_000, prefix="acme-")
    await pypi.tell("create", name="<after>")
    rows = await pypi.call("changelog_since_serial", 0)
    assert (len(rows), rows[0][0], rows[-1][0]) == (50_000, "before", "acme-49998")
    tail = await pypi.call("changelog_since_serial", 1_000_000)
    assert [(row[0], row[4]) for row in tail] == [("acme-999999", 1_000_001), ("<after>", 1_000_002)]


async def test_counting_anew(pypi: _World) -> None:
    """Entries are forgotten, projects are not."""
    await pypi.tell("publish", name="acme", version="1.0")
    await pypi.tell("begin_journal_anew")
    assert await pypi.call("changelog_last_serial") == 0
    assert (await pypi.http.get("/simple/acme/")).status_code == 200


async def test_the_newest_forty(pypi: _World) -> None:
    """Newest first; those without a release are taken out after the window is cut."""
    for number in range(41):
        await pypi.tell("publish", name=f"Proj.{number}", version="1.0")
    await pypi.tell("create", name="empty")
    await pypi.tell("publish", name="wiped", version="1.0")
    await pypi.tell("remove", name="wiped")
    titles = await pypi.titles()
    assert (len(titles), titles[0], titles[-1]) == (39, "Proj.40 added to PyPI", "Proj.2 added to PyPI")


async def test_an_unchanged_list_is_not_sent_again(pypi: _World) -> None:
    """It has a tag, which changes with it; addresses are normalized."""
    await pypi.tell("publish", name="Acme.Billing", version="1.0")
    answer = await pypi.http.get("/rss/packages.xml")
    assert "<guid>http://pypi.example.test/project/acme-billing/</guid>" in answer.text
    assert "<pubDate>Sat, 01 Aug 2026 10:00:00 GMT</pubDate>" in answer.text
    known = {"if-none-match": answer.headers["etag"]}
    assert (await pypi.http.get("/rss/packages.xml", headers=known)).status_code == 304
    await pypi.tell("publish", name="other", version="1.0")
    assert (await pypi.http.get("/rss/packages.xml", headers=known)).status_code == 200
