"""NuGet's catalog: an index, and pages of 550 items that only ever grow.

`python -m local.simulators.nuget_catalog --port 0`; told by `POST /_control/commit` and `/_control/generate_catalog`.
Below another app: `nuget_catalog_routes(catalog)` and `nuget_catalog_actions(catalog)`; its service index then names
`…/v3/catalog0/index.json` as `Catalog/3.0.0`.

Source: https://github.com/NuGet/docs.microsoft.com-nuget/blob/main/docs/api/catalog-resource.md
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.simulators.faults import FaultyApp, with_faults
from local.simulators.nuget_catalog_pages import Catalog, Event
from local.simulators.server import run
from local.simulators.server_control import Action, Actions, control_routes

_ROOT: Final = "/v3/catalog0"


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OneEvent(_Order):
    """One version's event: published, edited, listed, unlisted; or deleted."""

    id: str
    version: str = "1.0.0"
    deleted: bool = False


class Commit(_Order):
    """Write events with one timestamp; `on_index` false = the pages are there, and the index does not show them yet."""

    events: tuple[OneEvent, ...] = Field(min_length=1)
    on_index: bool = True


class GenerateCatalog(_Order):
    """Write publications of ids that are the prefix and a number, so many in one commit."""

    count: int = Field(ge=0)
    prefix: str = "Generated."
    a_commit: int = Field(default=20, ge=1)


def nuget_catalog_actions(catalog: Catalog) -> Actions:
    """Return what the catalog can be told."""

    def commit(order: Commit) -> None:
        catalog.commit([Event(told.id, told.version, told.deleted) for told in order.events], show=order.on_index)

    def generate(order: GenerateCatalog) -> None:
        catalog.generate(order.count, prefix=order.prefix, a_commit=order.a_commit)

    return {
        "commit": Action(Commit, commit),
        "generate_catalog": Action(GenerateCatalog, generate),
        "begin_catalog_anew": Action(_Order, lambda _order: catalog.clear()),
    }


def nuget_catalog_routes(catalog: Catalog) -> list[Route]:
    """Return the routes of the index and of its pages."""

    async def index(request: Request) -> Response:
        base = _base(request)
        pages: list[dict[str, Any]] = [
            {"@id": f"{base}/page{place}.json", "commitTimeStamp": at, "commitId": _commit_id(at), "count": count}
            for place, (at, count) in enumerate(catalog.shown_pages())
        ]
        at = pages[-1]["commitTimeStamp"] if pages else "0001-01-01T00:00:00Z"
        head = {"@id": f"{base}/index.json", "commitId": _commit_id(at), "commitTimeStamp": at}
        return _document(request, {**head, "count": len(pages), "items": pages})

    async def page(request: Request) -> Response:
        rows = catalog.page(request.path_params["place"])
        if not rows:
            return Response("BlobNotFound", status_code=404)
        base = _base(request)
        # The real page is in no order either.
        items = [_item(base, at, event) for at, event in reversed(rows)]
        at = rows[-1][0]
        head = {"@id": f"{base}{request.url.path.removeprefix(_ROOT)}", "commitId": _commit_id(at)}
        more = {"commitTimeStamp": at, "parent": f"{base}/index.json", "count": len(items), "items": items}
        return _document(request, {**head, **more})

    return [Route(f"{_ROOT}/index.json", index), Route(f"{_ROOT}/page{{place:int}}.json", page)]


def nuget_catalog_app(catalog: Catalog) -> FaultyApp:
    """Return an app that serves the catalog alone, with a service index that names it."""

    async def service_index(request: Request) -> Response:
        resource = {"@id": f"{_base(request)}/index.json", "@type": "Catalog/3.0.0"}
        return _document(request, {"version": "3.0.0", "resources": [resource]})

    routes = [*control_routes(nuget_catalog_actions(catalog)), Route("/v3/index.json", service_index)]
    return with_faults(Starlette(routes=[*routes, *nuget_catalog_routes(catalog)]))


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/") + _ROOT


def _commit_id(at: str) -> str:
    return hashlib.sha256(at.encode()).hexdigest()[:32]


def _item(base: str, at: str, event: Event) -> dict[str, Any]:
    folder = at[:19].replace("-", ".").replace("T", ".").replace(":", ".")
    return {
        "@id": f"{base}/data/{folder}/{event.id.lower()}.{event.version}.json",
        "@type": "nuget:PackageDelete" if event.deleted else "nuget:PackageDetails",
        "commitTimeStamp": at,
        "commitId": _commit_id(at),
        "nuget:id": event.id,
        "nuget:version": event.version,
    }


def _document(request: Request, document: Mapping[str, Any]) -> Response:
    body = json.dumps(document).encode()
    headers = {"etag": f'"{hashlib.sha256(body).hexdigest()[:32]}"', "cache-control": "no-store"}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def main() -> None:
    """Serve a catalog until told to stop."""
    parser = argparse.ArgumentParser(description="A NuGet catalog for this machine only.")
    parser.add_argument("--port", type=int, default=0, help="0 = a free port, which is printed")
    options = parser.parse_args()
    run(nuget_catalog_app(Catalog(lambda: datetime.now(UTC))), options.port)


if __name__ == "__main__":
    main()
