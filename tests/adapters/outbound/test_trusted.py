"""Tests of the client for hosts that our own settings name."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from local.simulators.server import serving
from shared.adapters.outbound.trusted import trusted_client


async def _home(request: Request) -> Response:
    return JSONResponse({"agent": request.headers["user-agent"], "cookie": request.headers.get("cookie")})


async def _away(_request: Request) -> Response:
    response = RedirectResponse("/home")
    response.set_cookie("session", "value")
    return response


async def test_a_trusted_host_is_asked_as_agreed() -> None:
    """It introduces itself, follows no redirect, keeps no cookie, and has the agreed time-outs."""
    routes = [Route("/home", _home), Route("/away", _away)]
    async with serving(Starlette(routes=routes)) as url, trusted_client(user_agent="Feedwarden/0") as client:
        assert (await client.get(f"{url}/away")).status_code == 307
        assert (await client.get(f"{url}/home")).json() == {"agent": "Feedwarden/0", "cookie": None}
        assert (client.timeout.connect, client.timeout.read) == (10, 60)
