"""Tests of the client for addresses that somebody else chose."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import pytest
from starlette.applications import Starlette
from starlette.requests import Request as ServedRequest
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from local.simulators.faults import Fault, Faults, with_faults
from local.simulators.server import serving
from shared.adapters.outbound.guarded import Bounds, GuardedClient
from shared.adapters.outbound.messages import Request
from shared.errors import AddressRefused, UnexpectedAnswer, UpstreamUnavailable

_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Served:
    """A running service and a client that may ask it."""

    url: str
    faults: Faults
    client: GuardedClient


async def _echo(request: ServedRequest) -> Response:
    answer = {"method": request.method, "body": (await request.body()).decode(), "headers": dict(request.headers)}
    response = JSONResponse(answer, headers={"X-Served-By": "Test"})
    response.set_cookie("tracked", "yes")
    return response


async def _redirect(request: ServedRequest) -> Response:
    return RedirectResponse(request.query_params["to"], status_code=int(request.query_params.get("status", "302")))


async def _countdown(request: ServedRequest) -> Response:
    left = int(request.path_params["left"])
    return RedirectResponse(f"/countdown/{left - 1}") if left else JSONResponse({"done": True})


_ROUTES: Final = [
    Route("/echo", _echo, methods=["GET", "POST"]),
    Route("/redirect", _redirect, methods=["GET", "POST"]),
    Route("/countdown/{left}", _countdown),
]


@asynccontextmanager
async def _serve(bounds: Bounds | None = None) -> AsyncIterator[_Served]:
    app = with_faults(Starlette(routes=_ROUTES))
    async with serving(app) as url:
        client = GuardedClient(
            user_agent="Feedwarden/0 (+test)", allowed_hosts=[url.removeprefix("http://")], bounds=bounds
        )
        try:
            yield _Served(url, app.faults, client)
        finally:
            await client.aclose()


@pytest.fixture
async def served() -> AsyncIterator[_Served]:
    """Run the service."""
    async with _serve() as running:
        yield running


def _ask(url: str, *, max_bytes: int = _MIB) -> Request:
    return Request(url, "registry", max_bytes=max_bytes)


async def test_an_answer_is_plain_data(served: _Served) -> None:
    """Status, lower-case header names and the whole body come back; we say who we are and keep no cookie."""
    first = await served.client.send(_ask(f"{served.url}/echo"))
    second = await served.client.send(Request(f"{served.url}/echo", "registry", {"accept": "application/json"}))
    assert (first.status, first.headers["x-served-by"], first.media_type) == (200, "Test", "application/json")
    assert b'"user-agent":"Feedwarden/0 (+test)"' in first.body
    assert b'"accept-encoding":"gzip"' in first.body
    assert b'"accept":"application/json"' in second.body
    assert b"tracked" not in second.body


async def test_a_body_is_sent(served: _Served) -> None:
    """Other methods than GET carry their body."""
    answer = await served.client.send(Request(f"{served.url}/echo", "registry", method="POST", body=b"<call/>"))
    assert b'"method":"POST"' in answer.body
    assert b"<call/>" in answer.body


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
async def test_every_status_is_an_answer(served: _Served, status: int) -> None:
    """What a status means is for the reader to say."""
    served.faults.rules.append(Fault(status=status, headers={"Retry-After": "7"}))
    answer = await served.client.send(_ask(f"{served.url}/echo"))
    assert (answer.status, answer.headers["retry-after"]) == (status, "7")


async def test_a_compressed_answer_is_read(served: _Served) -> None:
    """Compression is undone before anybody reads."""
    served.faults.rules.append(Fault(oversize_bytes=5000, gzip=True))
    answer = await served.client.send(_ask(f"{served.url}/echo"))
    assert len(answer.body) == 5000


@pytest.mark.parametrize("gzipped", [False, True])
async def test_an_oversize_answer_is_refused(served: _Served, gzipped: bool) -> None:  # noqa: FBT001  # the case
    """What is too large after decompression is not read to its end, bomb or not; the next request works."""
    served.faults.rules.append(Fault(oversize_bytes=40 * _MIB, gzip=gzipped, times=1))
    with pytest.raises(UnexpectedAnswer, match="more than 1048576 bytes"):
        await served.client.send(_ask(f"{served.url}/echo"))
    assert (await served.client.send(_ask(f"{served.url}/echo"))).status == 200


async def test_a_cut_connection_is_unavailable(served: _Served) -> None:
    """Half an answer is none."""
    served.faults.rules.append(Fault(cut=True))
    with pytest.raises(UpstreamUnavailable, match="registry: no connection"):
        await served.client.send(_ask(f"{served.url}/echo"))


async def test_a_slow_drip_ends() -> None:
    """An answer that comes byte by byte keeps the read time-out content, and yet ends with the total one."""
    async with _serve(Bounds(total=timedelta(seconds=0.4), read=timedelta(seconds=5))) as served:
        served.faults.rules.append(Fault(status=200, body="x" * 20, drip_seconds=0.05))
        with pytest.raises(UpstreamUnavailable, match=r"no whole answer within 0\.4 s"):
            await served.client.send(_ask(f"{served.url}/echo"))


async def test_silence_ends() -> None:
    """An answer that does not begin runs into the read time-out."""
    async with _serve(Bounds(total=timedelta(seconds=20), read=timedelta(seconds=0.2))) as served:
        served.faults.rules.append(Fault(delay_seconds=0.6))
        with pytest.raises(UpstreamUnavailable, match="no answer in time"):
            await served.client.send(_ask(f"{served.url}/echo"))


async def test_no_more_run_at_once_than_agreed() -> None:
    """The bound on concurrency holds however many ask."""
    running = most = 0

    async def count(_request: ServedRequest) -> Response:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.01)  # lets the others in, if anything does
        running -= 1
        return Response()

    async with serving(Starlette(routes=[Route("/", count)])) as url:
        client = GuardedClient(
            user_agent="test", allowed_hosts=[url.removeprefix("http://")], bounds=Bounds(concurrency=3)
        )
        await asyncio.gather(*(client.send(_ask(f"{url}/")) for _ in range(20)))
        await client.aclose()
    assert most == 3


async def test_a_closed_port_is_unavailable() -> None:
    """Nobody there is no answer."""
    async with _serve() as served:
        pass
    with pytest.raises(UpstreamUnavailable, match="no connection"):
        await served.client.send(_ask(f"{served.url}/echo"))
    await served.client.aclose()


async def test_what_is_no_http_is_unexpected() -> None:
    """Another protocol on that port is told apart from trouble that passes."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"220 mail.example.test ESMTP\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        client = GuardedClient(user_agent="test", allowed_hosts=[host])
        with pytest.raises(UnexpectedAnswer, match="no HTTP"):
            await client.send(_ask(f"http://{host}/"))
        await client.aclose()


