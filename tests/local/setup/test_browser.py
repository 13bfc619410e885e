"""Set-up of a browser: what is taken, what is tried in turn, and what is said where there is none."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from local.azurite.node import ROOT
from local.setup import browser
from local.setup.stamps import SetupFailed


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a folder with what the renderer is locked by."""
    shutil.copytree(ROOT / "local" / "card_renderer", tmp_path / "local" / "card_renderer")
    return tmp_path


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put an empty folder on the PATH, and nothing else."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def _program(file: Path, *, code: int = 0) -> Path:
    """Write a program that ends with a code."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\nexit {code}\n")
    file.chmod(0o755)
    return file


class _Steps:
    """Stands in for what installs; `installs` is the step after which there is a browser."""

    def __init__(self, programs: Path, installs: str = "nothing") -> None:
        self.calls: list[str] = []
        self._programs = programs
        self._installs = installs

    def __call__(self, command: list[str], *, root: Path, advice: str, cwd: Path | None = None) -> None:
        assert root.is_dir()
        assert cwd is None or cwd.is_dir()
        line = " ".join(command)
        kind = next(word for word in ("npm ci", "update", "apt-get install", "playwright") if word in line)
        self.calls.append(kind)
        if kind == self._installs:
            _program(self._programs / "chromium")
        elif kind not in {"npm ci", "update"}:
            raise SetupFailed(advice)


def _run(project: Path, steps: _Steps, monkeypatch: pytest.MonkeyPatch, *, root: bool = True) -> int:
    monkeypatch.setattr(browser, "run", steps)
    monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)
    return browser.main(project)


def test_a_browser_that_is_there_is_taken(project: Path, programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is installed but the renderer, and that once."""
    _program(programs / "google-chrome")
    steps = _Steps(programs)
    assert [_run(project, steps, monkeypatch) for _ in range(2)] == [0, 0]
    assert steps.calls == ["npm ci"]
    assert browser.find_browser(project) == programs / "google-chrome"


def test_one_that_does_not_start_is_none(project: Path, programs: Path) -> None:
    """Some systems have a placeholder of that name; the next one is taken."""
    _program(programs / "chromium", code=1)
    assert browser.find_browser(project) is None
    fetched = _program(project / ".browser" / "chromium-1" / "chrome-linux" / "chrome")
    assert browser.find_browser(project) == fetched


def test_root_gets_the_systems_own(project: Path, programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By apt-get, where there is one."""
    _program(programs / "apt-get")
    steps = _Steps(programs, installs="apt-get install")
    assert _run(project, steps, monkeypatch) == 0
    assert steps.calls == ["npm ci", "update", "apt-get install"]


@pytest.mark.parametrize(("root", "has_apt"), [(False, True), (True, False)])
def test_others_get_playwrights_own(
    project: Path, programs: Path, monkeypatch: pytest.MonkeyPatch, *, root: bool, has_apt: bool
) -> None:
    """Without a word of the system's packages."""
    if has_apt:
        _program(programs / "apt-get")
    steps = _Steps(programs, installs="playwright")
    assert _run(project, steps, monkeypatch, root=root) == 0
    assert steps.calls == ["npm ci", "playwright"]


def test_where_none_can_be_had_that_is_said(
    project: Path, programs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both ways were tried, and nothing fails: the tests that need it are skipped."""
    _program(programs / "apt-get")
    steps = _Steps(programs)
    assert _run(project, steps, monkeypatch) == 0
    assert steps.calls == ["npm ci", "update", "apt-get install", "playwright"]
    assert f"will be skipped: {browser.MISSING}" in capsys.readouterr().err


def test_a_renderer_that_cannot_be_had_fails(
    project: Path, programs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It comes from where the storage emulator comes from; the next run tries again."""
    _program(programs / "chromium")

    def refuse(_command: list[str], *, root: Path, advice: str, cwd: Path | None = None) -> None:
        raise SetupFailed(f"{advice} {root} {cwd}")

    monkeypatch.setattr(browser, "run", refuse)
    assert browser.main(project) == 1
    assert "the renderer could not be installed" in capsys.readouterr().err
    steps = _Steps(programs)
    assert _run(project, steps, monkeypatch) == 0
    assert steps.calls == ["npm ci"]
