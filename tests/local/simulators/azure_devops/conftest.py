"""A stage for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.local.simulators.azure_devops.stage import Stage, build_stage
from tests.local.simulators.azure_devops.town import Town, open_town


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """Build the sample world."""
    built = build_stage()
    yield built
    await built.nobody.aclose()
    await built.upstream.aclose()


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    """Open the servers that real clients talk to."""
    async with open_town() as opened:
        yield opened
