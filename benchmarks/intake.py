"""Delivery intake: how long senders wait, against an empty function on the same local host."""

from __future__ import annotations

import asyncio
import base64
import json
import time
import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path
from statistics import median
from typing import Final

import aiohttp

from benchmarks.figures import Figure, at_most, percentile
from benchmarks.processes import NotMeasured, serving
from local.stack import SHARED_SECRET, Stack

_SENDERS: Final = 50
_EMPTY_APP: Final = Path(__file__).parent / "empty_app"
# Nothing but deliveries happens.
_QUIET: Final = {"SWEEP_SCHEDULE": "0 0 3 1 1 *", "WATCH_SCHEDULE": "0 0 3 1 1 *"}
_HEADERS: Final = {
    "authorization": "Basic " + base64.b64encode(f"feedwarden:{SHARED_SECRET}".encode()).decode(),
    "content-type": "application/json",
}


def measure(each: int = 8, *, rounds: int = 3) -> list[Figure]:
    """Send to both in turn: as fast as 50 senders can, and 50 senders that send once a second."""
    with ExitStack() as running:
        stack = running.enter_context(Stack(_QUIET))
        empty = running.enter_context(serving("local.host", "--app", str(_EMPTY_APP), "--port", "0"))
        urls = (f"{stack.app_url}/api/hooks/azure-devops", f"{empty}/api/hooks/azure-devops")
        busy = asyncio.run(_in_turn(urls, each, rounds=rounds, interval_seconds=0))
        paced = asyncio.run(_in_turn(urls, each, rounds=1, interval_seconds=1))
    return [
        _figure(f"delivery intake: p99, {_SENDERS} senders without pause", *busy, is_goal=True),
        _figure(f"delivery intake: p99, {_SENDERS} senders, each once a second", *paced, is_goal=False),
    ]


def _figure(name: str, ours: Sequence[float], empty: Sequence[float], *, is_goal: bool) -> Figure:
    return Figure(
        name=name,
        value=median(ours) * 1000,
        unit="ms",
        against=f"an empty function ({median(empty) * 1000:.0f} ms)",
        ratio=median(ours) / median(empty),
        goal=at_most(2.0) if is_goal else None,
    )


async def _in_turn(
    urls: tuple[str, str], each: int, *, rounds: int, interval_seconds: float
) -> tuple[list[float], list[float]]:
    """Return the p99 of every round, in seconds, for either address; a first round warms both up."""
    found: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 1):
        for url, p99s in zip(urls, found, strict=True):
            waits = await _send(url, each if number else 1, interval_seconds)
            if number:
                p99s.append(percentile(waits, 0.99))
    return found


async def _send(url: str, each: int, interval_seconds: float) -> list[float]:
    """Let 50 senders send so many deliveries each; return how long each delivery took, in seconds."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=_SENDERS)) as session:
        senders = (_sender(session, url, each, interval_seconds, place / _SENDERS) for place in range(_SENDERS))
        return [wait for waits in await asyncio.gather(*senders) for wait in waits]


async def _sender(
    session: aiohttp.ClientSession, url: str, each: int, interval_seconds: float, place: float
) -> list[float]:
    waits = []
    # Those that pace themselves do not all begin at once.
    await asyncio.sleep(interval_seconds * place)
    for _ in range(each):
        began = time.perf_counter()
        async with session.post(url, data=_delivery(), headers=_HEADERS) as answer:
            text = await answer.text()
        waits.append(time.perf_counter() - began)
        if answer.status != HTTPStatus.ACCEPTED:
            raise NotMeasured(f"a delivery was answered {answer.status} {text[:200]}")
        await asyncio.sleep(max(0.0, interval_seconds - waits[-1]))
    return waits


def _delivery() -> bytes:
    """Return what Azure DevOps sends when a pipeline has finished, each time another one."""
    containers = {"project": {"id": "Payments"}}
    body = {"id": str(uuid.uuid4()), "eventType": "build.complete", "publisherId": "tfs", "resource": {}}
    return json.dumps({**body, "resourceVersion": "2.0", "resourceContainers": containers}).encode()
