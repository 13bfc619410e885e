"""Which files are the app: .funcignore is honoured, and nothing slips in or is lost."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from local.azurite.node import ROOT
from local.release.commit import NotReleasable
from local.release.content import app_files

APP = ("function_app.py", "functions/hooks.py", "host.json", "requirements.txt", "shared/errors.py")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a small project under git, with files that are not deployed."""
    for name in (*APP, "tests/test_ports.py", "docs/page.md", "local/host.py", "README.md", "local.settings.json"):
        _write(tmp_path / name)
    ignored = ".funcignore\n.git*\ntests\ndocs\nlocal\nREADME.md\nlocal.settings*.json\n*.pem\n"
    (tmp_path / ".funcignore").write_text(ignored, encoding="utf-8")
    (tmp_path / ".gitignore").write_text("*.pyc\n", encoding="utf-8")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "-A"], cwd=tmp_path, check=True)
    return tmp_path


def _write(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("", encoding="utf-8")


def test_what_funcignore_names_stays_out(project: Path) -> None:
    """Tests, documents, tools, settings: also where git knows them."""
    _write(project / "shared" / "__pycache__" / "ports.pyc")
    _write(project / "functions" / "key.pem")
    assert app_files(project) == APP


def test_a_file_that_git_does_not_know_yet_is_taken(project: Path) -> None:
    """What runs here is what is packed, and what was removed here is not."""
    _write(project / "shared" / "new.py")
    (project / "functions" / "hooks.py").unlink()
    _write(project / "functions" / "doors.py")
    assert set(app_files(project)) == {*APP, "shared/new.py", "functions/doors.py"} - {"functions/hooks.py"}


@pytest.mark.parametrize("stray", ["notes.txt", "infra/main.bicep", "functions.py"])
def test_a_stray_file_is_refused(project: Path, stray: str) -> None:
    """Tools that deploy a folder would take it along: somebody has to say what it is."""
    _write(project / stray)
    with pytest.raises(NotReleasable, match=stray):
        app_files(project)


@pytest.mark.parametrize("missing", ["host.json", "shared/errors.py"])
def test_a_part_that_is_missing_is_told(project: Path, missing: str) -> None:
    """A package without it would not run."""
    (project / missing).unlink()
    with pytest.raises(NotReleasable, match="missing"):
        app_files(project)


def test_a_link_is_refused(project: Path) -> None:
    """It may lead out of the project."""
    (project / "shared" / "linked.py").symlink_to(project / "host.json")
    with pytest.raises(NotReleasable, match="a link"):
        app_files(project)


def test_no_clone_is_said(tmp_path: Path) -> None:
    """Without git nobody can say what belongs to the project."""
    with pytest.raises(NotReleasable, match="git"):
        app_files(tmp_path)


def test_every_file_of_the_app_is_there() -> None:
    """No pattern of our own .funcignore hits a folder of the app by its name."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "functions", "shared"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    known = {name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()}
    assert known <= set(app_files(ROOT))
