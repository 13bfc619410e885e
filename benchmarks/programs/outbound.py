"""Check names over HTTP in turn with our client, with bare aiohttp loops, and one after another.

All do the same: ask for each name, read the JSON, and ask again for the details of what is there.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from shared.adapters.outbound.guarded import Bounds, GuardedClient
from shared.adapters.registries import registries
from shared.bootstrap.surroundings import now, sleep
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.twins import Presence

type Contestant = Callable[[int], Awaitable[int]]
"""Checks so many names; returns how many exist."""

_ACCEPT: Final = {"accept": "application/json"}


@dataclass(frozen=True, slots=True)
class Order:
    """What to do; the sequential contestant, and ours beside it, check `few` names at the server's latency."""

    url: str
    names: int
    few: int
    rounds: int


def name_of(number: int) -> str:
    """Return the spelling of a name; every second one exists."""
    return f"package-{number}"


def ours(client: GuardedClient, location: str) -> Contestant:
    """Check names as the application does, whose client bounds how many are asked for at once."""
    registry = registries(client, clock=now, sleep=sleep)[Ecosystem.NPM]

    async def check(count: int) -> int:
        names = [PackageName.of(Ecosystem.NPM, name_of(number)) for number in range(count)]
        twins = await asyncio.gather(*(registry.look_up(name, location=location) for name in names))
        return sum(1 for twin in twins if twin.presence is Presence.PRESENT)

    return check


def bare(session: aiohttp.ClientSession, location: str, at_once: int) -> Contestant:
    """Check names with nothing but aiohttp and json; `at_once` 1 = one after another."""
    places = asyncio.Semaphore(at_once)

    async def one(name: str) -> bool:
        url = f"{location}/{name}"
        async with places:
            if not await _ask(session, url, name):
                return False
            return await _ask(session, url, name)

    async def check(count: int) -> int:
        return sum(await asyncio.gather(*(one(name_of(number)) for number in range(count))))

    return check


async def _ask(session: aiohttp.ClientSession, url: str, name: str) -> bool:
    async with session.get(url, headers=_ACCEPT) as answer:
        document = json.loads(await answer.read())
        return answer.status == HTTPStatus.OK and document["name"] == name and bool(document["versions"])


async def race(order: Order) -> dict[str, list[float]]:
    """Let the contestants run in turn; return each one's speeds in names a second, without the first round."""
    speeds: dict[str, list[float]] = {}
    async with AsyncExitStack() as opened:
        field = await _field(order.url, opened)
        for number in range(order.rounds + 1):
            for title, (contestant, is_slow) in field.items():
                count = order.few if is_slow else order.names
                began = time.perf_counter()
                found = await contestant(count)
                speed = count / (time.perf_counter() - began)
                if found != (count + 1) // 2:
                    raise RuntimeError(f"{title} found {found} of {count} names")
                if number:
                    speeds.setdefault(title, []).append(speed)
    return speeds


async def _field(url: str, opened: AsyncExitStack) -> dict[str, tuple[Contestant, bool]]:
    """Return the contestants by title, each with whether it runs at the latency."""

    def guarded(bounds: Bounds) -> GuardedClient:
        client = GuardedClient(user_agent="benchmark", allowed_hosts=[urlsplit(url).netloc], bounds=bounds)
        opened.push_async_callback(client.aclose)
        return client

    at_once = Bounds().concurrency
    session = await opened.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=at_once)))
    as_deployed = guarded(Bounds())
    return {
        "ours": (ours(as_deployed, f"{url}/fast"), False),
        "bare": (bare(session, f"{url}/fast", at_once), False),
        "ours_slow": (ours(as_deployed, f"{url}/slow"), True),
        "ours_slow_doubled": (ours(guarded(Bounds(concurrency=2 * at_once)), f"{url}/slow"), True),
        "sequential": (bare(session, f"{url}/slow", 1), True),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(race(Order(**json.loads(sys.argv[1]))))))
