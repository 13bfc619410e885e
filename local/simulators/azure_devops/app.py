"""The simulator as one app: REST side, install side, control API, throttling, faults, and Azure's headers.

The three hosts of the real service (dev, feeds, pkgs) are one server here.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from uuid import uuid4

import httpx
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.simulators.azure_devops import (
    blob_store,
    control_routes,
    discovery,
    npm_side,
    pypi_side,
    rest_changes,
    rest_entitlements,
    rest_feeds,
    rest_hooks,
    rest_packages,
    rest_people,
    rest_policy,
    rest_projects,
    rest_recycle,
    rest_tokens,
    rest_upstreaming,
)
from local.simulators.azure_devops.callers import SIGN_IN_PATH, sign_in_page
from local.simulators.azure_devops.calls import Site
from local.simulators.azure_devops.hook_sender import HookSender
from local.simulators.azure_devops.routing import unknown_route
from local.simulators.azure_devops.shelf import Shelf
from local.simulators.azure_devops.throttling import Throttling
from local.simulators.azure_devops.world import World
from local.simulators.faults import FaultyApp, with_faults

_UPSTREAM_TIMEOUT = httpx.Timeout(10.0)
# Recycle-bin paths of packages must be tried before the paths that would read "recyclebin" as a name.
_PARTS = (
    blob_store,
    discovery,
    rest_people,
    rest_entitlements,
    rest_tokens,
    rest_projects,
    rest_hooks,
    rest_policy,
    rest_changes,
    rest_recycle,
    rest_upstreaming,
    rest_packages,
    rest_feeds,
    npm_side,
    pypi_side,
)


class AzureHeaders:
    """Give every answer the headers that real ones have."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on one request, and mark its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        session = Headers(scope=scope).get("x-tfs-session") or str(uuid4())
        activity = str(uuid4())

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-TFS-ProcessId"] = session
                headers["X-TFS-Session"] = session
                headers["ActivityId"] = activity
                headers["X-VSS-E2EID"] = activity
                headers["X-VSS-UserData"] = ""
                headers["Cache-Control"] = "no-cache, no-store, must-revalidate"
            await send(message)

        await self._app(scope, receive, marked)


async def _nowhere(request: Request, _error: Exception) -> Response:
    return unknown_route(request)


@cache
def _trusted_here() -> ssl.SSLContext:
    """Read the certificates that this machine trusts, which takes a while, once for all worlds."""
    return httpx.create_ssl_context(trust_env=False)


def build_app(world: World, *, upstream: httpx.AsyncClient | None = None) -> FaultyApp:
    """Return the app that shows this world; `upstream` asks the public registries.

    `/_control` needs no credential: serve the app on loopback only.
    """
    client = upstream or httpx.AsyncClient(timeout=_UPSTREAM_TIMEOUT, trust_env=False, verify=_trusted_here())
    site = Site(world, Shelf(world, client), HookSender(world, client))
    throttling = Throttling(world.clock)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with client:
            yield

    routes = [Route(SIGN_IN_PATH, sign_in_page), *control_routes.routes(site, throttling)]
    for part in _PARTS:
        routes += part.routes(site)
    inner = Starlette(routes=routes, lifespan=lifespan, exception_handlers={404: _nowhere})
    inner.router.redirect_slashes = False
    return with_faults(AzureHeaders(throttling.around(inner)))
