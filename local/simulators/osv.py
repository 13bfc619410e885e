"""An advisory database with the OSV interface.

`python -m local.simulators.osv --port 0 [--seed FILE]`; what it can be told is in `osv_control.py`
(`POST /_control/add`, …), how it can be made to fail in `faults.py`.

Source: https://google.github.io/osv.dev/api/
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.simulators.faults import FaultyApp, with_faults
from local.simulators.osv_control import osv_actions
from local.simulators.osv_state import BadQuery, Database
from local.simulators.server import run
from local.simulators.server_control import control_routes, play_seed

# Codes of gRPC, which stands behind the real service.
_INVALID_ARGUMENT: Final = 3
_NOT_FOUND: Final = 5


class _Pages:
    """The database's HTTP side."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def batch(self, request: Request) -> Response:
        """Answer a batch of queries, or refuse the whole of it."""
        try:
            document = json.loads(await request.body())
            results = self._database.batch(document.get("queries") if isinstance(document, dict) else None)
        except (ValueError, RecursionError):
            return _refusal(400, _INVALID_ARGUMENT, "invalid JSON")
        except BadQuery as error:
            return _refusal(400, _INVALID_ARGUMENT, str(error))
        return JSONResponse({"results": results})

    async def record(self, request: Request) -> Response:
        """Answer one whole record, withdrawn ones too."""
        advisory = self._database.records.get(request.path_params["id"])
        return _refusal(404, _NOT_FOUND, "Bug not found.") if advisory is None else JSONResponse(advisory.record())


def _refusal(status: int, code: int, message: str) -> Response:
    return JSONResponse({"code": code, "message": message}, status_code=status)


def osv_app(database: Database) -> FaultyApp:
    """Return the app that serves the database."""
    pages = _Pages(database)
    routes = [
        *control_routes(osv_actions(database)),
        Route("/v1/querybatch", pages.batch, methods=["POST"]),
        Route("/v1/vulns/{id}", pages.record),
    ]
    return with_faults(Starlette(routes=routes))


def new_database(clock: Callable[[], datetime]) -> Database:
    """Return an empty database."""
    return Database(clock)


def main() -> None:
    """Serve a database until told to stop."""
    parser = argparse.ArgumentParser(description="An advisory database for this machine only.")
    parser.add_argument("--port", type=int, default=0, help="0 = a free port, which is printed")
    parser.add_argument("--seed", type=Path, help="a JSON list of orders, each with its action in 'do'")
    options = parser.parse_args()
    database = new_database(lambda: datetime.now(UTC))
    if options.seed is not None:
        play_seed(options.seed, osv_actions(database))
    run(osv_app(database), options.port)


if __name__ == "__main__":
    main()
