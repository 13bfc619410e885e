"""Detection: from a publication on a public registry to `auto` set and recorded, over the running stack."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from benchmarks.figures import Figure, at_most, percentile
from benchmarks.processes import NotMeasured, tell
from local.stack import ORGANIZATION, Stack
from shared.adapters.register import Storage, StorageAddress, TableCursors, TableNamesIndex, TableRegister
from shared.application.standings import Standings
from shared.bootstrap import new_id, now
from shared.domain.cases import Case, CaseEvent
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.public_sources import PublicSource

WATCH_SECONDS: Final = 2
_ALLOWED_SECONDS: Final = WATCH_SECONDS + 2
_SETTINGS: Final = {"WATCH_SCHEDULE": f"*/{WATCH_SECONDS} * * * * *", "SWEEP_SCHEDULE": "0 0 3 1 1 *"}
_SOURCES: Final = [{"name": "npm", "protocol": "npm", "location": "{npm}/"}]
_GUARD: Final = {
    "name": "Feedwarden",
    "kind": "service",
    "pats": ["sample-pat-feedwarden"],
    "artifacts_administrator": True,
}
# Not a divisor of the watch's interval, so that publications meet it at every moment.
_EVERY_SECONDS: Final = 0.83
_SETTLED_WITHIN: Final = timedelta(seconds=60)

type Seconds = Mapping[CaseEvent, Sequence[float]]


def measure(packages: int = 40) -> list[Figure]:
    """Publish twins one after another, and read from the audit trail when each was answered."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        seed = Path(folder) / "seed.yaml"
        seed.write_text(json.dumps(seed_of(packages + 1)), encoding="utf-8")  # YAML reads JSON
        with Stack(_SETTINGS, seed=seed) as stack:
            return figures(asyncio.run(_attack(stack, packages)))


def figures(waits: Seconds) -> list[Figure]:
    """Compare with what is allowed: one interval of the watch, and two seconds."""
    sent, protected = waits[CaseEvent.ENFORCEMENT_SENT], waits[CaseEvent.FOUND_PROTECTED]
    allowed = f"one watch interval + 2 s ({_ALLOWED_SECONDS} s)"
    p99 = percentile(sent, 0.99)
    name = "detection: published → `auto` set and recorded"
    ratio = p99 / _ALLOWED_SECONDS
    return [
        Figure(name=f"{name}, p50", value=percentile(sent, 0.5), unit="s"),
        Figure(name=f"{name}, p99", value=p99, unit="s", against=allowed, ratio=ratio, goal=at_most(1.0)),
        Figure(name="detection: published → proved `protected`, p50", value=percentile(protected, 0.5), unit="s"),
        Figure(name="detection: published → proved `protected`, p99", value=percentile(protected, 0.99), unit="s"),
    ]


def seed_of(packages: int) -> dict[str, Any]:
    """Return an organization whose feed allows external versions of all its packages; changes take 2 s to hold."""
    names = [_name(number).spelling for number in range(packages)]
    feed = {
        "name": "core",
        "upstreams": _SOURCES,
        "packages": [{"protocol": "npm", "name": name, "versions": ["1.0.0"]} for name in names],
        "switches": [{"protocol": "npm", "name": name, "behavior": "allowExternalVersions"} for name in names],
    }
    organization = {"name": ORGANIZATION, "identities": [_GUARD], "feeds": [feed]}
    return {"settings": {"propagation_seconds": 2}, "organizations": [organization]}


def _name(number: int) -> PackageName:
    return PackageName.of(Ecosystem.NPM, f"acme-{number}")


async def _attack(stack: Stack, packages: int) -> Seconds:
    """Publish the twins; the first warms everything up and is not counted."""
    async with _storage(stack) as storage:
        register = TableRegister(storage, new_id=new_id)
        await _until_ready(stack, storage, packages)
        await _publish(stack, 0)
        await _until_protected(register, 1)
        published = {}
        for number in range(1, packages + 1):
            began = time.monotonic()
            published[_name(number)] = await _publish(stack, number)
            await asyncio.sleep(max(0.0, _EVERY_SECONDS - (time.monotonic() - began)))
        cases = await _until_protected(register, packages + 1)
        counted = [case for case in cases if case.name in published]
        return {
            kind: [await _moment(register, case, kind, published[case.name]) for case in counted]
            for kind in (CaseEvent.ENFORCEMENT_SENT, CaseEvent.FOUND_PROTECTED)
        }


@asynccontextmanager
async def _storage(stack: Stack) -> AsyncIterator[Storage]:
    storage = Storage(StorageAddress(connection=stack.connection_string))
    try:
        yield storage
    finally:
        await storage.close()


async def _publish(stack: Stack, number: int) -> datetime:
    """Publish a twin; return the time just before."""
    moment = datetime.now(UTC)
    await asyncio.to_thread(tell, stack.npm_url, "publish", name=_name(number).spelling, version="99.0.0")
    return moment


async def _until_ready(stack: Stack, storage: Storage, packages: int) -> None:
    """Wait until the registry's list was read and the feed's names are indexed. Raises NotMeasured."""
    standings, index = Standings(TableCursors(storage), now), TableNamesIndex(storage)
    source = PublicSource.at(Ecosystem.NPM, stack.npm_url)
    deadline = time.monotonic() + _SETTLED_WITHIN.total_seconds()
    while (await standings.read(source)).complete_at is None or not await index.holders(_name(packages)):
        if time.monotonic() > deadline:
            raise NotMeasured(f"the watch did not begin; its log is {stack.logs}")
        await asyncio.sleep(0.5)


async def _until_protected(register: TableRegister, count: int) -> list[Case]:
    """Wait until so many cases were proved protected, and return all cases. Raises NotMeasured."""
    deadline = time.monotonic() + _SETTLED_WITHIN.total_seconds()
    while True:
        cases = [case async for case in register.cases()]
        if sum(1 for case in cases if case.state.value == "protected") >= count:
            return cases
        if time.monotonic() > deadline:
            raise NotMeasured(f"of {count} attacks not all were answered: {[str(case.state) for case in cases]}")
        await asyncio.sleep(1)


async def _moment(register: TableRegister, case: Case, kind: CaseEvent, published: datetime) -> float:
    """Return how many seconds after its publication the first such event of a case was recorded."""
    times = [event.at async for event in register.events(case.feed, case.name) if event.kind is kind]
    if not times:
        raise NotMeasured(f"{case.name} has no event {kind}")
    return (min(times) - published).total_seconds()
