"""A Teams workflow that begins "when a Teams webhook request is received", and posts cards to a channel.

`python -m local.simulators.teams_flow --port 0` prints `webhook at …` and then `listening on http://…`. `GET /` shows
what was posted; `GET /runs` tells each run with its message and what is wrong with it, `DELETE /runs` forgets all. What
it can be told: `POST /_control/settings`; how it can be made to fail is in `faults.py`.

As the real one does, it answers 202 before it looks: a card that Teams would refuse is a run that failed.

Source: https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
"""

from __future__ import annotations

import argparse
import asyncio
from html import escape
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from local.simulators.faults import FaultyApp, with_faults
from local.simulators.server import serving, stop_signal
from local.simulators.server_control import control_routes
from local.simulators.teams_flow_state import Flow, Refused, flow_actions

SIGNATURE: Final = "sample-signature"
"""What stands in the address as `sig`."""
WEBHOOK: Final = (
    "/workflows/sample/triggers/manual/paths/invoke"
    f"?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig={SIGNATURE}"
)
"""Path and query of the one workflow."""


class _Pages:
    """The workflow's HTTP side."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow

    async def invoke(self, request: Request) -> Response:
        """Take a message in, and answer before it is looked at."""
        signature = request.query_params.get("sig", "")
        try:
            self._flow.invoke(signature, request.headers.get("content-type", ""), await request.body())
        except Refused as error:
            return JSONResponse({"error": {"code": error.code, "message": str(error)}}, status_code=error.status)
        return Response(status_code=202, headers={"x-ms-workflow-run-id": f"sample-{len(self._flow.runs)}"})

    async def runs(self, _request: Request) -> Response:
        """Tell all runs, the newest last."""
        return JSONResponse({"runs": [run.told() for run in self._flow.runs]})

    async def forget(self, _request: Request) -> Response:
        """Forget all runs."""
        self._flow.runs.clear()
        return Response(status_code=204)

    async def front(self, _request: Request) -> Response:
        """Show what was posted."""
        rows = "".join(
            f"<li>{escape('; '.join(run.problems) or 'posted')}<pre>{escape(run.words())}</pre></li>"
            for run in reversed(self._flow.runs)
        )
        title = "<!DOCTYPE html><html lang=en><meta charset=utf-8><title>Teams channel</title><h1>Teams channel</h1>"
        return HTMLResponse(f"{title}<ol reversed>{rows or '<li>nothing posted yet</li>'}</ol>")


def flow_app(flow: Flow) -> FaultyApp:
    """Return the app that serves the workflow."""
    pages = _Pages(flow)
    routes = [
        *control_routes(flow_actions(flow)),
        Route("/", pages.front),
        Route("/runs", pages.runs),
        Route("/runs", pages.forget, methods=["DELETE"]),
        Route("/workflows/sample/triggers/manual/paths/invoke", pages.invoke, methods=["POST"]),
    ]
    return with_faults(Starlette(routes=routes))


def new_flow() -> Flow:
    """Return a workflow that has run never."""
    return Flow(SIGNATURE)


async def _run(port: int) -> None:
    stop = stop_signal()
    async with serving(flow_app(new_flow()), port=port) as url:
        print(f"webhook at {url}{WEBHOOK}", flush=True)
        print(f"listening on {url}", flush=True)
        await stop.wait()


def main() -> None:
    """Serve a workflow until told to stop."""
    parser = argparse.ArgumentParser(description="A Teams workflow for this machine only.")
    parser.add_argument("--port", type=int, default=0, help="0 = a free port, which is printed")
    asyncio.run(_run(parser.parse_args().port))


if __name__ == "__main__":
    main()
