"""A short life of the product on real tables: what it leaves there is what a later version will find.

One use of everything that is stored: a delivery, two collisions that are mended, a switch that is opened again, a
permission that is taken back and a request that is open, look-alikes, public names, positions, and letters that wait;
and approvals in every other state (`permitted`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from shared.adapters.register import (
    Storage,
    TableCursors,
    TableDeliveries,
    TableNamesIndex,
    TablePublicNames,
    TableRegister,
)
from shared.application.messages import CheckRequest
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import UpstreamingBehavior
from shared.domain.feeds import Feed
from shared.domain.findings import Finding, Likeness
from shared.domain.names import PackageName
from shared.domain.public_sources import PublicSource
from shared.ports import Cursor, QueueName
from tests.application.approve.scenes import EXACT, ended, grant, revoke
from tests.application.house import BILLING, LEDGER, House
from tests.application.test_intake import intake
from tests.contract.storage.permitted import Place, permit, places
from tests.fakes import CountingIds, MemoryQueue

FORMS: Final = PackageName.of(Ecosystem.NUGET, "Contoso.Forms")
LOOK_ALIKE: Final = PackageName.of(Ecosystem.NPM, "contoso-billing")
SOURCE: Final = PublicSource.at(Ecosystem.NPM, "https://npm.example.test/")
_OPEN: Final = UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS
_A_WHILE: Final = timedelta(minutes=5)

type Story = dict[str, Any]


@dataclass(slots=True)
class RecordingQueue(MemoryQueue):
    """Queues that keep every text that was ever put into them."""

    texts: dict[str, list[str]] = field(default_factory=dict)

    async def put(self, queue: QueueName, text: str, *, delay: timedelta = timedelta(0)) -> None:
        """Keep the text, and add the message."""
        kept = self.texts.setdefault(queue.value, [])
        if text not in kept:
            kept.append(text)
        await MemoryQueue.put(self, queue, text, delay=delay)


class RecordingCursors(TableCursors):
    """Cursors that keep what was saved last, by key."""

    def __init__(self, storage: Storage) -> None:
        """Nothing is saved yet."""
        super().__init__(storage)
        self.saved: dict[str, str] = {}

    async def save(self, key: str, value: str, *, replaces: Cursor | None) -> None:
        """Save, and keep."""
        await super().save(key, value, replaces=replaces)
        self.saved[key] = value


async def live(storage: Storage) -> tuple[dict[str, list[str]], Story]:
    """Live the life; return every message that was queued, and what its own readers made of it in the end."""
    cursors, queue = RecordingCursors(storage), RecordingQueue()
    house = House(
        register=TableRegister(storage, new_id=CountingIds("write")),  # type: ignore[arg-type]  # the real one, not the fake
        names=TableNamesIndex(storage),  # type: ignore[arg-type]  # the same
        cursors=cursors,  # type: ignore[arg-type]  # the same
        deliveries=TableDeliveries(storage),  # type: ignore[arg-type]  # the same
        asks=True,
    )
    queue.clock, house.queue = house.clock, queue
    core, shared = await _collide(house)
    past = await _decide(house, core)
    await _reopen(house, core)
    await _note(house, core, storage)
    alive, ended_ones = places(await permit(house))
    return queue.texts, await told(storage) | {
        "cursors": cursors.saved,
        "approvals": {
            "alive": [_place(shared), *alive],
            "past": past,
            "ended": ended_ones,
        },
    }


def _place(shared: Feed) -> Place:
    return [LEDGER.ecosystem.value, LEDGER.canonical, shared.ref.project_id, shared.ref.feed_id]


async def _collide(house: House) -> tuple[Feed, Feed]:
    world = house.service.world
    core, shared = world.add_feed("core", project="Payments"), world.add_feed("shared")
    world.add_package(core, BILLING, internal=["1.0.0"], external=["0.9.0"], behavior=_OPEN)
    world.add_package(core, FORMS, internal=["2.0.0"])
    world.add_package(shared, LEDGER, internal=["1.0"], behavior=_OPEN)
    house.attack(BILLING)
    house.attack(LEDGER)
    await intake(house).accept(source="generic", headers={"secret": "sample"}, body=b"delivery-1")
    await house.pump(within=_A_WHILE)
    await house.feed_watcher.poll()
    await house.sweeper.begin()
    await house.pump(within=_A_WHILE)
    await house.relay()
    return core, shared


async def _decide(house: House, core: Feed) -> str:
    await grant(house, core, EXACT)
    await house.pump(within=_A_WHILE)
    await revoke(house, core)
    await house.pump(within=_A_WHILE)
    return (await ended(house, core)).approval_id


async def _reopen(house: House, core: Feed) -> None:
    held = house.service.world.held(core, BILLING)
    held.behavior = held.effective = _OPEN
    await house.checker.check(CheckRequest(core.ref, BILLING, "sweep"))
    await house.pump(within=_A_WHILE)


async def _note(house: House, core: Feed, storage: Storage) -> None:
    finding = Finding(core.ref, LOOK_ALIKE, next(iter(Likeness)), BILLING.canonical, house.clock())
    assert await house.register.report(finding, [])
    await house.names.add_look_alikes(core.ref, [BILLING])
    assert await TablePublicNames(storage).add(SOURCE, [BILLING, FORMS])


async def told(storage: Storage) -> Story:
    """Return what this version reads in the tables, in words that no version changes."""
    register, names = TableRegister(storage, new_id=CountingIds("read")), TableNamesIndex(storage)
    cases = [
        {
            "ecosystem": case.name.ecosystem.value,
            "name": case.name.canonical,
            "project": case.feed.project_id,
            "feed": case.feed.feed_id,
            "state": case.state.value,
            "protection": case.protection.value,
            "sequence": case.sequence,
            "head": case.head,
            "events": [event.kind.value async for event in register.events(case.feed, case.name)],
        }
        async for case in register.cases()
    ]
    asked = (BILLING, LEDGER, FORMS)
    return {
        "cases": cases,
        "outbox": sorted([[notice.notice_id, notice.kind.value] async for notice in register.outbox()]),
        "holders": {str(name): sorted(feed.feed_id for feed in await names.holders(name)) for name in asked},
        "deliveries": {"delivery-1": (await TableDeliveries(storage).state("generic", "delivery-1")).value},
        "findings": [
            [finding.public.canonical, finding.likeness.value, finding.resembles]
            async for finding in register.findings()
        ],
        "resembling": sorted([held.name.canonical, how.value] for held, how in await names.resembling(LOOK_ALIKE)),
        "public_names": sorted(name.canonical for name in await TablePublicNames(storage).known(SOURCE, asked)),
    }
