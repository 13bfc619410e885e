"""Fixtures for what the tests share: one storage emulator a session, tables and queues of its own for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterator
from datetime import timedelta
from importlib import import_module
from pkgutil import walk_packages
from typing import Final
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings

import functions
import shared
from local import azurite
from shared.adapters.register import Patience, Storage, StorageAddress, TableNames

# How long an example takes says nothing about the code on a machine that does other things too. Every run draws other
# examples, so few a run are many in a week.
settings.register_profile("untimed", deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

# What takes long takes it mostly by waiting: begun first, it leaves the processors to everything else.
_FIRST: Final = (
    "tests/integration/test_demo.py",
    "tests/browser/test_approvals.py",
    "tests/browser/test_approval_refusals.py",
    "tests/integration/test_disclosure.py",
    "tests/integration/",
    "tests/benchmarks/",
    "tests/local/stack/",
    "tests/domain/test_policy_totality.py",
    "tests/browser/",
)

# What runs in processes of its own or tests what is not measured; following it line by line doubles its time.
_UNMEASURED: Final = ("tests/benchmarks/", "tests/browser/", "tests/integration/", "tests/local/")


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None]:
    """Measure how the app's modules load, but not how tests are collected: each worker does that, for all tests."""
    coverage = getattr(session.config.pluginmanager.getplugin("_cov"), "cov_controller", None)
    if coverage is None:
        return (yield)
    for package in (functions, shared):
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)
    coverage.pause()
    try:
        return (yield)
    finally:
        coverage.resume()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first; the order within a file stays."""
    items.sort(key=lambda item: _turn(item.nodeid))
    for item in items:
        if item.nodeid.startswith(_UNMEASURED):
            item.add_marker(pytest.mark.no_cover)


def _turn(nodeid: str) -> int:
    return next((turn for turn, start in enumerate(_FIRST) if nodeid.startswith(start)), len(_FIRST))


@pytest.fixture(scope="session")
def storage_account() -> Iterator[azurite.Azurite]:
    """Start the emulator with the first test that needs it; each xdist worker has its own."""
    with azurite.start() as running:
        yield running


@pytest.fixture
async def storage(storage_account: azurite.Azurite) -> AsyncIterator[Storage]:
    """Connect to the emulator with tables that no other test knows; patient, since two cores may be busy."""
    unique = uuid4().hex
    account = Storage(
        StorageAddress(connection=storage_account.connection_string),
        names=TableNames(
            register=f"register{unique}",
            names=f"names{unique}",
            deliveries=f"deliveries{unique}",
            cursors=f"cursors{unique}",
            public_names=f"publicnames{unique}",
        ),
        patience=Patience(limit=timedelta(seconds=30)),
    )
    yield account
    await account.close()
