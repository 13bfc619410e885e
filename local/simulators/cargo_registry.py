"""The sparse index of a public Cargo registry, and its list of new crates (`/rss/crates.xml`).

`python -m local.simulators.cargo_registry --port 0 [--seed FILE]`; what it can be told is in
`cargo_registry_control.py` (`POST /_control/publish`, …), how it can be made to fail in `faults.py`.

Source: https://doc.rust-lang.org/cargo/reference/registry-index.html
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.simulators.cargo_feed import cargo_feed_routes
from local.simulators.cargo_registry_control import cargo_actions
from local.simulators.cargo_registry_state import CargoRegistry
from local.simulators.faults import FaultyApp, with_faults
from local.simulators.faults_negative_cache import NegativeCache
from local.simulators.server import run
from local.simulators.server_control import control_routes, play_seed

# What a store of files says in place of a file.
_NO_FILE = '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code></Error>'


class _Pages:
    """The index's HTTP side."""

    def __init__(self, registry: CargoRegistry) -> None:
        self._registry = registry

    async def config(self, request: Request) -> Response:
        """Answer what the index says of its registry."""
        base = str(request.base_url).rstrip("/")
        return JSONResponse({"dl": f"{base}/crates", "api": base})

    async def crate(self, request: Request) -> Response:
        """Answer one crate's file."""
        path = request.path_params["path"]
        cache = self._registry.negative_cache
        crate = None if cache.hides(path) else self._registry.at(path)
        if crate is None:
            cache.missed(path)
            return Response(_NO_FILE, status_code=404, media_type="application/xml")
        if crate.blocked is not None:
            return Response(_NO_FILE, status_code=crate.blocked, media_type="application/xml")
        body = crate.lines()
        headers = {"etag": f'"{hashlib.sha256(body).hexdigest()[:32]}"', "cache-control": "public,max-age=600"}
        if request.headers.get("if-none-match") in (headers["etag"], f"W/{headers['etag']}"):
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type="text/plain")


def cargo_registry_app(registry: CargoRegistry) -> FaultyApp:
    """Return the app that serves the index."""
    pages = _Pages(registry)
    routes = [
        *control_routes(cargo_actions(registry)),
        Route("/config.json", pages.config),
        *cargo_feed_routes(registry.new),
        Route("/{path:path}", pages.crate),
    ]
    return with_faults(Starlette(routes=routes, middleware=[Middleware(GZipMiddleware, minimum_size=1000)]))


def new_cargo_registry(clock: Callable[[], datetime]) -> CargoRegistry:
    """Return an empty registry."""
    return CargoRegistry(clock, NegativeCache(clock))


def main() -> None:
    """Serve an index until told to stop."""
    parser = argparse.ArgumentParser(description="A public Cargo registry's index for this machine only.")
    parser.add_argument("--port", type=int, default=0, help="0 = a free port, which is printed")
    parser.add_argument("--seed", type=Path, help="a JSON list of orders, each with its action in 'do'")
    options = parser.parse_args()
    registry = new_cargo_registry(lambda: datetime.now(UTC))
    if options.seed is not None:
        play_seed(options.seed, cargo_actions(registry))
    run(cargo_registry_app(registry), options.port)


if __name__ == "__main__":
    main()
