"""Azure's own way of slowing callers down, beside the plain faults: headers on good answers, delays, 429.

Source: https://learn.microsoft.com/azure/devops/integrate/concepts/rate-limits
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import formatdate
from fnmatch import fnmatchcase
from http import HTTPStatus
from typing import Annotated, Literal

from pydantic import Field
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.simulators.azure_devops.errors import AzureError
from local.simulators.azure_devops.models import Strict

_BLOCKED = (
    "TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource"
    " Concurrency in namespace User."
)


class ThrottleModel(Strict):
    """One rule. `status` 200 = the real answer, with the headers; another = that status in its place.

    `share` 0.25 = every fourth request that fits; `times` None = without end; `path` with `*` and `?`,
    matched without regard to letter case. `retry_after_date` writes an HTTP date in place of seconds.
    """

    path: str = "*"
    method: str | None = None
    times: int | None = None
    share: Annotated[float, Field(gt=0, le=1)] = 1.0
    status: Literal[200, 429, 500, 502, 503, 504] = 429
    retry_after_seconds: float | None = None
    retry_after_date: bool = False
    delay_seconds: float = 0.0


# Ten times a tenth must be one.
_ROUNDING = 1e-9


@dataclass(slots=True)
class _Rule:
    model: ThrottleModel
    used: int = 0
    due: float = 0.0

    def fits(self, method: str, path: str) -> bool:
        """Say whether the rule strikes now; a share is kept exactly, not by chance."""
        model = self.model
        if model.method not in (None, method) or not fnmatchcase(path.lower(), model.path.lower()):
            return False
        if model.times is not None and self.used >= model.times:
            return False
        self.due += model.share
        if self.due < 1.0 - _ROUNDING:
            return False
        self.due -= 1.0
        self.used += 1
        return True


def _headers(model: ThrottleModel, now: datetime) -> dict[str, str]:
    headers: dict[str, str] = {}
    if model.status in {HTTPStatus.OK, HTTPStatus.TOO_MANY_REQUESTS}:
        headers = {"X-RateLimit-Resource": "Concurrency", "X-RateLimit-Limit": "200", "X-RateLimit-Remaining": "0"}
    if headers and model.delay_seconds:
        headers["X-RateLimit-Delay"] = f"{model.delay_seconds:.3f}"
    if model.retry_after_seconds is not None:
        until = now.timestamp() + model.retry_after_seconds
        if headers:
            headers["X-RateLimit-Reset"] = str(int(until))
        exact = f"{model.retry_after_seconds:g}"
        headers["Retry-After"] = formatdate(until, usegmt=True) if model.retry_after_date else exact
    return headers


@dataclass(slots=True)
class Throttling:
    """The rules in force; the first that fits strikes. `clock` dates what is written into headers."""

    clock: Callable[[], datetime]
    rules: list[_Rule] = field(default_factory=list)

    def add(self, model: ThrottleModel) -> None:
        """Add one rule."""
        self.rules.append(_Rule(model))

    def told(self) -> list[dict[str, object]]:
        """Return the rules, and how often each struck."""
        return [rule.model.model_dump() | {"used": rule.used} for rule in self.rules]

    def around(self, app: ASGIApp) -> ASGIApp:
        """Return the app with this throttling in front of it."""

        async def throttled(scope: Scope, receive: Receive, send: Send) -> None:
            model = self._struck(scope)
            if model is None:
                await app(scope, receive, send)
                return
            await asyncio.sleep(model.delay_seconds)
            headers = _headers(model, self.clock())
            if model.status != 200:  # noqa: PLR2004  # a literal of the model
                await _refuse(send, model.status, headers)
                return

            async def marked(message: Message) -> None:
                if message["type"] == "http.response.start":
                    MutableHeaders(scope=message).update(headers)
                await send(message)

            await app(scope, receive, marked)

        return throttled

    def _struck(self, scope: Scope) -> ThrottleModel | None:
        if scope["type"] != "http" or scope["path"].startswith("/_control"):
            return None
        fitting = (rule.model for rule in self.rules if rule.fits(scope["method"], scope["path"]))
        return next(fitting, None)


async def _refuse(send: Send, status: int, headers: dict[str, str]) -> None:
    error = AzureError(
        status, "RequestBlockedException", _BLOCKED, namespace="Microsoft.TeamFoundation.Framework.Server"
    )
    body = json.dumps(error.body()).encode()
    told = {"content-type": "application/json; charset=utf-8", "content-length": str(len(body)), **headers}
    encoded = [(key.lower().encode(), value.encode()) for key, value in told.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})
