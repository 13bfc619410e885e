"""Stages of running stacks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.demo.stage import Stage
from local.stack import Stack

# Neither sweep nor watch helps where a test wants to see what the queue alone heals: they run once a year. Without them
# nobody reads npm's list, so its names are asked for.
NO_SWEEP = {"SWEEP_SCHEDULE": "0 0 3 1 1 *", "WATCH_SCHEDULE": "0 0 3 1 1 *", "NPM_REPLICATION_URL": ""}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Run the stack with the app as it is deployed."""
    with Stack(NO_SWEEP) as stack:
        yield Stage(stack, tmp_path_factory.mktemp("clients"))


@pytest.fixture(scope="module")
def dying_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Run the stack with the app that can kill itself."""
    folder = tmp_path_factory.mktemp("dying")
    died = folder / "died"
    died.touch()
    with Stack({**NO_SWEEP, "DIED": str(died)}, app=Path(__file__).parent / "dying_app") as stack:
        yield Stage(stack, folder)
