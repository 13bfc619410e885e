"""npm's replication service: `_changes`, `_all_docs` and the root document, beside a registry's simulator.

The registry's simulator serves it below `/-/replication`; `python -m local.simulators.npm_changes --port 0` serves one
of its own, which is told by `POST /_control/announce`, `/_control/generate_changes`, `/_control/generate_names` and
`/_control/begin_anew`.

Source: https://github.blog/changelog/2025-02-27-changes-and-deprecation-notice-for-npm-replication-apis/
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from itertools import batched, islice
from typing import Final

from pydantic import BaseModel, ConfigDict, Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from local.simulators.faults import FaultyApp, with_faults
from local.simulators.npm_changes_log import Change, NpmChangeLog
from local.simulators.npm_changes_names import npm_names_actions, npm_names_routes
from local.simulators.server import run
from local.simulators.server_control import Action, Actions, control_routes

_DEFAULT_LIMIT: Final = 1_000
_MOST: Final = 10_000
_ROWS_A_CHUNK: Final = 500


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Announce(_Order):
    """List a change without changing the registry: its feed may run ahead of its pages."""

    name: str
    deleted: bool = False


class GenerateChanges(_Order):
    """List that many changes of names that nobody published: the prefix and a number."""

    count: int = Field(ge=0)
    prefix: str = "generated-"


class BeginAnew(_Order):
    """Count from there, as the service did in 2016, 2019 and 2021."""

    at: int = Field(default=0, ge=0)


def npm_changes_actions(log: NpmChangeLog) -> Actions:
    """Return everything that the service can be told."""
    return {
        **npm_names_actions(log),
        "announce": Action(Announce, lambda order: log.record(order.name, deleted=order.deleted)),
        "generate_changes": Action(GenerateChanges, lambda order: log.generate(order.count, prefix=order.prefix)),
        "begin_anew": Action(BeginAnew, lambda order: log.begin_anew(order.at)),
    }


def npm_changes_routes(log: NpmChangeLog) -> list[Route]:
    """Return the service's routes."""

    async def root(_request: Request) -> Response:
        return JSONResponse({"db_name": "registry", "doc_count": log.names, "update_seq": log.newest})

    async def changes(request: Request) -> Response:
        query = dict(request.query_params)
        try:
            since, limit = int(query.pop("since", "0")), int(query.pop("limit", str(_DEFAULT_LIMIT)))
        except ValueError:
            return _refused("since and limit are numbers")
        if query or not 1 <= limit <= _MOST:
            # What the service of 2025 left out: feed, include_docs, skip, …
            return _refused(f"not supported: {sorted(query)}" if query else f"limit is 1 to {_MOST}")
        # Rows are taken at once, so that a change in the middle of sending belongs to the next page.
        return StreamingResponse(_render(list(islice(log.after(since), limit)), since), media_type="application/json")

    return [Route("/", root), Route("/_changes", changes), *npm_names_routes(log)]


def npm_changes_app(log: NpmChangeLog) -> FaultyApp:
    """Return an app that serves the service alone."""
    return with_faults(Starlette(routes=[*control_routes(npm_changes_actions(log)), *npm_changes_routes(log)]))


def _refused(reason: str) -> Response:
    return JSONResponse({"error": "bad_request", "reason": reason}, status_code=400)


def _render(rows: list[Change], since: int) -> Iterator[str]:
    separator = ""
    yield '{"results":['
    for chunk in batched(rows, _ROWS_A_CHUNK, strict=False):
        yield separator + ",".join(map(_row, chunk))
        separator = ","
    yield f'],"last_seq":{rows[-1].seq if rows else since}}}'


def _row(row: Change) -> str:
    deleted = ',"deleted":true' if row.deleted else ""
    return (
        f'{{"seq":{row.seq},"id":{json.dumps(row.name)},"changes":[{{"rev":"{row.edits}-{row.seq:032x}"}}]{deleted}}}'
    )


def main() -> None:
    """Serve a replication service until told to stop."""
    parser = argparse.ArgumentParser(description="An npm replication service for this machine only.")
    parser.add_argument("--port", type=int, default=0, help="0 = a free port, which is printed")
    run(npm_changes_app(NpmChangeLog()), parser.parse_args().port)


if __name__ == "__main__":
    main()
