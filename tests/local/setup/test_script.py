"""The script that looks for Python 3.13, on machines that have next to nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from local.azurite.node import ROOT

_SCRIPT = ROOT / "local" / "setup.sh"


def test_a_machine_without_python_is_told(tmp_path: Path) -> None:
    """One sentence, from a shell that has nothing but the basic programs."""
    for name in ("dirname", "sh"):
        (tmp_path / name).symlink_to(shutil.which(name) or "")
    script = tmp_path / "local" / "setup.sh"
    script.parent.mkdir()
    shutil.copy(_SCRIPT, script)
    ended = subprocess.run(
        [str(tmp_path / "sh"), str(script)],
        env={"PATH": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr == "Python 3.13 is missing: install it (with its venv module), or uv, and run this again.\n"


def test_python_is_found_under_pyenv(tmp_path: Path) -> None:
    """Where no version is chosen, pyenv's own command fails, but its folder has the interpreter."""
    for name in ("dirname", "sh"):
        (tmp_path / name).symlink_to(shutil.which(name) or "")
    found = tmp_path / ".pyenv" / "versions" / "3.13.9" / "bin" / "python3.13"
    found.parent.mkdir(parents=True)
    found.write_text(f'#!/bin/sh\ncase "$2" in -c) exec "{sys.executable}" "$@";; esac\necho "found $4 $5 in $PWD"\n')
    found.chmod(0o755)
    script = tmp_path / "with blank" / "local" / "setup.sh"
    script.parent.mkdir(parents=True)
    shutil.copy(_SCRIPT, script)
    ended = subprocess.run(
        [str(tmp_path / "sh"), str(script)],
        env={"PATH": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    root = tmp_path / "with blank"
    assert ended.stdout == f"found local.setup.install {root} in {root}\n"
