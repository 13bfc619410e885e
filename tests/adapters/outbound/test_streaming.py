"""Tests of answers that are read while they arrive."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from starlette.applications import Starlette
from starlette.requests import Request as ServedRequest
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from local.simulators.faults import Fault, Faults, with_faults
from local.simulators.server import serving
from shared.adapters.outbound.guarded import Bounds, GuardedClient
from shared.adapters.outbound.messages import Request
from shared.errors import AddressRefused, UnexpectedAnswer, UpstreamUnavailable
from tests.adapters.outbound.tls import tls_server

_MIB: Final = 1024 * 1024
_BODY: Final = bytes(range(256)) * 4096


@dataclass(frozen=True, slots=True)
class _Served:
    """A running service and a client that may ask it."""

    url: str
    faults: Faults
    client: GuardedClient

    async def read(self, path: str, *, max_bytes: int = 4 * _MIB) -> tuple[int, bytes]:
        """Stream one answer to its end."""
        async with self.client.stream(Request(self.url + path, "registry", max_bytes=max_bytes)) as answer:
            return answer.status, b"".join([piece async for piece in answer.pieces])


async def _whole(request: ServedRequest) -> Response:
    if "gzip" in request.query_params:
        return Response(gzip.compress(_BODY), headers={"content-encoding": "gzip"})
    return Response(_BODY, headers={"x-agent": request.headers["user-agent"]})


async def _redirect(request: ServedRequest) -> Response:
    return RedirectResponse(request.query_params.get("to", "/redirect"))


async def _endless(_request: ServedRequest) -> Response:
    async def lines() -> AsyncIterator[bytes]:
        yield b"first"
        await asyncio.Event().wait()

    return StreamingResponse(lines())


@asynccontextmanager
async def _serve(bounds: Bounds | None = None) -> AsyncIterator[_Served]:
    routes = [Route("/whole", _whole), Route("/redirect", _redirect), Route("/endless", _endless)]
    app = with_faults(Starlette(routes=routes))
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


@pytest.mark.parametrize("path", ["/whole", "/whole?gzip", "/redirect?to=/whole?gzip"])
async def test_an_answer_comes_in_pieces(served: _Served, path: str) -> None:
    """Decompressed, and after redirects on the same host."""
    assert await served.read(path) == (200, _BODY)


async def test_the_head_is_there_before_the_body(served: _Served) -> None:
    """And the first piece before the last; leaving early is no error, and the next request works."""
    async with served.client.stream(Request(f"{served.url}/endless", "registry")) as answer:
        assert (answer.status, await anext(answer.pieces)) == (200, b"first")
    assert (await served.read("/whole"))[0] == 200


async def test_every_status_is_an_answer(served: _Served) -> None:
    """What a status means is for the reader to say."""
    served.faults.rules.append(Fault(status=503, headers={"Retry-After": "7"}))
    async with served.client.stream(Request(f"{served.url}/whole", "registry")) as answer:
        assert (answer.status, answer.headers["retry-after"]) == (503, "7")


@pytest.mark.parametrize("gzipped", [False, True])
async def test_an_oversize_answer_is_refused(served: _Served, gzipped: bool) -> None:  # noqa: FBT001  # the case
    """At the limit, bomb or not."""
    served.faults.rules.append(Fault(oversize_bytes=40 * _MIB, gzip=gzipped, times=1))
    with pytest.raises(UnexpectedAnswer, match="more than 4194304 bytes"):
        await served.read("/whole")
    assert (await served.read("/whole"))[0] == 200


async def test_a_cut_answer_is_not_whole(served: _Served) -> None:
    """The end that is missing is told, whatever came before it."""
    served.faults.rules.append(Fault(status=200, body="{}", cut=True))
    with pytest.raises(UpstreamUnavailable, match="no connection, or it broke"):
        await served.read("/whole")


async def test_silence_ends() -> None:
    """Between two pieces too, with the read time-out."""
    async with _serve(Bounds(read=timedelta(seconds=0.2))) as served:
        with pytest.raises(UpstreamUnavailable, match="no answer in time"):
            await served.read("/endless")


async def test_a_slow_drip_ends() -> None:
    """With the time that streaming is given, not with the shorter one of whole answers."""
    bounds = Bounds(total=timedelta(seconds=0.01), streaming=timedelta(seconds=0.4), read=timedelta(seconds=5))
    async with _serve(bounds) as served:
        served.faults.rules.append(Fault(status=200, body="x" * 20, drip_seconds=0.05))
        with pytest.raises(UpstreamUnavailable, match=r"no whole answer within 0\.4 s"):
            await served.read("/whole")


async def test_an_error_of_the_reader_is_its_own(served: _Served) -> None:
    """What is done with a piece is not taken for trouble with the connection."""

    async def read() -> None:
        async with served.client.stream(Request(f"{served.url}/whole", "registry")) as answer:
            async for _ in answer.pieces:
                raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        await read()


async def test_a_stream_holds_a_slot_until_it_is_left() -> None:
    """The bound on concurrency is for streams too."""
    async with _serve(Bounds(concurrency=1)) as served:
        async with served.client.stream(Request(f"{served.url}/endless", "registry")):
            second = asyncio.create_task(served.read("/whole"))
            await asyncio.sleep(0)
            assert not second.done()
        assert (await second)[0] == 200


@pytest.mark.parametrize("target", ["http://127.0.0.1:9/", "https://8.8.8.8/", "https://registry.example.test/"])
async def test_a_redirect_to_another_place_is_refused(served: _Served, target: str) -> None:
    """As for whole answers."""
    with pytest.raises(AddressRefused):
        await served.read(f"/redirect?to={target}")


async def test_endless_redirects_end(served: _Served) -> None:
    """A fourth redirect is not followed."""
    with pytest.raises(UnexpectedAnswer, match="redirected more than 3 times"):
        await served.read("/redirect")


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "https://localhost/", "https://169.254.169.254/"])
async def test_a_refused_address_is_not_asked(url: str) -> None:
    """The check comes before anything is opened."""
    client = GuardedClient(user_agent="test")
    with pytest.raises(AddressRefused):
        async with client.stream(Request(url, "registry")):
            raise AssertionError
    assert client._session is None  # behind the curtain: no connection pool was made


async def test_a_name_that_leads_inside_is_refused(tmp_path: Path) -> None:
    """The check at connection time is the same."""

    async def inside(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    async with tls_server("registry.example.test", b"", tmp_path) as server:
        client = GuardedClient(user_agent="test", resolve=inside, ssl_context=server.client_context)
        with pytest.raises(AddressRefused, match=r"127\.0\.0\.1"):
            async with client.stream(Request(f"https://registry.example.test:{server.port}/", "registry")):
                raise AssertionError
        await client.aclose()
