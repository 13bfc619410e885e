"""A public Python package index that real pip installs from and twine uploads to.

`python -m local.simulators.pypi_registry --port 0 [--seed FILE]`; the simple index is below `/simple/`, a project's
details are `/pypi/<name>/json`, uploads go to `/legacy/`, the change feeds are `/rss/packages.xml` and XML-RPC at
`/pypi`. What it can be told is in `pypi_registry_control.py` (`POST /_control/publish`, …), how it can be made to fail
in `faults.py`. The user of an upload is its user name, or the token's text for `__token__`.

Source: https://github.com/pypi/warehouse/blob/main/docs/user/api/index-api.md
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from packaging.utils import canonicalize_name
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from local.simulators.faults import FaultyApp, with_faults
from local.simulators.faults_negative_cache import NegativeCache
from local.simulators.pypi_changes import PypiFeeds, pypi_changes_routes
from local.simulators.pypi_changes_list import answer_list
from local.simulators.pypi_project import pypi_project_routes
from local.simulators.pypi_protocol import SIMPLE_JSON, PypiFile, negotiate, render_detail, render_index
from local.simulators.pypi_protocol_upload import receive_upload
from local.simulators.pypi_registry_control import pypi_actions
from local.simulators.pypi_registry_state import PypiRegistry, UploadRefused
from local.simulators.server import run
from local.simulators.server_control import control_routes, play_seed
from shared.errors import UntrustedInput


class _Pages:
    """The index's HTTP side."""

    def __init__(self, registry: PypiRegistry) -> None:
        self._registry = registry

    async def index(self, request: Request) -> Response:
        """Answer the list of all projects."""
        content_type = negotiate(request.headers.get("accept", ""))
        if content_type is None:
            return PlainTextResponse("406 Not Acceptable", status_code=406)
        serial = self._registry.serial
        if content_type == SIMPLE_JSON:
            now, edge = self._registry.clock(), self._registry.journal.edge
            return answer_list(request, edge.take(self._registry.projects.values(), serial=serial, now=now))
        body = render_index(self._registry.projects.values(), content_type=content_type, last_serial=serial)
        return _cacheable(request, body, content_type, serial=serial)

    async def detail(self, request: Request) -> Response:
        """Answer one project's page; another spelling of its name is led to the normalized one."""
        spelling = request.path_params["name"]
        name = canonicalize_name(spelling)
        if spelling != name or not request.url.path.endswith("/"):
            return RedirectResponse(f"/simple/{name}/", status_code=301)
        cache = self._registry.negative_cache
        project = None if cache.hides(name) else self._registry.projects.get(name)
        if project is None:
            cache.missed(name)
            return PlainTextResponse("404 Not Found", status_code=404)
        content_type = negotiate(request.headers.get("accept", ""))
        if content_type is None:
            return PlainTextResponse("406 Not Acceptable", status_code=406)
        body = render_detail(project, content_type=content_type, file_url=_file_url(request))
        return _cacheable(request, body, content_type, serial=project.last_serial)

    def has_release(self, name: str) -> bool:
        """Tell whether a project, by its normalized name, has a release."""
        project = self._registry.projects.get(name)
        return project is not None and bool(project.files)

    async def file(self, request: Request) -> Response:
        """Answer one file, by its digest and name."""
        wanted = (request.path_params["sha256"], request.path_params["filename"])
        for project in self._registry.projects.values():
            for file in project.files:
                if (file.sha256, file.filename) == wanted:
                    return Response(file.content, media_type="application/octet-stream")
        return PlainTextResponse("404 Not Found", status_code=404)

    async def upload(self, request: Request) -> Response:
        """Take one file in: what `twine upload` sends."""
        user = _user(request)
        if user is None:
            return PlainTextResponse("Invalid or non-existent authentication information.", status_code=403)
        try:
            self._registry.upload(await receive_upload(request), user=user)
        except UntrustedInput as error:
            return PlainTextResponse(str(error), status_code=400)
        except UploadRefused as error:
            return PlainTextResponse(str(error), status_code=error.status)
        return PlainTextResponse("")


def pypi_registry_app(registry: PypiRegistry) -> FaultyApp:
    """Return the app that serves the index."""
    pages = _Pages(registry)
    routes = [
        *control_routes(pypi_actions(registry)),
        *pypi_changes_routes(PypiFeeds(registry.journal, registry.clock, pages.has_release)),
        *pypi_project_routes(registry),
        Route("/simple/", pages.index),
        Route("/simple", _to_index),
        Route("/simple/{name}/", pages.detail),
        Route("/simple/{name}", pages.detail),
        Route("/files/{sha256}/{filename}", pages.file),
        Route("/legacy/", pages.upload, methods=["POST"]),
    ]
    return with_faults(Starlette(routes=routes, middleware=[Middleware(GZipMiddleware, minimum_size=1000)]))


def new_pypi_registry(clock: Callable[[], datetime]) -> PypiRegistry:
    """Return an empty index."""
    return PypiRegistry(clock, NegativeCache(clock))


async def _to_index(_request: Request) -> Response:
    return RedirectResponse("/simple/", status_code=301)


def _file_url(request: Request) -> Callable[[PypiFile], str]:
    base = str(request.base_url).rstrip("/")
    return lambda file: f"{base}/files/{file.sha256}/{file.filename}"


def _cacheable(request: Request, body: bytes, content_type: str, *, serial: int) -> Response:
    headers: Mapping[str, str] = {
        "etag": f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        "cache-control": "max-age=600, public",
        "x-pypi-last-serial": str(serial),
        "vary": "Accept, Accept-Encoding",
    }
    if request.headers.get("if-none-match") in (headers["etag"], f"W/{headers['etag']}"):
        return Response(status_code=304, headers=headers)
    return Response(body, headers={**headers, "content-type": content_type})


def _user(request: Request) -> str | None:
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, password = base64.b64decode(credential).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (password if name == "__token__" else name) or None


def main() -> None:
    """Serve an index until told to stop."""
    parser = argparse.ArgumentParser(description="A public Python package index for this machine only.")
    parser.add_argument("--port", type=int, default=0, help="0 = a free port, which is printed")
    parser.add_argument("--seed", type=Path, help="a JSON list of orders, each with its action in 'do'")
    options = parser.parse_args()
    registry = new_pypi_registry(lambda: datetime.now(UTC))
    if options.seed is not None:
        play_seed(options.seed, pypi_actions(registry))
    run(pypi_registry_app(registry), options.port)


if __name__ == "__main__":
    main()
