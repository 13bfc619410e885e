"""The storage emulator: it starts, keeps what it should, and says what is missing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables import TableServiceClient
from azure.storage.queue import QueueClient

from local import azurite
from local.azurite.node import find_program, with_node

pytestmark = pytest.mark.azurite


def test_two_run_side_by_side_and_share_nothing(tmp_path: Path) -> None:
    """Free ports, data in memory."""
    with azurite.start(log=tmp_path / "one.log") as one, azurite.start() as other:
        with QueueClient.from_connection_string(one.connection_string, "work") as queue:
            queue.create_queue()
            assert queue.get_queue_properties().name == "work"
        with (
            QueueClient.from_connection_string(other.connection_string, "work") as queue,
            pytest.raises(ResourceNotFoundError),
        ):
            queue.get_queue_properties()
    assert "successfully listening" in (tmp_path / "one.log").read_text()
    assert one.child.exit_code == 0
    assert other.child.exit_code == 0


def test_a_folder_keeps_the_data(tmp_path: Path) -> None:
    """A second start finds what the first one wrote."""
    rows: list[str] = []
    for _ in range(2):
        with (
            azurite.start(tmp_path / "data") as storage,
            TableServiceClient.from_connection_string(storage.connection_string) as service,
        ):
            table = service.create_table_if_not_exists("kept")
            table.upsert_entity({"PartitionKey": "a", "RowKey": str(len(list(table.list_entities())))})
            rows = [row["RowKey"] for row in table.list_entities()]
    assert rows == ["0", "1"]


def test_without_set_up_it_says_what_to_run(tmp_path: Path) -> None:
    """Nobody has to guess."""
    with pytest.raises(azurite.NotSetUp, match="make setup"):
        azurite.start(root=tmp_path)


def test_the_fetched_node_comes_first(tmp_path: Path) -> None:
    """A machine's old Node does not get in the way of the one that set-up fetched."""
    program = tmp_path / ".node" / "bin" / "node"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o755)
    assert find_program("node", root=tmp_path) == program
    assert with_node({"PATH": "/bin"}, root=tmp_path) == {"PATH": f"{program.parent}{os.pathsep}/bin"}


def test_a_missing_program_is_told(tmp_path: Path) -> None:
    """With what to run."""
    with pytest.raises(azurite.NotSetUp, match="no nothing-of-that-name here"):
        find_program("nothing-of-that-name", root=tmp_path)
