"""Tests of failing on request."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.plain_http import TRUST_NOBODY
from local.simulators.faults import Faults, FaultyApp, with_faults
from local.simulators.server import serving


@dataclass(frozen=True, slots=True)
class _Served:
    """A service that can be made to fail."""

    app: FaultyApp
    http: httpx.AsyncClient

    async def fail(self, **fault: Any) -> None:  # noqa: ANN401  # the rule's own shape checks it
        """Add a rule, as a program from outside would."""
        answer = await self.http.post("/_control/faults", json=fault)
        assert answer.status_code == 201


async def _home(_request: Request) -> Response:
    return JSONResponse({"home": True})


async def _length(request: Request) -> Response:
    return JSONResponse({"length": len(await request.body())})


@pytest.fixture
async def served() -> AsyncIterator[_Served]:
    """Run the service."""
    lengths = Route("/length", _length, methods=["GET", "POST"])
    routes = [Route("/_control/own", _home), lengths, Route("/{path:path}", _home, methods=["GET", "POST"])]
    app = with_faults(Starlette(routes=routes))
    async with serving(app) as url, httpx.AsyncClient(base_url=url, trust_env=False, verify=TRUST_NOBODY) as http:
        yield _Served(app, http)


async def test_without_rules_the_app_answers(served: _Served) -> None:
    """And every request is remembered as it was sent, until it is to be forgotten; the control calls are not."""
    await served.http.get("/@acme%2fui?write=true", headers={"user-agent": "npm/11"})
    await served.http.get("/_control/own")
    seen = (await served.http.get("/_control/requests")).json()["requests"]
    assert seen == [{"method": "GET", "path": "/@acme%2fui?write=true", "user_agent": "npm/11", "status": 200}]
    assert [one.path for one in served.app.faults.asked("/@acme*", method="GET")] == ["/@acme%2fui?write=true"]
    assert (await served.http.delete("/_control/requests")).status_code == 204
    assert (await served.http.get("/_control/requests")).json() == {"requests": [], "forgotten": 0}


async def test_what_was_sent_is_remembered(served: _Served) -> None:
    """Whether the app reads it or a fault answers; what is not text, and what is long, in part."""
    await served.http.post("/query", content='{"names": ["café"]}')
    await served.fail(status=503)
    await served.http.post("/query", content=b"\xffacme" + b"x" * 200_000)
    seen = (await served.http.get("/_control/requests")).json()["requests"]
    assert [one["status"] for one in seen] == [200, 503]
    assert seen[0]["body"] == '{"names": ["café"]}'
    assert seen[1]["body"].startswith("\ufffdacmex")
    assert len(seen[1]["body"]) == 128 * 1024


async def test_a_body_reaches_the_app_whole(served: _Served) -> None:
    """In one piece or in several."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield b"x" * 10_000

    assert (await served.http.post("/length", content=pieces())).json() == {"length": 500_000}
    assert (await served.http.get("/length")).json() == {"length": 0}


async def test_the_log_is_bounded() -> None:
    """The oldest go, and how many went is told: a log that is not whole proves nothing."""
    app = with_faults(Starlette(routes=[Route("/{path:path}", _home)]), Faults(most=10))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as http:
        for number in range(25):
            await http.get(f"/{number}")
        told = (await http.get("/_control/requests")).json()
        assert [one["path"] for one in told["requests"]] == [f"/{number}" for number in range(15, 25)]
        assert told["forgotten"] == 15
        await http.delete("/_control/requests")
        assert (await http.get("/_control/requests")).json()["forgotten"] == 0
    assert Faults().most == 200_000


async def test_a_rule_fits_path_and_method(served: _Served) -> None:
    """Other paths and methods go on as before."""
    await served.fail(path="/left*", method="GET", status=503, headers={"Retry-After": "120"})
    failed = await served.http.get("/left-pad")
    assert (failed.status_code, failed.headers["retry-after"]) == (503, "120")
    assert (await served.http.get("/right-pad")).status_code == 200
    assert (await served.http.head("/left-pad")).status_code == 200
    assert served.app.faults.asked("/left-pad", method="GET")[0].status == 503


async def test_a_rule_is_used_up(served: _Served) -> None:
    """For the next n requests only; then the next rule, or the app."""
    await served.fail(status=500, times=2)
    await served.fail(status=429, times=1)
    assert [(await served.http.get("/")).status_code for _ in range(4)] == [500, 500, 429, 200]


async def test_rules_can_be_read_and_removed(served: _Served) -> None:
    """What is in force can be seen; removing all makes the service whole."""
    await served.fail(status=500)
    assert [rule["status"] for rule in (await served.http.get("/_control/faults")).json()["faults"]] == [500]
    assert (await served.http.delete("/_control/faults")).status_code == 204
    assert (await served.http.get("/")).status_code == 200


@pytest.mark.parametrize("body", [b"{", b'{"statsu": 500}', b"[]"])
async def test_a_rule_that_cannot_be_read_is_refused(served: _Served, body: bytes) -> None:
    """A misspelt rule would make a test pass for the wrong reason."""
    assert (await served.http.post("/_control/faults", content=body)).status_code == 400


async def test_a_page_in_place_of_json(served: _Served) -> None:
    """As proxies do it: status 200 and HTML."""
    await served.fail(html=True)
    answer = await served.http.get("/")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.text.startswith("<!DOCTYPE html>")


async def test_a_body_of_one_s_own(served: _Served) -> None:
    """Any text, under any content type."""
    await served.fail(status=404, body="404 page not found", headers={"Content-Type": "text/plain"})
    answer = await served.http.get("/")
    assert (answer.text, answer.headers["content-type"]) == ("404 page not found", "text/plain")


async def test_a_cut_connection(served: _Served) -> None:
    """The client sees that the end is missing."""
    await served.fail(cut=True)
    with pytest.raises(httpx.RemoteProtocolError):
        await served.http.get("/")


@pytest.mark.parametrize("gzipped", [False, True])
async def test_an_oversize_answer(served: _Served, gzipped: bool) -> None:  # noqa: FBT001  # the case
    """JSON of any length; compressed it is small on the wire."""
    await served.fail(oversize_bytes=300_000, gzip=gzipped)
    async with served.http.stream("GET", "/") as answer:
        raw = b"".join([piece async for piece in answer.aiter_raw()])
    assert (len(raw) < 3000) is gzipped
    assert len(gzip.decompress(raw) if gzipped else raw) == 300_000


async def test_a_delay_only_delays(served: _Served) -> None:
    """The app answers afterwards."""
    await served.fail(delay_seconds=0.3)
    with pytest.raises(httpx.ReadTimeout):
        await served.http.get("/", timeout=0.05)
    assert (await served.http.get("/")).json() == {"home": True}


async def test_a_drip(served: _Served) -> None:
    """The body comes byte by byte: it takes at least as long as all the pauses."""
    await served.fail(body="abc", status=200, drip_seconds=0.05)
    began = asyncio.get_running_loop().time()
    assert (await served.http.get("/")).text == "abc"
    assert asyncio.get_running_loop().time() - began >= 0.15
