"""The product's own intake behind a real server on loopback, which may be in trouble first."""

from __future__ import annotations

import asyncio
import base64
import socket
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from functions.hooks import _status
from shared.adapters.doors import doors
from shared.application.intake import Intake
from shared.application.messages import SweepRequest
from shared.errors import UntrustedInput
from shared.ports import QueueName
from tests.fakes import MemoryDeliveries, MemoryQueue

KEY: Final = b"sample key, 32 bytes of the best"
SECRET: Final = "whsec_" + base64.b64encode(KEY).decode()

# What goes wrong with one try: a status with a text, no answer at all, or an answer that gets lost.
type Fault = tuple[int, str]
HANGS: Final[Fault] = (0, "hangs")
CUT: Final[Fault] = (0, "cut")
LOST: Final[Fault] = (0, "lost")


@dataclass(slots=True)
class App:
    """Answers as the function does; keeps headers and body of every try, and the status of its answer."""

    secret: str = SECRET
    faults: list[Fault] = field(default_factory=list)
    tries: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)
    queue: MemoryQueue = field(default_factory=MemoryQueue)
    socket: socket.socket = field(default_factory=socket.socket)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    deliveries: MemoryDeliveries = field(default_factory=MemoryDeliveries)
    runner: web.AppRunner | None = None

    def __post_init__(self) -> None:
        """Take a port, on which nothing listens yet."""
        self.socket.bind(("127.0.0.1", 0))

    @property
    def address(self) -> str:
        """What would be PUBLIC_BASE_URL."""
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    @property
    def hints(self) -> list[SweepRequest]:
        """What was queued."""
        return [SweepRequest.of(text) for text in self.queue.take(QueueName.FEED_SWEEPS)]

    async def start(self) -> None:
        """Listen."""
        app = web.Application()
        app.router.add_post("/api/hooks/generic", self._receive)
        self.runner = web.AppRunner(app, shutdown_timeout=1)
        await self.runner.setup()
        await web.SockSite(self.runner, self.socket).start()

    async def stop(self) -> None:
        """Let go of who waits, and of the port."""
        self.over.set()
        if self.runner is not None:
            await self.runner.cleanup()
        self.socket.close()

    async def _receive(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.tries.append(({name.lower(): value for name, value in request.headers.items()}, body))
        status, text = fault = self.faults.pop(0) if self.faults else (0, "")
        if fault == HANGS:
            await self.over.wait()
        if fault in (HANGS, CUT, LOST):
            await self._accept(body) if fault == LOST else None
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if not status:
            status, text = await self._accept(body)
        self.answered.append(status)
        return web.Response(status=status, text=text)

    async def _accept(self, body: bytes) -> tuple[int, str]:
        # The clock of this machine, because that is the one that the step signs with.
        intake = Intake(
            doors({"generic": (self.secret,)}), self.deliveries, self.queue, clock=lambda: datetime.now(tz=UTC)
        )
        try:
            receipt = await intake.accept(source="generic", headers=self.tries[-1][0], body=body)
        except UntrustedInput as error:
            return _status(error), str(error)
        return 202, receipt.outcome.value
