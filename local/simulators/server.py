"""Serve a simulator over HTTP on this machine only: as a program, or inside a test."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from typing import Final

import uvicorn
from starlette.types import ASGIApp

HOST: Final = "127.0.0.1"

# Long enough to finish a request, short enough that a delayed answer does not hold up the end of a test.
_GRACE_SECONDS: Final = 2


class _Server(uvicorn.Server):
    """uvicorn, without its own idea of signals, and with a moment at which it is ready."""

    def __init__(self, app: ASGIApp) -> None:
        config = uvicorn.Config(
            app,
            http="h11",
            ws="none",
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets=sockets)
        except SystemExit as error:
            raise RuntimeError("the server stopped before it was ready: its lifespan failed") from error
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn raises a captured signal again after its shutdown, so that a clean stop would look like a crash.
        yield


def bind(port: int) -> socket.socket:
    """Return a socket that is bound to the port on the loopback address; 0 = a free one."""
    # asyncio sets TCP_NODELAY only where a socket names its protocol; else the second half of an answer waits for an
    # acknowledgement that the other side delays: 40 ms for each answer after the first on one connection.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((HOST, port))
    return bound


def base_url(bound: socket.socket) -> str:
    """Return the address that clients use, without a trailing slash."""
    return f"http://{HOST}:{bound.getsockname()[1]}"


@asynccontextmanager
async def serving(app: ASGIApp, *, port: int = 0) -> AsyncIterator[str]:
    """Serve the app while the block runs; gives its base URL, without a trailing slash."""
    with closing(bind(port)) as bound:
        server = _Server(app)
        task = asyncio.create_task(server.serve(sockets=[bound]))
        ready = asyncio.create_task(server.ready.wait())
        try:
            await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
            if server.ready.is_set():
                yield base_url(bound)
        finally:
            ready.cancel()
            server.should_exit = True
            # Where it never became ready, this raises the reason.
            await task


def stop_signal() -> asyncio.Event:
    """Return what is set when this program is told to stop, by SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


async def _run(app: ASGIApp, port: int) -> None:
    stop = stop_signal()
    async with serving(app, port=port) as url:
        print(f"listening on {url}", flush=True)
        await stop.wait()


def run(app: ASGIApp, port: int) -> None:
    """Serve the app until SIGTERM or SIGINT; prints `listening on http://127.0.0.1:PORT` when ready."""
    asyncio.run(_run(app, port))
