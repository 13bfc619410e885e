"""Sweep a feed of the simulated Azure Artifacts, with the real client and storage in memory."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass, replace

from benchmarks.processes import peak_mib, requests_seen
from benchmarks.stand_ins import CountingIndex, CountingPublicNames, ImpatientQueue
from benchmarks.wiring import settings_for, wired
from shared.application.messages import CheckRequest, SweepRequest
from shared.application.standings import Standings
from shared.bootstrap import App, now
from shared.domain.cases import CaseState
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef
from shared.domain.public_sources import PublicSource
from shared.ports import QueueName
from tests.fakes import MemoryCursors, MemoryRegister

# More messages than that for a package mean that the queues do not run dry.
_MOST_A_PACKAGE = 50


@dataclass(frozen=True, slots=True)
class Order:
    """What to do: sweep that often; the first `collisions` names, `acme-0` and so on, are public."""

    feeds_url: str
    npm_url: str
    packages: int
    collisions: int
    sweeps: int


async def sweep(order: Order) -> dict[str, object]:
    """Return what each sweep asked Azure DevOps for, and how many cases are protected at the end."""
    cursors, queue, register = MemoryCursors(), ImpatientQueue(), MemoryRegister()
    await _know_the_registry(cursors, order.npm_url)
    app = wired(
        settings_for(devops_url=order.feeds_url, npm_url=order.npm_url, NPM_REPLICATION_URL=""),
        names=CountingIndex(FeedRef("acme", None, "core")),
        public_names=CountingPublicNames(frozenset(f"acme-{number}" for number in range(order.collisions))),
        register=register,
        queue=queue,
        cursors=cursors,
    )
    asked = []
    requests_seen(order.feeds_url)
    for _ in range(order.sweeps):
        await app.sweeper.begin()
        await _work_off(app, queue, most=order.packages // 100 + 100 + _MOST_A_PACKAGE * order.collisions)
        asked.append(requests_seen(order.feeds_url))
    states = [case.state async for case in register.cases()]
    return {"asked": asked, "protected": states.count(CaseState.PROTECTED), "peak_mib": peak_mib()}


async def _know_the_registry(cursors: MemoryCursors, npm_url: str) -> None:
    """Let all names of the registry be known, as after its list was read."""
    source = PublicSource.at(Ecosystem.NPM, npm_url)
    known = Standings(cursors, now)
    await known.change(source, lambda standing: replace(standing, complete_at=now(), followed_at=now()))


async def _work_off(app: App, queue: ImpatientQueue, *, most: int) -> None:
    """Handle messages until there are none, as the platform would."""
    for _ in range(most):
        if not queue.messages:
            return
        name, text = queue.messages.popleft()
        if name is QueueName.FEED_SWEEPS:
            await app.walker.take(SweepRequest.of(text))
        elif name is QueueName.PACKAGE_CHECKS:
            await app.checker.check(CheckRequest.of(text))
    raise RuntimeError(f"the queues do not run dry: {queue.messages}")


if __name__ == "__main__":
    print(json.dumps(asyncio.run(sweep(Order(**json.loads(sys.argv[1]))))))
