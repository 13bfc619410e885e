"""Read a long change feed to its end: with the watcher, or by merely downloading and parsing it."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass
from typing import Final

from benchmarks.processes import peak_mib, tell
from benchmarks.programs.watching import Watch

_PAGE: Final = 10_000
# More polls than that would need more batches than there are rows.
_SPARE_POLLS: Final = 5
_ROWS_A_POLL: Final = 200_000


@dataclass(frozen=True, slots=True)
class Order:
    """What to do: `mode` is `watcher` or `bare`."""

    mode: str
    url: str
    rows: int
    internal: int


async def read_with_watcher(order: Order) -> float:
    """Let the watcher follow the rows; return the seconds that this took."""
    watch = Watch.over(order.url, order.internal)
    await watch.poll()
    tell(order.url, "generate_changes", count=order.rows, prefix="watched-")
    began = time.perf_counter()
    for _ in range(order.rows // _ROWS_A_POLL + _SPARE_POLLS):
        await watch.poll()
        if watch.public.added >= order.rows:
            return time.perf_counter() - began
    raise RuntimeError(f"of {order.rows} rows only {watch.public.added} were seen")


async def read_bare(order: Order) -> float:
    """Download the same pages and parse them, no more; return the seconds that this took."""
    import aiohttp  # noqa: PLC0415  # the watcher's process loads it when the app does

    async with aiohttp.ClientSession() as session:
        async with session.get(f"{order.url}/") as answer:
            since = json.loads(await answer.read())["update_seq"]
        tell(order.url, "generate_changes", count=order.rows, prefix="bare-")
        began, seen = time.perf_counter(), 0
        while seen < order.rows:
            async with session.get(f"{order.url}/_changes?since={since}&limit={_PAGE}") as answer:
                rows = json.loads(await answer.read())["results"]
            if not rows:
                raise RuntimeError(f"of {order.rows} rows only {seen} came")
            seen, since = seen + len(rows), rows[-1]["seq"]
        return time.perf_counter() - began


def main() -> None:
    """Carry out the order, and print how long it took and how much memory."""
    order = Order(**json.loads(sys.argv[1]))
    read = read_with_watcher if order.mode == "watcher" else read_bare
    print(json.dumps({"seconds": asyncio.run(read(order)), "peak_mib": peak_mib()}))


if __name__ == "__main__":
    main()
