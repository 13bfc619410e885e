"""A public npm registry that real npm clients install from and publish to.

`python -m local.simulators.npm_registry --port 0 [--seed FILE]`; what it can be told is in `npm_registry_control.py`
(`POST /_control/publish`, …), how it can be made to fail in `faults.py`. A bearer token's text is the publisher's name.

Source: https://github.com/npm/registry/blob/main/docs/REGISTRY-API.md
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from local.simulators.faults import FaultyApp, with_faults
from local.simulators.faults_negative_cache import NegativeCache
from local.simulators.npm_changes import npm_changes_routes
from local.simulators.npm_protocol import (
    ABBREVIATED,
    abbreviated_packument,
    full_packument,
    read_publish,
    split_path,
    tarball_name,
    tarball_path,
)
from local.simulators.npm_registry_control import npm_actions
from local.simulators.npm_registry_state import Entry, Forbidden, NpmRegistry, tombstone
from local.simulators.server import run
from local.simulators.server_control import control_routes, play_seed
from shared.errors import UntrustedInput


class _Pages:
    """The registry's HTTP side."""

    def __init__(self, registry: NpmRegistry) -> None:
        self._registry = registry

    async def read(self, request: Request) -> Response:
        """Answer GET and HEAD of a packument, of one version, or of a tarball."""
        name, rest = split_path(request.path_params["path"])
        entry = self._registry.entries.get(name)
        match rest:
            case ():
                return self._packument(request, name, entry)
            case ("-", file) if entry is not None:
                return self._tarball(name, entry, file)
            case (version,) if entry is not None:
                return self._version(request, name, entry, version)
            case _:
                return _not_found()

    def _packument(self, request: Request, name: str, entry: Entry | None) -> Response:
        cache = self._registry.negative_cache
        if cache.hides(name):
            return _not_found()
        if entry is None:
            cache.missed(name)
            return _not_found()
        if not entry.releases:
            return JSONResponse(tombstone(name, entry), status_code=entry.unpublished_status)
        short = ABBREVIATED in request.headers.get("accept", "")
        make = abbreviated_packument if short else full_packument
        document = make(entry.package(name), tarball_url=_tarball_url(request, name))
        return _cacheable(request, document, ABBREVIATED if short else "application/json")

    def _version(self, request: Request, name: str, entry: Entry, version: str) -> Response:
        wanted = entry.dist_tags.get(version, version)
        if wanted not in entry.releases:
            return JSONResponse(f"version not found: {version}", status_code=404)
        document = full_packument(entry.package(name), tarball_url=_tarball_url(request, name))
        return JSONResponse(document["versions"][wanted])

    def _tarball(self, name: str, entry: Entry, file: str) -> Response:
        for version, release in entry.releases.items():
            if tarball_name(name, version) == file:
                return Response(release.tarball, media_type="application/octet-stream")
        return _not_found()

    async def publish(self, request: Request) -> Response:
        """Answer PUT: what `npm publish` sends."""
        user = _user(request)
        if user is None:
            return JSONResponse({"error": "Unauthorized"}, status_code=401, headers={"www-authenticate": "Bearer"})
        try:
            sent = read_publish(await request.body(), expected=split_path(request.path_params["path"])[0])
            self._registry.publish(sent, user=user)
        except UntrustedInput as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        except Forbidden as error:
            return JSONResponse({"error": str(error)}, status_code=403)
        return JSONResponse({"ok": True, "id": sent.name}, status_code=201)

    async def dist_tags(self, request: Request) -> Response:
        """Answer GET of a package's tags."""
        entry = self._registry.entries.get(request.path_params["name"])
        return _not_found() if entry is None else JSONResponse(entry.dist_tags)

    async def whoami(self, request: Request) -> Response:
        """Answer `npm whoami`."""
        user = _user(request)
        return JSONResponse({"username": user} if user else {"error": "Unauthorized"}, status_code=200 if user else 401)

    async def nothing(self, _request: Request) -> Response:
        """Answer what a client asks on the side: ping, advisories."""
        return JSONResponse({})


def npm_registry_app(registry: NpmRegistry) -> FaultyApp:
    """Return the app that serves the registry."""
    pages = _Pages(registry)
    routes = [
        *control_routes(npm_actions(registry)),
        # The real service has a host of its own; here its address is this registry's with the path appended.
        Mount("/-/replication", routes=npm_changes_routes(registry.changes)),
        Route("/-/ping", pages.nothing),
        Route("/-/whoami", pages.whoami),
        Route("/-/npm/v1/security/{rest:path}", pages.nothing, methods=["POST"]),
        Route("/-/package/{name:path}/dist-tags", pages.dist_tags),
        Route("/{path:path}", pages.publish, methods=["PUT"]),
        Route("/{path:path}", pages.read),
    ]
    return with_faults(Starlette(routes=routes, middleware=[Middleware(GZipMiddleware, minimum_size=1000)]))


def new_npm_registry(clock: Callable[[], datetime]) -> NpmRegistry:
    """Return an empty registry."""
    return NpmRegistry(clock, NegativeCache(clock))


def _not_found() -> Response:
    return JSONResponse({"error": "Not found"}, status_code=404)


def _tarball_url(request: Request, name: str) -> Callable[[str], str]:
    base = str(request.base_url).rstrip("/")
    return lambda version: base + tarball_path(name, version)


def _cacheable(request: Request, document: Mapping[str, Any], media_type: str) -> Response:
    body = json.dumps(document).encode()
    headers = {
        "etag": f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        "cache-control": "public, max-age=300",
        "vary": "accept-encoding, accept",
    }
    if request.headers.get("if-none-match") in (headers["etag"], f"W/{headers['etag']}"):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)


def _user(request: Request) -> str | None:
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return credential.strip() or None
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(credential).decode().partition(":")[0] or None
        except (binascii.Error, UnicodeDecodeError):
            return None
    return None


def main() -> None:
    """Serve a registry until told to stop."""
    parser = argparse.ArgumentParser(description="A public npm registry for this machine only.")
    parser.add_argument("--port", type=int, default=0, help="0 = a free port, which is printed")
    parser.add_argument("--seed", type=Path, help="a JSON list of orders, each with its action in 'do'")
    options = parser.parse_args()
    registry = new_npm_registry(lambda: datetime.now(UTC))
    if options.seed is not None:
        play_seed(options.seed, npm_actions(registry))
    run(npm_registry_app(registry), options.port)


if __name__ == "__main__":
    main()
