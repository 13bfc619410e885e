"""Names at rest: taking a registry's list of names into table storage, here the storage emulator."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from itertools import batched

from benchmarks.figures import Figure
from benchmarks.processes import NotMeasured
from local import azurite
from shared.adapters.register import Storage, StorageAddress, TablePublicNames
from shared.adapters.register.digest_rows import gather
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.public_sources import PublicSource

_NAMES_A_WRITE = 200_000  # as shared/application/public_list.py gathers them
_SOURCE = PublicSource.at(Ecosystem.NPM, "https://npm.example.test")


def measure(names: int = 200_000) -> list[Figure]:
    """Digest the names only, then take them in."""
    began = time.perf_counter()
    for part in _parts(names):
        gather(part)
    digested = names / (time.perf_counter() - began)
    with azurite.start() as storage:
        stored = names / asyncio.run(_take_in(storage.connection_string, names))
    return [
        Figure(name=f"names at rest: {names:,} names made canonical and digested", value=digested, unit="names/s"),
        Figure(
            name="names at rest: the same, and kept in table storage (emulator)",
            value=stored,
            unit="names/s",
            against="making canonical and digesting only",
            ratio=stored / digested,
        ),
    ]


async def _take_in(connection: str, names: int) -> float:
    storage = Storage(StorageAddress(connection=connection))
    try:
        public = TablePublicNames(storage)
        began = time.perf_counter()
        added = sum([await public.add(_SOURCE, part) for part in _parts(names)])
        seconds = time.perf_counter() - began
    finally:
        await storage.close()
    if added != names:
        raise NotMeasured(f"of {names} names {added} were new")
    return seconds


def _parts(names: int) -> Iterator[list[PackageName]]:
    for numbers in batched(range(names), _NAMES_A_WRITE, strict=False):
        yield [PackageName.of(Ecosystem.NPM, f"public-{number}") for number in numbers]
