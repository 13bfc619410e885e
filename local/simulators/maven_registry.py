"""A public Maven repository: metadata and descriptions, and its limits.

`python -m local.simulators.maven_registry --port 0 [--seed FILE]`; what it can be told is in
`maven_registry_control.py` (`POST /_control/publish`, …), how it can be made to fail in `faults.py`.

Source: https://maven.apache.org/repositories/layout.html
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from local.simulators.faults import FaultyApp, with_faults
from local.simulators.faults_negative_cache import NegativeCache
from local.simulators.maven_registry_control import maven_actions
from local.simulators.maven_registry_state import MavenRegistry, RequestBudget, render_metadata, render_pom
from local.simulators.server import run
from local.simulators.server_control import control_routes, play_seed

_PREFIX = "maven2"


class _Pages:
    """The repository's HTTP side."""

    def __init__(self, registry: MavenRegistry) -> None:
        self._registry = registry

    async def file(self, request: Request) -> Response:
        """Answer one file, if the client may ask for one more."""
        wait = self._registry.budget.take()
        if wait is not None:
            return Response("Too Many Requests", status_code=429, headers={"retry-after": str(wait)})
        path = request.path_params["path"]
        if self._registry.meets_bot_wall():
            return HTMLResponse("<!DOCTYPE html><title>Just a moment...</title>", status_code=403)
        if path.endswith("/") or not path:
            # Who reads folders is taken for somebody who copies everything.
            return HTMLResponse("<html><title>403 Forbidden</title></html>", status_code=403)
        cache = self._registry.negative_cache
        found = None if cache.hides(path) else self._find(path)
        if found is None:
            cache.missed(path)
            return HTMLResponse("<html><title>404 Not Found</title></html>", status_code=404)
        return _cacheable(request, *found)

    def _find(self, path: str) -> tuple[bytes, datetime] | None:
        *folders, file = path.split("/")
        if file == "maven-metadata.xml":
            at = (".".join(folders[:-1]), folders[-1] if folders else "")
            releases = self._registry.artifacts.get(at)
            if releases is None:
                return None
            changed = max((release.published for release in releases), default=self._registry.clock())
            return render_metadata(at, releases), changed
        at = (".".join(folders[:-2]), "".join(folders[-2:-1]))
        for release in self._registry.artifacts.get(at, ()):
            if folders[-1] == release.version and file == f"{at[1]}-{release.version}.pom":
                return render_pom(at, release), release.published
        return None


def maven_registry_app(registry: MavenRegistry) -> FaultyApp:
    """Return the app that serves the repository, below /maven2/ as the largest one does."""
    pages = _Pages(registry)
    routes = [*control_routes(maven_actions(registry)), Route(f"/{_PREFIX}/{{path:path}}", pages.file)]
    return with_faults(Starlette(routes=routes, middleware=[Middleware(GZipMiddleware, minimum_size=1000)]))


def new_maven_registry(clock: Callable[[], datetime]) -> MavenRegistry:
    """Return an empty repository without limits."""
    return MavenRegistry(clock, NegativeCache(clock), RequestBudget(clock))


def _cacheable(request: Request, body: bytes, changed: datetime) -> Response:
    headers = {
        "etag": f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"',
        "last-modified": format_datetime(changed.astimezone(UTC), usegmt=True),
    }
    if request.headers.get("if-none-match") in (headers["etag"], f"W/{headers['etag']}"):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="text/xml")


def main() -> None:
    """Serve a repository until told to stop."""
    parser = argparse.ArgumentParser(description="A public Maven repository for this machine only.")
    parser.add_argument("--port", type=int, default=0, help="0 = a free port, which is printed")
    parser.add_argument("--seed", type=Path, help="a JSON list of orders, each with its action in 'do'")
    options = parser.parse_args()
    registry = new_maven_registry(lambda: datetime.now(UTC))
    if options.seed is not None:
        play_seed(options.seed, maven_actions(registry))
    run(maven_registry_app(registry), options.port)


if __name__ == "__main__":
    main()
