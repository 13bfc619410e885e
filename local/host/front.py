"""The host's HTTP side: finds the function for a request, and the host's own few addresses."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.requests import Request as StarletteRequest
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute

from local.host.http_messages import Answer, Request, to_answer, to_message
from local.host.invoker import Invoker
from local.host.messages import json_text, octets, text
from local.host.metadata import Function, HttpTrigger, TimerTrigger
from local.host.platform import admit_headers
from local.host.routes import Route, decode_path, read_route
from local.host.settings import HttpSettings
from local.host.sign_in import SignIn
from local.host.timers import timer_payload
from local.host.worker import InvocationFailed

logger = logging.getLogger("host")
_METHODS: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_HOME: Final = Answer(
    status=200,
    headers=(("content-type", "text/html; charset=utf-8"),),
    body=b"<!DOCTYPE html><title>Function host</title><p>Your function app is up and running.</p>",
)


@dataclass(frozen=True, slots=True)
class Front:
    """Answers requests; the tasks are functions that an admin call started and nobody waits for.

    `sign_in` None = the platform's sign-in is off: nobody is ever signed in.
    """

    invoker: Invoker
    settings: HttpSettings
    routes: tuple[tuple[Route, Function, HttpTrigger], ...]
    sign_in: SignIn | None = None
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @classmethod
    def of(cls, invoker: Invoker, settings: HttpSettings, *, sign_in: SignIn | None = None) -> Front:
        """Sort the app's routes as the real host does."""
        routes = [
            (read_route(f"{settings.route_prefix}/{function.trigger.route}"), function, function.trigger)
            for function in invoker.worker.functions
            if isinstance(function.trigger, HttpTrigger)
        ]
        in_order = tuple(sorted(routes, key=lambda entry: entry[0].rank))
        return cls(invoker=invoker, settings=settings, routes=in_order, sign_in=sign_in)

    def asgi(self) -> Starlette:
        """Return the application that a web server runs."""
        return Starlette(routes=[StarletteRoute("/{path:path}", self._handle, methods=_METHODS)])

    async def _handle(self, incoming: StarletteRequest) -> Response:
        """Answer one request."""
        try:
            request = await self._take_in(incoming)
            answer = await self._answer(decode_path(incoming.scope["raw_path"].decode("latin-1")), request)
        except HTTPException as refusal:
            answer = Answer(status=refusal.status_code)
        except ClientDisconnect:
            # Nobody is left to read this; the server drops it.
            answer = Answer(status=400)
        response = Response(content=answer.body, status_code=answer.status)
        response.raw_headers += [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
        return response

    async def _take_in(self, incoming: StarletteRequest) -> Request:
        """Read the request, no more of its body than is allowed. Raises HTTPException 413."""
        body = bytearray()
        async for chunk in incoming.stream():
            body += chunk
            if len(body) > self.settings.body_limit_bytes:
                raise HTTPException(status_code=413)
        return Request(
            method=incoming.method,
            url=_url(incoming),
            headers=tuple(admit_headers(incoming.headers.items(), sign_in=self.sign_in)),
            query=tuple(incoming.query_params.multi_items()),
            body=bytes(body),
        )

    async def _answer(self, path: str, request: Request) -> Answer:
        """Find who answers: the host itself, or a function."""
        if path == "/":
            return _HOME
        if self.sign_in is not None and path.lower().startswith("/.auth/"):
            return self.sign_in.answer(path, request)
        if path.lower().startswith("/admin/"):
            return self._administer(path.removeprefix("/").split("/")[1:], request)
        for route, function, trigger in self.routes:
            values = route.match(path)
            # A method that this one does not take may be another one's; else it is 404, as in production.
            if values is not None and (not trigger.methods or request.method in trigger.methods):
                return await self._call(function, request, values)
        return Answer(status=404)

    async def _call(self, function: Function, request: Request, values: Mapping[str, str]) -> Answer:
        """Run an HTTP function; a failure is an empty 500."""
        try:
            result = await self.invoker.run(
                function,
                reason="This function was programmatically called via the host APIs.",
                payload=to_message(request, route_values=values),
                trace_parent=request.header("traceparent"),
                trace_state=request.header("tracestate"),
            )
        except InvocationFailed:
            return Answer(status=500)
        return to_answer(result.returned)

    def _administer(self, segments: list[str], request: Request) -> Answer:
        """Answer the host's own addresses: its state, the list of functions, and starting one by hand."""
        match (request.method, *(segment.lower() for segment in segments)):
            case ("GET", "host", "status"):
                return _json({"state": "Running"})
            case ("GET", "functions"):
                return _json([{"name": function.name} for function in self.invoker.worker.functions])
            case ("POST", "functions", name):
                return self._start_by_hand(name, request.body)
            case _:
                return Answer(status=404)

    def _start_by_hand(self, name: str, body: bytes) -> Answer:
        """Start a function without its trigger; 202 says that it runs, not how it ended.

        Source: https://learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http
        """
        try:
            function = self.invoker.worker.function(name)
            given = json.loads(body or b"{}").get("input", "")
        except KeyError:
            return Answer(status=404)
        except (ValueError, AttributeError, RecursionError):
            return Answer(status=400)
        if isinstance(function.trigger, HttpTrigger):
            return Answer(status=400)
        task = asyncio.create_task(self._run_by_hand(function, str(given)))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return Answer(status=202)

    async def _run_by_hand(self, function: Function, given: str) -> None:
        """Run a timer's or queue's function with what the caller gave as its payload."""
        if isinstance(function.trigger, TimerTrigger):
            payload = json_text(timer_payload(last=None, following=datetime.now(UTC)))
        else:
            payload = octets(given.encode()) if given else text("")
        try:
            await self.invoker.run(function, reason="This function was started by hand.", payload=payload)
        except InvocationFailed:
            # The run's log says why; there is nobody to tell.
            return


def _url(incoming: StarletteRequest) -> str:
    """Return the request's address with its path as it came: decoding it would invent slashes and question marks."""
    path, query = (incoming.scope[part].decode("latin-1") for part in ("raw_path", "query_string"))
    host = incoming.headers.get("host", "127.0.0.1")
    return f"{incoming.url.scheme}://{host}{path}{'?' if query else ''}{query}"


def _json(value: object) -> Answer:
    """Answer with JSON."""
    headers = (("content-type", "application/json; charset=utf-8"),)
    return Answer(status=200, headers=headers, body=json.dumps(value).encode())
