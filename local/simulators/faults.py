"""Make a simulator fail on request, and remember what it was asked.

`with_faults(app)` wraps any ASGI app and answers a small JSON API beside it:

* `GET /_control/requests`     what was asked, the newest 200,000: method, path (raw, with its query), user agent,
                               status, and the body's text where there was one; `forgotten` = how many were before.
                               `DELETE` forgets all
* `GET /_control/faults`       the rules in force; `DELETE` removes them
* `POST /_control/faults`      add one rule (see Fault); the first rule that fits answers

Every other path under `/_control/` belongs to the app, and no fault touches it.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.simulators.faults_answers import Fault, misbehave

__all__ = ["CONTROL", "Fault", "Faults", "FaultyApp", "SeenRequest", "raw_path", "with_faults"]

CONTROL: Final = "/_control/"
# A question about a thousand names is shorter; a package's files need not be kept.
_LONGEST_BODY: Final = 128 * 1024


@dataclass(slots=True)
class SeenRequest:
    """One request as it arrived, and the status that was answered; None = not answered yet, or cut.

    `body` is the beginning of its text, 128 KiB.
    """

    method: str
    path: str
    user_agent: str
    status: int | None = None
    body: str = ""

    def told(self) -> dict[str, Any]:
        """Return it as JSON tells it."""
        told = asdict(self)
        return told if self.body else {name: value for name, value in told.items() if name != "body"}


@dataclass(slots=True)
class Faults:
    """The rules and the request log of one simulator; tests in the same process may use it directly.

    `forgotten` = how many requests the log has let go, the oldest first, to keep no more than `most`.
    """

    rules: list[Fault] = field(default_factory=list)
    requests: list[SeenRequest] = field(default_factory=list)
    forgotten: int = 0
    most: int = 200_000

    def note(self, seen: SeenRequest) -> None:
        """Write a request down."""
        if len(self.requests) >= self.most:
            # Many at once: what is taken from the beginning of a list moves all of the rest.
            gone = max(1, self.most // 10)
            del self.requests[:gone]
            self.forgotten += gone
        self.requests.append(seen)

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
        query = scope["query_string"].decode("latin-1")
        agent = dict(scope["headers"]).get(b"user-agent", b"").decode("latin-1")
        seen = SeenRequest(scope["method"], f"{path}?{query}" if query else path, agent)
        self.faults.note(seen)
        # Read before anybody answers: what was sent was disclosed, whether the app looks at it or not.
        messages = await _whole(receive)
        body = b"".join(message.get("body", b"") for message in messages)
        seen.body = body[:_LONGEST_BODY].decode("utf-8", "replace")

        async def send_and_log(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status = message["status"]
            await send(message)

        fault = self.faults.take(scope["method"], path)
        if fault is not None and fault.delay_seconds:
            await asyncio.sleep(fault.delay_seconds)
        if fault is not None and fault.answers:
            await misbehave(fault, send_and_log)
        else:
            await self._app(scope, _again(messages, receive), send_and_log)

    async def _control(self, request: Request, path: str) -> Response | None:
        match (request.method, path.removeprefix(CONTROL)):
            case ("GET", "requests"):
                told = [seen.told() for seen in self.faults.requests]
                return JSONResponse({"requests": told, "forgotten": self.faults.forgotten})
            case ("DELETE", "requests"):
                self.faults.requests.clear()
                self.faults.forgotten = 0
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


async def _whole(receive: Receive) -> list[Message]:
    """Read a request to its end."""
    messages = [await receive()]
    while messages[-1].get("more_body", False):
        messages.append(await receive())
    return messages


def _again(messages: list[Message], receive: Receive) -> Receive:
    """Give messages that were read, and then what comes after them."""
    left = iter(messages)

    async def give() -> Message:
        return next(left, None) or await receive()

    return give
