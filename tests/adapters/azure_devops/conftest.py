"""The simulated organization, fresh for each test that asks for it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.adapters.azure_devops.simulated import Simulated, simulated


@pytest.fixture
async def acme() -> AsyncIterator[Simulated]:
    """Serve the organization Acme and its public registries."""
    async with simulated() as served:
        yield served
