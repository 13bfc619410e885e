"""Brings the parts together: index, validate, listen, and stop without losing what is under way."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn

from local.host.front import Front
from local.host.invoker import Invoker
from local.host.metadata import QueueOutput, QueueTrigger
from local.host.personas import Persona
from local.host.queues import LEASE, Listener
from local.host.settings import HostSettings, read_app_settings, read_host_settings
from local.host.sign_in import ENABLED, SignIn
from local.host.storage import Queues
from local.host.timers import Timer, timers_of
from local.host.validation import AppRefused, find_problems
from local.host.worker import Worker

logger = logging.getLogger("host")


@dataclass(frozen=True, slots=True)
class Options:
    """How to run an app; port 0 = a free one. `grace` bounds how long a stop waits for what is under way.

    `personas` are who can sign in; none = the platform's sign-in is off.
    """

    app_folder: Path
    port: int = 0
    lease: timedelta = LEASE
    grace: timedelta = timedelta(seconds=8)
    personas: tuple[Persona, ...] = ()


class _Server(uvicorn.Server):
    """The web server; says when it listens, and leaves signals to the host."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone: the host stops its other parts too."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and only then say so: whoever waits for the line can send requests."""
        await super().startup(sockets=sockets)
        if self.started and sockets:
            print(f"listening on http://127.0.0.1:{sockets[0].getsockname()[1]}", flush=True)


async def load(app_folder: Path, *, sign_in: bool = False) -> tuple[Worker, HostSettings, dict[str, str]]:
    """Index and validate an app; its settings are in the environment afterwards. Raises AppRefused."""
    settings = read_app_settings(app_folder, os.environ)
    # The platform's word alone: neither a setting nor what this machine has by chance may make an app trust headers.
    name, on = ENABLED
    settings.pop(name, None)
    os.environ.pop(name, None)
    settings |= {name: on} if sign_in else {}
    os.environ.update(settings)
    host = read_host_settings(app_folder)
    worker = await Worker.start(app_folder)
    if problems := find_problems(worker.functions, host=host, settings=settings, now=datetime.now(UTC)):
        raise AppRefused(problems)
    return worker, host, settings


async def serve(options: Options) -> None:
    """Run an app until SIGTERM or SIGINT. Raises AppRefused."""
    worker, host, settings = await load(options.app_folder, sign_in=bool(options.personas))
    queues = Queues(settings=settings, encoding=host.queues)
    listeners: list[Listener] = []

    async def send(output: QueueOutput, content: bytes) -> None:
        await queues.send_output(output, content)
        for listener in listeners:
            if listener.queue.queue_name == queues.name_of(output):
                listener.wake.set()

    invoker = Invoker(worker=worker, send=send)
    listeners += _listeners(invoker, queues, host=host, lease=options.lease)
    timers = timers_of(invoker, settings=settings, now=lambda: datetime.now(UTC))
    sign_in = SignIn(options.personas, now=lambda: datetime.now(UTC)) if options.personas else None
    front = Front.of(invoker, host.http, sign_in=sign_in)
    try:
        await _run(front, [*listeners, *timers], options)
    finally:
        await queues.close()
        worker.stop()


async def _run(front: Front, parts: Sequence[Listener | Timer], options: Options) -> None:
    """Serve and poll until asked to stop, then take no more work and wait for what is under way."""
    config = uvicorn.Config(
        front.asgi(),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=int(options.grace.total_seconds()),
    )
    server = _Server(config)
    with _bind(options.port) as listening:
        stop = _stop_on_signals(server)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        polling = [asyncio.create_task(part.run()) for part in parts]
        waiting = asyncio.create_task(stop.wait())
        done, _ = await asyncio.wait([serving, waiting, *polling], return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        for task in (waiting, *polling):
            task.cancel()
        await asyncio.gather(serving, _drain(front, parts, grace=options.grace))
    # A timer or listener that ended by itself is a fault of this host, and ends it loudly.
    for task in done:
        task.result()


def _listeners(invoker: Invoker, queues: Queues, *, host: HostSettings, lease: timedelta) -> list[Listener]:
    """Make a listener for each function that a queue triggers."""
    return [
        Listener(
            function=function,
            queue=queues.of(function.trigger),
            poison=queues.poison_of(function.trigger),
            settings=host.queues,
            invoker=invoker,
            lease=lease,
        )
        for function in invoker.worker.functions
        if isinstance(function.trigger, QueueTrigger)
    ]


def _bind(port: int) -> socket.socket:
    """Take the port before anything else starts, on the loopback interface only."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    return listening


def _stop_on_signals(server: _Server) -> asyncio.Event:
    """Let the first signal ask for a graceful stop; a second one does not wait."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def ask() -> None:
        server.force_exit = stop.is_set()
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ask)
    return stop


async def _drain(front: Front, parts: Sequence[Listener | Timer], *, grace: timedelta) -> None:
    """Wait a bounded time for the functions under way; messages that are not settled come back after their lease."""
    running = front.invoker.running
    if running:
        logger.info("Stopping when %d functions have ended", len(running))
    try:
        async with asyncio.timeout(grace.total_seconds()):
            while tasks := [*front.tasks, *(task for part in parts for task in part.tasks)]:
                await asyncio.wait(tasks)
    except TimeoutError:
        logger.warning("Stopping although %d functions have not ended", len(running))
