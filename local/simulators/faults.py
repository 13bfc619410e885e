"""Make a simulator fail on request, and remember what it was asked.

`with_faults(app)` wraps any ASGI app and answers a small JSON API beside it:

* `GET /_control/requests`     what was asked: method, path (raw, with its query), user agent, status; `DELETE` forgets
* `GET /_control/faults`       the rules in force; `DELETE` removes them
* `POST /_control/faults`      add one rule (see Fault); the first rule that fits answers

Every other path under `/_control/` belongs to the app, and no fault touches it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.simulators.faults_answers import Fault, misbehave

__all__ = ["CONTROL", "Fault", "Faults", "FaultyApp", "SeenRequest", "raw_path", "with_faults"]

CONTROL: Final = "/_control/"


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """One request as it arrived, and the status that was answered; None = not answered yet, or cut."""

    method: str
    path: str
    user_agent: str
    status: int | None = None


@dataclass(slots=True)
class Faults:
    """The rules and the request log of one simulator; tests in the same process may use it directly."""

    rules: list[Fault] = field(default_factory=list)
    requests: list[SeenRequest] = field(default_factory=list)

    def take(self, method: str, path: str) -> Fault | None:
        """Return the first rule that fits, and use it up by one."""
        for place, rule in enumerate(self.rules):
            if rule.method in (None, method) and fnmatchcase(path, rule.path):
                if rule.times is not None and rule.times <= 1:
                    del self.rules[place]
                elif rule.times is not None:
                    self.rules[place] = rule.model_copy(update={"times": rule.times - 1})
                return rule
        return None

    def asked(self, path: str = "*", *, method: str | None = None) -> list[SeenRequest]:
        """Return the logged requests whose raw path (with query) fits."""
        return [seen for seen in self.requests if method in (None, seen.method) and fnmatchcase(seen.path, path)]


class FaultyApp:
    """An app that fails where it is told to. `faults` is open to tests in the same process."""

    def __init__(self, app: ASGIApp, faults: Faults | None = None) -> None:
        """Wrap the app."""
        self._app = app
        self.faults = Faults() if faults is None else faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request as the rules say, else let the app answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = raw_path(scope)
        if path.startswith(CONTROL):
            control = await self._control(Request(scope, receive), path)
            await (control or self._app)(scope, receive, send)
            return
        await self._serve(path, scope, receive, send)

    async def _serve(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        place = len(self.faults.requests)
        query = scope["query_string"].decode("latin-1")
        agent = dict(scope["headers"]).get(b"user-agent", b"").decode("latin-1")
        seen = SeenRequest(scope["method"], f"{path}?{query}" if query else path, agent)
        log = self.faults.requests
        log.append(seen)

        async def send_and_log(message: Message) -> None:
            if message["type"] == "http.response.start" and place < len(log) and log[place] is seen:
                log[place] = SeenRequest(seen.method, seen.path, seen.user_agent, message["status"])
            await send(message)

        fault = self.faults.take(scope["method"], path)
        if fault is not None and fault.delay_seconds:
            await asyncio.sleep(fault.delay_seconds)
        if fault is not None and fault.answers:
            await misbehave(fault, send_and_log)
        else:
            await self._app(scope, receive, send_and_log)

    async def _control(self, request: Request, path: str) -> Response | None:
        match (request.method, path.removeprefix(CONTROL)):
            case ("GET", "requests"):
                return JSONResponse({"requests": [_seen(seen) for seen in self.faults.requests]})
            case ("DELETE", "requests"):
                self.faults.requests.clear()
                return Response(status_code=204)
            case ("GET", "faults"):
                return JSONResponse({"faults": [rule.model_dump() for rule in self.faults.rules]})
            case ("POST", "faults"):
                return self._add(await request.body())
            case ("DELETE", "faults"):
                self.faults.rules.clear()
                return Response(status_code=204)
            case _:
                return None

    def _add(self, body: bytes) -> Response:
        try:
            rule = Fault.model_validate_json(body)
        except ValidationError as error:
            return Response(error.json(include_url=False), status_code=400, media_type="application/json")
        self.faults.rules.append(rule)
        return JSONResponse(rule.model_dump(), status_code=201)


def with_faults(app: ASGIApp, faults: Faults | None = None) -> FaultyApp:
    """Wrap an app so that it fails on request."""
    return FaultyApp(app, faults)


def raw_path(scope: Scope) -> str:
    """Return the path as it was sent, percent-encoding kept, without the query."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.decode("latin-1")


def _seen(seen: SeenRequest) -> dict[str, Any]:
    return {"method": seen.method, "path": seen.path, "user_agent": seen.user_agent, "status": seen.status}