async def test_redirects_on_the_same_host_are_followed(served: _Served) -> None:
    """Up to three, each relative or absolute."""
    assert (await served.client.send(_ask(f"{served.url}/countdown/3"))).body == b'{"done":true}'
    absolute = f"{served.url}/redirect?to={served.url}/echo"
    assert (await served.client.send(_ask(absolute))).status == 200


async def test_endless_redirects_end(served: _Served) -> None:
    """A fourth redirect is not followed."""
    with pytest.raises(UnexpectedAnswer, match="redirected more than 3 times"):
        await served.client.send(_ask(f"{served.url}/countdown/4"))
    assert len(served.faults.requests) == 4


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:9/",
        "http://169.254.169.254/metadata/identity",
        "https://8.8.8.8/",
        "https://registry.example.test/",
        "//127.0.0.1:9/",
        "https://[::1",
        "file:///etc/passwd",
    ],
)
async def test_a_redirect_to_another_place_is_refused(served: _Served, target: str) -> None:
    """Neither into our network nor to another host, even a public one."""
    with pytest.raises(AddressRefused):
        await served.client.send(_ask(f"{served.url}/redirect?to={target}"))


async def test_only_questions_are_redirected(served: _Served) -> None:
    """A request with a body is never sent on: its redirect is the answer."""
    request = Request(f"{served.url}/redirect?to=/echo&status=307", "registry", method="POST", body=b"x")
    assert (await served.client.send(request)).status == 307


async def test_the_environment_s_proxy_is_not_used(served: _Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would make the connection in our place, past the checks."""
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert (await served.client.send(_ask(f"{served.url}/echo"))).status == 200


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "https://localhost/", "https://169.254.169.254/"])
async def test_a_refused_address_is_not_asked(url: str) -> None:
    """The check comes before anything is opened."""
    client = GuardedClient(user_agent="test")
    with pytest.raises(AddressRefused):
        await client.send(_ask(url))
    assert client._session is None  # behind the curtain: no connection pool was made
    await client.aclose()


def test_nothing_heavy_is_imported_before_the_first_request() -> None:
    """Importing the client costs no cold start."""
    program = (
        "import sys, shared.adapters.outbound.guarded, shared.adapters.outbound.trusted\n"
        "import shared.adapters.registries\n"
        "print(sorted({'httpx', 'aiohttp', 'certifi'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
