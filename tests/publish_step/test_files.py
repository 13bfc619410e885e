"""The files of the step: one script, nothing that expands in it, portable, and as docs/deliveries.md shows it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.publish_step.steps import ACTION, AZURE, ROOM, SCRIPT, azure_step, github_step

_ROOT: Final = ROOM.parent
_PAGE: Final = (_ROOT / "docs" / "deliveries.md").read_text("utf-8")
_SHOWN: Final[list[Any]] = [
    yaml.safe_load(text) for text in re.findall(r"^```yaml\n(.+?)^```$", _PAGE, re.MULTILINE | re.DOTALL)
]
_EXAMPLE: Final[dict[str, Any]] = yaml.safe_load((ROOM / "example-workflow.yml").read_text("utf-8"))


def test_both_steps_run_the_same_script() -> None:
    """The action runs the file, the template holds it: after a change of one, copy it into the other."""
    assert azure_step().text == SCRIPT
    assert github_step().text == 'bash "$GITHUB_ACTION_PATH/deliver.sh"'


def test_both_steps_take_the_same_values() -> None:
    """Under the same names and with the same defaults; the secret is none of them."""
    template = {each["name"]: each.get("default") for each in AZURE["parameters"]}
    assert template == {name: each.get("default") for name, each in ACTION["inputs"].items()}
    assert [name for name, default in template.items() if default is None] == ["address"]
    assert not [name for name in template if "secret" in name]
    mapped = {name: name.removeprefix("FEEDWARDEN_").lower() for name in github_step().environment}
    assert set(template) <= set(mapped.values())


def test_every_value_that_comes_in_is_read() -> None:
    """A name that is written two ways would never arrive."""
    mapped = {name for name in azure_step().environment if name.startswith("FEEDWARDEN_")}
    read = set(re.findall(r"\$\{(FEEDWARDEN_\w+):-", SCRIPT))
    assert read - mapped == {"FEEDWARDEN_WAITS", "FEEDWARDEN_TRY_SECONDS"}
    assert mapped <= read


def test_no_system_expands_anything_in_the_script() -> None:
    """Both put values into a text before a shell reads it; so the text holds nothing that they look for.

    Source: https://learn.microsoft.com/azure/devops/pipelines/process/variables#understand-variable-syntax
    """
    assert "${{" not in SCRIPT
    assert not re.search(r"\$\([A-Za-z0-9_.-]+\)", SCRIPT)
    assert "##vso[task.setvariable" not in SCRIPT


@pytest.mark.parametrize(
    "newer",
    [
        r"\$\{\w+(,|\^|@)",
        r"\b(mapfile|readarray|coproc|EPOCH|SRANDOM)",
        r"(declare|local) -\w*[gAn]",
        r"printf [^|\n]*%\(",
        r"\|&|&>>",
        r"(?<!openssl )base64 -|date -d|\| tr -[^d]|\| od (?!-An -v -tx1)",
        r"\b(sed|grep|readlink|mktemp|xxd|jq|python|perl) -",
    ],
)
def test_script_is_portable(newer: str) -> None:
    """The bash of macOS is 3.2, its openssl is LibreSSL, and its tools know no flags of GNU."""
    commands = "\n".join(line for line in SCRIPT.splitlines() if not line.lstrip().startswith("#"))
    assert not re.search(newer, commands)


def test_key_is_no_argument() -> None:
    """`openssl` takes the key of a MAC as an argument, where each process of the machine reads it."""
    assert not re.search(r"-hmac|-macopt|hexkey", SCRIPT)


def test_page_shows_steps_that_exist() -> None:
    """With parameters that they take, from the files that they are in."""
    pipeline, (action,) = _SHOWN
    (template,) = pipeline["steps"]
    assert Path(template["template"].split("@")[0]) == Path("publish-step/azure-pipelines.yml")
    assert set(template["parameters"]) <= {each["name"] for each in AZURE["parameters"]}
    assert "/publish-step@" in action["uses"]
    assert set(action["with"]) <= set(ACTION["inputs"])
    assert list(action["env"]) == ["FEEDWARDEN_SECRET"]


def test_example_uses_the_step_as_the_page_shows_it() -> None:
    """Everything in it is pinned by commit, as in our own workflows."""
    _, (shown,) = _SHOWN
    steps = _EXAMPLE["jobs"]["publish"]["steps"]
    assert steps[-1]["with"] | shown["with"] == steps[-1]["with"]
    assert steps[-1]["env"] == shown["env"]
    text = (ROOM / "example-workflow.yml").read_text("utf-8")
    assert len(re.findall(r"uses: [\w./-]+@[0-9a-f]{40} # v\d", text)) == text.count("uses: ") == 2


def test_the_room_is_linted_and_stays_out_of_the_package() -> None:
    """By `make check`, and .funcignore."""
    makefile = (_ROOT / "Makefile").read_text("utf-8")
    for name in ("deliver.sh", "action.yml", "example-workflow.yml", "azure-pipelines.yml"):
        assert f"publish-step/{name}" in makefile
    assert "publish-step" in (_ROOT / ".funcignore").read_text("utf-8").splitlines()
