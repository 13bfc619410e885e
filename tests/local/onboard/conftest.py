"""A town for each test, on a street for all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.local.onboard.street import Street
from tests.local.onboard.town import Town, open_town


@pytest.fixture(scope="session")
async def street() -> AsyncIterator[Street]:
    """Keep servers for the next test."""
    async with Street.opened() as opened:
        yield opened


@pytest.fixture
async def town(capsys: pytest.CaptureFixture[str], street: Street) -> AsyncIterator[Town]:
    """Serve an organization in which everything is missing."""
    async with open_town(capsys, street) as opened:
        yield opened
