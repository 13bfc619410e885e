"""Archives and compiled modules: their bytes hang on names and contents alone."""

from __future__ import annotations

import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from local.azurite.node import ROOT
from local.release.archive import digest_of, write_archive
from local.release.bytecode import compile_all
from local.release.commit import NotReleasable, git, origin_of, version_of

_MOMENT = datetime(2026, 3, 1, 12, 30, 59, tzinfo=UTC)


def _tree(folder: Path, names: list[str]) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"NAME = {name!r}\n", encoding="utf-8")
    return folder


def test_order_times_and_modes_do_not_matter(tmp_path: Path) -> None:
    """Made in another order, at another time, with other modes: the same archive."""
    names = ["b.py", "a/c.py", "a.py", "a-b/d.py"]
    first, second = _tree(tmp_path / "first", names), _tree(tmp_path / "second", names[::-1])
    os.utime(second / "b.py", (0, 0))
    (second / "a.py").chmod(0o600)
    for folder in (first, second):
        write_archive(folder, folder.with_suffix(".zip"), moment=_MOMENT)
    assert digest_of(tmp_path / "first.zip") == digest_of(tmp_path / "second.zip")
    with zipfile.ZipFile(tmp_path / "first.zip") as archive:
        assert archive.namelist() == ["a-b/d.py", "a.py", "a/c.py", "b.py"]
        assert {entry.date_time for entry in archive.infolist()} == {(2026, 3, 1, 12, 30, 58)}


def test_another_byte_is_another_archive(tmp_path: Path) -> None:
    """Equal digests mean equal contents."""
    folder = _tree(tmp_path / "tree", ["a.py"])
    write_archive(folder, tmp_path / "1.zip", moment=_MOMENT)
    (folder / "a.py").write_text("NAME = 'b'\n", encoding="utf-8")
    write_archive(folder, tmp_path / "2.zip", moment=_MOMENT)
    assert digest_of(tmp_path / "1.zip") != digest_of(tmp_path / "2.zip")


def test_compiled_files_hold_no_path_of_the_machine(tmp_path: Path) -> None:
    """Only the place inside the folder, and what cannot be compiled is named."""
    folder = _tree(tmp_path / "tree", ["a/c.py"])
    (folder / "broken.py").write_text("def", encoding="utf-8")
    assert compile_all(folder) == ["broken.py"]
    (compiled,) = (folder / "a").rglob("*.pyc")
    assert b"a/c.py" in compiled.read_bytes()
    assert str(tmp_path).encode() not in compiled.read_bytes()


def test_the_environment_may_say_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """SOURCE_DATE_EPOCH wins over the commit, and nothing is earlier than a zip can tell."""
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    origin = origin_of(ROOT)
    assert f"{origin.moment:%s}" == git(ROOT, "log", "-1", "--format=%ct").strip()
    assert origin.commit == git(ROOT, "rev-parse", "HEAD").strip()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1772368259")
    assert origin_of(ROOT).moment == datetime.fromtimestamp(1_772_368_259, UTC)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert origin_of(ROOT).moment == datetime(1980, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("said", ["yesterday", "9" * 30])
def test_a_time_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    """In one sentence."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", said)
    with pytest.raises(NotReleasable, match="no time"):
        origin_of(ROOT)


def test_the_version_is_that_of_the_project() -> None:
    """Written once, and of three numbers."""
    assert len([int(part) for part in version_of(ROOT).split(".")]) == 3
