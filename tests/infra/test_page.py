"""docs/deployment.md names what there is."""

from __future__ import annotations

import json
import re
from typing import Final

from tests.infra.bicep import FILES, INFRA, ROOT, facts, module

PAGE: Final = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")


def _rows(heading: str) -> list[str]:
    section = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    (text,) = (part for part in section if part.startswith(heading + "\n"))
    return [line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| `")]


def test_every_alert_says_what_to_do() -> None:
    """One row an alert."""
    assert {row.strip("`") for row in _rows("Alerts")} == {
        rule["name"] for rule in module("alerts")["variables"]["rules"]["value"]
    }


def test_every_choice_of_azd_is_told() -> None:
    """The variables that main.parameters.json reads are those of the table."""
    read = re.findall(r"\$\{(\w+)", (INFRA / "main.parameters.json").read_text(encoding="utf-8"))
    told = {name for row in _rows("What can be chosen") for name in re.findall(r"`(\w+)`", row)}
    assert told == set(read)


def test_every_default_of_azd_is_told_right() -> None:
    """Defaults in the table are those of the file."""
    parameters = json.loads((INFRA / "main.parameters.json").read_text(encoding="utf-8"))["parameters"]
    assert parameters["settings"]["value"]["MODE"] == "${FEEDWARDEN_MODE=audit}"
    assert "| `FEEDWARDEN_MODE` | `audit` |" in PAGE
    for name in ("useTeams", "useMail", "usePersonalAccessToken", "usePrivateNetwork"):
        assert parameters[name]["value"].endswith("=false}")
        assert facts(FILES[0])["parameters"][name]["default"] is False
    assert parameters["useApprovals"]["value"].endswith("=true}")
    assert facts(FILES[0])["parameters"]["useApprovals"]["default"] is True


def test_every_role_is_told() -> None:
    """By the name that the portal shows: the variable's name, spelt apart."""
    names = module("roles")["variables"]
    told = set(re.findall(r"^\| (?:app|operator) \| ([^|]+) \|", PAGE, re.MULTILINE))
    assert told == {re.sub(r"([A-Z])", r" \1", name[0].upper() + name[1:]).strip() for name in names}


def test_every_secret_is_told() -> None:
    """Whoever deploys knows what the vault must hold."""
    text = (INFRA / "modules" / "app-settings.bicep").read_text(encoding="utf-8")
    for name in re.findall(r"SecretName=([a-z-]+)\)", text):
        assert f"`{name}`" in PAGE or f"--name {name} " in PAGE, name


def test_outputs_that_the_commands_use_exist() -> None:
    """A variable in a command is an output of main.bicep, or set on the page itself."""
    outputs = set(facts(FILES[0])["outputs"])
    for name in re.findall(r"\$((?:FEEDWARDEN|AZURE)_\w+)", PAGE):
        assert name in outputs, name


def test_it_says_what_was_not_run() -> None:
    """A reader must not take tests for a deployment."""
    assert "no Bicep compiler, no `azd` and no subscription" in PAGE
