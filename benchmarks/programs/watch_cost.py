"""Poll a change feed in rounds, and count what one poll asks of registry and storage."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass
from typing import Final

from benchmarks.processes import requests_seen, tell
from benchmarks.programs.watching import Watch
from shared.ports import QueueName

HITS: Final = 10


@dataclass(frozen=True, slots=True)
class Order:
    """What to do: `changes` names change in each of the rounds, ten of them internal ones."""

    url: str
    internal: int
    changes: int
    rounds: int


async def watch_cost(order: Order) -> dict[str, object]:
    """Return requests, range queries and rows of all rounds, and the seconds of each."""
    watch, seconds = Watch.over(order.url, order.internal), list[float]()
    await watch.poll()
    requests_seen(order.url)
    for number in range(order.rounds):
        tell(order.url, "generate_changes", count=HITS, prefix="acme-")
        tell(order.url, "generate_changes", count=order.changes - HITS, prefix=f"round-{number}-")
        began = time.perf_counter()
        await watch.poll()
        seconds.append(time.perf_counter() - began)
    return {
        "requests": len(requests_seen(order.url)),
        "queries": watch.index.queries,
        "rows": watch.public.rows,
        "changed": watch.public.added,
        "checks": watch.queue.counts[QueueName.PACKAGE_CHECKS],
        "seconds": seconds,
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(watch_cost(Order(**json.loads(sys.argv[1]))))))
