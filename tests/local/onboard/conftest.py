"""A town for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.local.onboard.town import Town, open_town


@pytest.fixture
async def town(capsys: pytest.CaptureFixture[str]) -> AsyncIterator[Town]:
    """Serve an organization in which everything is missing."""
    async with open_town(capsys) as opened:
        yield opened
