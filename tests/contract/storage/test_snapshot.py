"""The program that keeps what a release stores, run as docs/upgrades.md shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.storage import snapshot


@pytest.mark.azurite
def test_a_snapshot_is_written_and_read(tmp_path: Path) -> None:
    """With a storage emulator of its own: one file, named by the commit, that this version reads."""
    snapshot._main(tmp_path)  # all that `python -m tests.contract.storage.snapshot FOLDER` does
    (file,) = tmp_path.iterdir()
    taken = snapshot.Snapshot.load(file)
    assert taken.commit.startswith(file.stem)
    assert taken.rows("register", "case|")
