"""The simulated organization, fresh for each test that asks for it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.adapters.azure_devops.simulated import Simulated, simulated_offline, simulated_online


@pytest.fixture
async def acme() -> AsyncIterator[Simulated]:
    """Serve the organization Acme, whose public sources lead nowhere."""
    async with simulated_offline() as served:
        yield served


@pytest.fixture
async def acme_online() -> AsyncIterator[Simulated]:
    """Serve the organization Acme and its public registries."""
    async with simulated_online() as served:
        yield served
