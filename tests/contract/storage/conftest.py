"""Each storage port twice: in memory, and in the storage emulator."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from uuid import uuid4

import pytest

from shared.adapters.queues import StorageQueue
from shared.adapters.register import (
    Storage,
    TableCursors,
    TableDeliveries,
    TableNamesIndex,
    TablePublicNames,
    TableRegister,
)
from shared.ports import Cursors, Deliveries, NamesIndex, PublicNames, Register
from tests.contract.storage.queue_probes import AzuriteQueueProbe, MemoryQueueProbe, QueueProbe
from tests.fakes import MemoryCursors, MemoryDeliveries, MemoryNamesIndex, MemoryPublicNames, MemoryRegister

_MEMORY: Final = "memory"
_WORLDS: Final = (_MEMORY, pytest.param("azurite", marks=pytest.mark.azurite))


def _account(request: pytest.FixtureRequest) -> Storage:
    account = request.getfixturevalue("storage")
    assert isinstance(account, Storage)
    account.names = replace(account.names, public_names=f"publicnames{uuid4().hex}")
    return account


@pytest.fixture(params=_WORLDS)
def register(request: pytest.FixtureRequest) -> Register:
    """Return an empty register."""
    if request.param == _MEMORY:
        return MemoryRegister()
    return TableRegister(_account(request), new_id=lambda: uuid4().hex)


@pytest.fixture(params=_WORLDS)
def names_index(request: pytest.FixtureRequest) -> NamesIndex:
    """Return an empty names index."""
    return MemoryNamesIndex() if request.param == _MEMORY else TableNamesIndex(_account(request))


@pytest.fixture(params=_WORLDS)
def public_names(request: pytest.FixtureRequest) -> PublicNames:
    """Return public names, none added yet."""
    return MemoryPublicNames() if request.param == _MEMORY else TablePublicNames(_account(request))


@pytest.fixture(params=_WORLDS)
def deliveries(request: pytest.FixtureRequest) -> Deliveries:
    """Return deliveries, none taken in yet."""
    return MemoryDeliveries() if request.param == _MEMORY else TableDeliveries(_account(request))


@pytest.fixture(params=_WORLDS)
def cursors(request: pytest.FixtureRequest) -> Cursors:
    """Return cursors, none saved yet."""
    return MemoryCursors() if request.param == _MEMORY else TableCursors(_account(request))


@pytest.fixture(params=_WORLDS)
def queue_probe(request: pytest.FixtureRequest) -> QueueProbe:
    """Return empty queues with a look at what a consumer would see."""
    if request.param == _MEMORY:
        return MemoryQueueProbe()
    account, prefix = _account(request), f"t{uuid4().hex}-"
    return AzuriteQueueProbe(StorageQueue(account, prefix=prefix), account, prefix)
