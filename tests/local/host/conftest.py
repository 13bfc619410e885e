"""A storage emulator for the tests of the host."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local import azurite


@pytest.fixture(scope="session")
def storage() -> Iterator[azurite.Azurite]:
    """Run one emulator for all tests of a process; each test takes queue names of its own."""
    with azurite.start() as running:
        yield running
