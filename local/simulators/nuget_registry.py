"""A public NuGet registry: service index, flat container, registrations, search, catalog.

`python -m local.simulators.nuget_registry --port 0 [--seed FILE]`; what it can be told is in
`nuget_registry_control.py` (`POST /_control/publish`, …), how it can be made to fail in `faults.py`.

Source: https://learn.microsoft.com/nuget/api/overview
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.simulators.faults import FaultyApp, with_faults
from local.simulators.faults_negative_cache import NegativeCache
from local.simulators.nuget_catalog import nuget_catalog_routes
from local.simulators.nuget_registry_control import nuget_actions
from local.simulators.nuget_registry_search import NuGetSearch
from local.simulators.nuget_registry_state import (
    Addresses,
    NuGetPackage,
    NuGetRegistry,
    catalog_leaf,
    registration_index,
    registration_pages,
    service_index,
)
from local.simulators.server import run
from local.simulators.server_control import control_routes, play_seed


class _Pages:
    """The registry's HTTP side. Ids are asked for in lower case: another one is another file, and not there."""

    def __init__(self, registry: NuGetRegistry) -> None:
        self._registry = registry

    async def service_index(self, request: Request) -> Response:
        """Answer which address serves what."""
        return JSONResponse(service_index(_addresses(request)))

    async def versions(self, request: Request) -> Response:
        """Answer the flat container's list: every version, unlisted ones too."""
        name = request.path_params["name"]
        cache = self._registry.negative_cache
        package = None if cache.hides(name) else self._registry.packages.get(name)
        if package is None:
            cache.missed(name)
            return _not_found()
        told = [release.version.lower() for release in package.releases]
        return JSONResponse({"versions": told}, headers={"cache-control": "max-age=10"})

    async def registration(self, request: Request) -> Response:
        """Answer a registration."""
        package = self._package(request)
        if package is None:
            return _not_found()
        return _compressed(registration_index(self._registry, package, _addresses(request)))

    async def page(self, request: Request) -> Response:
        """Answer one page of a registration."""
        package = self._package(request)
        pages = [] if package is None else registration_pages(self._registry, package, _addresses(request))
        for page in pages:
            if page["@id"] == str(request.url):
                return _compressed(page)
        return _not_found()

    async def leaf(self, request: Request) -> Response:
        """Answer one version's catalog leaf."""
        addresses = _addresses(request)
        for package in self._registry.packages.values():
            for release in package.releases:
                if addresses.leaf(package.spelling, release) == str(request.url):
                    return JSONResponse(catalog_leaf(package, release, addresses))
        return _not_found()

    def _package(self, request: Request) -> NuGetPackage | None:
        return self._registry.packages.get(request.path_params["name"])


def nuget_registry_app(registry: NuGetRegistry) -> FaultyApp:
    """Return the app that serves the registry."""
    pages = _Pages(registry)
    registrations = "/v3/registration5-gz-semver2/{name}"
    routes = [
        *control_routes(nuget_actions(registry)),
        Route("/v3/index.json", pages.service_index),
        Route("/v3-flatcontainer/{name}/index.json", pages.versions),
        Route(f"{registrations}/index.json", pages.registration),
        Route(f"{registrations}/page/{{lower}}/{{upper}}.json", pages.page),
        Route("/v3/catalog0/data/{stamp}/{file}", pages.leaf),
        *nuget_catalog_routes(registry.catalog),
        Route("/query", NuGetSearch(registry).answer),
    ]
    return with_faults(Starlette(routes=routes))


def new_nuget_registry(clock: Callable[[], datetime]) -> NuGetRegistry:
    """Return an empty registry."""
    return NuGetRegistry(clock, NegativeCache(clock))


def _addresses(request: Request) -> Addresses:
    return Addresses(str(request.base_url).rstrip("/"))


def _not_found() -> Response:
    body = '<?xml version="1.0" encoding="utf-8"?><Error><Code>BlobNotFound</Code></Error>'
    return Response(body, status_code=404, media_type="application/xml")


def _compressed(document: dict[str, Any]) -> Response:
    # This resource is stored compressed, and comes so whatever the client asks for.
    body = gzip.compress(json.dumps(document).encode())
    return Response(body, headers={"content-encoding": "gzip"}, media_type="application/json")


def main() -> None:
    """Serve a registry until told to stop."""
    parser = argparse.ArgumentParser(description="A public NuGet registry for this machine only.")
    parser.add_argument("--port", type=int, default=0, help="0 = a free port, which is printed")
    parser.add_argument("--seed", type=Path, help="a JSON list of orders, each with its action in 'do'")
    options = parser.parse_args()
    registry = new_nuget_registry(lambda: datetime.now(UTC))
    if options.seed is not None:
        play_seed(options.seed, nuget_actions(registry))
    run(nuget_registry_app(registry), options.port)


if __name__ == "__main__":
    main()
