"""What is written twice is compared: settings, diagrams, reasons, schedules, addresses."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Final

import pytest

from local.diagram import BEGIN, END, rendered
from shared.application import check
from shared.bootstrap import VERSION
from shared.settings import SETTINGS

ROOT: Final = Path(__file__).parent.parent
README: Final = (ROOT / "README.md").read_text(encoding="utf-8")

# Settings of the platform itself, which our code never reads.
PLATFORM: Final = {"FUNCTIONS_WORKER_RUNTIME", "AzureWebJobsStorage"}


def test_readme_lists_exactly_the_settings_with_their_defaults() -> None:
    """One row a setting: name, default, purpose."""
    rows = dict(re.findall(r"^\| `([A-Za-z_]+)` \| ([^|]+) \| [^|]+ \|$", README, re.MULTILINE))
    expected = {
        s.name: "*required*" if s.default is None else f"`{s.default}`" if s.default else "empty" for s in SETTINGS
    }
    assert {name: default.strip() for name, default in rows.items()} == expected


def test_the_sample_settings_name_exactly_the_settings() -> None:
    """Whoever copies the sample finds every setting, and none that is not read."""
    sample = json.loads((ROOT / "local.settings.sample.json").read_text(encoding="utf-8"))
    assert set(sample["Values"]) - PLATFORM == {setting.name for setting in SETTINGS}


def test_the_sample_holds_no_real_secret() -> None:
    """Every secret in it is plainly a sample."""
    values = json.loads((ROOT / "local.settings.sample.json").read_text(encoding="utf-8"))["Values"]
    for setting in SETTINGS:
        if setting.secret and values[setting.name]:
            assert "sample" in values[setting.name] or "UseDevelopmentStorage" in values[setting.name], setting.name


@pytest.mark.parametrize("page", ["README.md", "docs/architecture.md"])
def test_the_pages_show_the_life_of_a_case(page: str) -> None:
    """The diagrams are generated from the transition tables: `python -m local.diagram --write README.md`."""
    assert f"{BEGIN}{rendered()}{END}" in (ROOT / page).read_text(encoding="utf-8")


def test_the_architecture_tells_the_layers_as_they_are_checked() -> None:
    """The order that import-linter keeps is the order that is written."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert f"`{' → '.join(layer.split(' | ')[0].removeprefix('shared.') for layer in layers)}`" in page


def test_the_version_is_written_the_same_everywhere() -> None:
    """Code, package and changelog agree."""
    assert f'version = "{VERSION}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f"## {VERSION}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_each_runtime_dependency_has_its_reason() -> None:
    """docs/dependencies.md says of each package why it won."""
    reasons = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    for file in ("requirements.in", "requirements-dev.in"):
        for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
            name = re.match(r"[A-Za-z0-9._-]+", line)
            if name and not line.startswith("-"):
                assert f"`{name[0]}`" in reasons, f"{name[0]} of {file}"


def test_the_recheck_delays_are_documented() -> None:
    """The operator's page says when a pending change is looked at again."""
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert ", ".join(f"{delay.total_seconds():g}" for delay in check.RECHECK_AFTER) in page


def test_no_requirement_file_carries_an_address() -> None:
    """Where packages come from is the machine's configuration, not the project's."""
    for file in ROOT.glob("requirements*"):
        assert "://" not in file.read_text(encoding="utf-8"), file.name


def test_no_file_names_a_public_registry() -> None:
    """Registry addresses come from feeds and settings only; the names are spelt in pieces here for that reason."""
    hosts = [("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("crates", "io")]
    hosts += [("nuget", "org"), ("maven", "org")]
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        try:
            text = (ROOT / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue
        for first, last in hosts:
            assert not re.search(rf"[a-z0-9.-]*\b{first}\.{last}\b", text.lower()), f"{name} names {first}"
