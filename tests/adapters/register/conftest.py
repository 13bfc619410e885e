"""A storage account that answers as a test scripts it: for what the emulator never does."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import pytest
from aiohttp import web

from shared.adapters.register import Patience, Storage, StorageAddress

KEY: Final = base64.b64encode(b"not a real key").decode()


@dataclass(frozen=True, slots=True)
class Answer:
    """One scripted answer; `cut` = the line is cut before anything is said."""

    status: int = 200
    code: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    cut: bool = False


@dataclass(slots=True)
class ScriptedAccount:
    """Answers in order, the last one again and again; keeps what was asked, and every pause between attempts."""

    address: str = ""
    answers: list[Answer] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    slept: list[timedelta] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Give the next answer."""
        self.requests.append(f"{request.method} {request.rel_url.path}")
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer.cut:
            assert request.transport is not None
            request.transport.abort()
        body = f'{{"odata.error":{{"code":"{answer.code}"}}}}' if answer.body is None else answer.body
        return web.Response(
            status=answer.status,
            headers={"Content-Type": "application/json", **answer.headers},
            body=body.encode("utf-8", "surrogateescape"),
        )

    async def sleep(self, duration: timedelta) -> None:
        """Note the pause and do not wait."""
        self.slept.append(duration)

    def storage(self, *, limit: timedelta = timedelta(seconds=30)) -> Storage:
        """Connect to the account."""
        connection = (
            f"DefaultEndpointsProtocol=http;AccountName=sample;AccountKey={KEY};"
            f"TableEndpoint={self.address}/sample;QueueEndpoint={self.address}/sample"
        )
        return Storage(StorageAddress(connection=connection), patience=Patience(limit=limit, sleep=self.sleep))


@pytest.fixture
async def scripted() -> AsyncIterator[ScriptedAccount]:
    """Start a scripted account on a free port."""
    account = ScriptedAccount()
    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", account.handle)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    account.address = f"http://{host}:{port}"
    yield account
    await runner.cleanup()
