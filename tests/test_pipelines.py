"""The pipelines: pinned, with as few rights as they need, no secret, and one way to check, package and deploy."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

ROOT: Final = Path(__file__).parent.parent
WORKFLOWS: Final = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
AZURE: Final = [ROOT / "azure-pipelines.yml", *sorted((ROOT / ".azure-pipelines").glob("*.yml"))]
EVERY: Final = [*WORKFLOWS, *AZURE]
SHELLCHECK: Final = ROOT / ".venv" / "bin" / "shellcheck"


def _read(file: Path) -> dict[str, Any]:
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


def _jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    for file in WORKFLOWS:
        for name, job in _read(file)["jobs"].items():
            yield f"{file.stem}/{name}", job


def _below(value: object, key: str) -> Iterator[Any]:
    """Yield what stands under a key, at any depth."""
    if isinstance(value, dict):
        yield from (found for name, found in value.items() if name == key)
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _below(item, key)


def test_every_action_is_pinned_by_commit_with_its_version_beside_it() -> None:
    """The same action is the same commit everywhere, so that one look tells what runs."""
    used = [line for file in WORKFLOWS for line in file.read_text(encoding="utf-8").splitlines() if "uses:" in line]
    pins = [re.fullmatch(r" +(?:- )?uses: ([\w./-]+)@([0-9a-f]{40}) # v\d+\.\d+\.\d+", line) for line in used]
    assert used
    assert None not in pins
    assert len({pin[1] for pin in pins if pin}) == len({pin[0].split("uses: ")[1] for pin in pins if pin})


def test_rights_are_given_job_by_job() -> None:
    """None to the workflow; only the job that deploys may sign in to Azure, only the one that publishes may write."""
    assert all(_read(file)["permissions"] == {} for file in WORKFLOWS)
    beyond = {name: job["permissions"] for name, job in _jobs() if job["permissions"] != {"contents": "read"}}
    assert beyond == {
        "release/publish": {"contents": "write"},
        "release/deploy": {"contents": "read", "id-token": "write"},
    }


@pytest.mark.parametrize("file", EVERY, ids=lambda file: file.name)
def test_there_is_no_secret(file: Path) -> None:
    """Federated credentials need none, and what is not there cannot leak."""
    assert not re.search(r"secrets\.|client-secret|password|\bPAT\b", file.read_text(encoding="utf-8"))


def test_no_checkout_leaves_its_credentials() -> None:
    """What runs later in the job finds no token in git's configuration."""
    for _, job in _jobs():
        for step in job["steps"]:
            if "actions/checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False
    steps = [step for file in AZURE for steps in _below(_read(file), "steps") for step in steps]
    assert {step["persistCredentials"] for step in steps if "checkout" in step} == {"false"}


def test_jobs_end_and_deployments_wait_for_each_other() -> None:
    """Every job has a limit; a release is not stopped half way by a newer one."""
    assert all(job["timeout-minutes"] for _, job in _jobs())
    assert _read(ROOT / ".github" / "workflows" / "release.yml")["concurrency"]["cancel-in-progress"] is False
    deploy = next(stage for stage in _read(AZURE[0])["stages"] if stage["stage"] == "deploy")
    assert deploy["lockBehavior"] == "sequential"


def test_deployment_needs_tests_and_an_approved_environment() -> None:
    """In both systems, from a tag, with the very package that was built and verified."""
    jobs = dict(_jobs())
    assert jobs["release/deploy"]["environment"] == {"name": "production"}
    assert set(jobs["release/deploy"]["needs"]) == set(jobs["release/publish"]["needs"]) == {"verify", "package"}
    azure = next(stage for stage in _read(AZURE[0])["stages"] if stage["stage"] == "deploy")
    assert set(azure["dependsOn"]) == {"verify", "package"}
    assert "refs/tags/v" in azure["condition"]
    for file in (ROOT / ".github" / "workflows" / "release.yml", ROOT / ".azure-pipelines" / "deploy.yml"):
        text = file.read_text(encoding="utf-8")
        assert text.index("sha256sum --check") < text.index("azd provision") < text.index("--from-package")


def test_both_systems_run_the_same_commands() -> None:
    """Whoever moves from one to the other gets the same verdict, package and deployment."""
    github = " ".join(file.read_text(encoding="utf-8") for file in WORKFLOWS)
    azure = " ".join(file.read_text(encoding="utf-8") for file in AZURE)
    for command in ("bash .ci/run", "make package", "local.release tag", "azd deploy feedwarden --no-prompt"):
        assert command in github, command
        assert command in azure, command
    assert len(set(re.findall(r"\bversion: (\d[\d.]+)", github + azure))) == 1


def test_the_templates_are_there() -> None:
    """Each is used, and each that is used exists; one template names another by its own folder."""
    named = {template for file in AZURE for template in _below(_read(file), "template")}
    assert {Path(name).name for name in named} == {file.name for file in AZURE[1:]}


def test_shell_in_pipelines_is_sound(tmp_path: Path) -> None:
    """What runs only on somebody else's machine is at least read by shellcheck."""
    files = []
    for pipeline in EVERY:
        content = _read(pipeline)
        for key in ("run", "bash", "inlineScript"):
            for number, script in enumerate(_below(content, key)):
                files.append(tmp_path / f"{pipeline.stem}-{key}-{number}.sh")
                files[-1].write_text(f"#!/bin/bash\n{script}\n", encoding="utf-8")
    assert len(files) > len(EVERY)
    ended = subprocess.run([SHELLCHECK, *files], capture_output=True, text=True, check=False)
    assert ended.stdout == ""


def test_azd_is_told_what_it_needs() -> None:
    """The service is that of azure.yaml and is not built again; what infra/ asks for is handed on by both systems."""
    assert _read(ROOT / "azure.yaml")["services"]["feedwarden"]["remoteBuild"] is False
    asked = set(re.findall(r"\$\{(\w+)\}", (ROOT / "infra" / "main.parameters.json").read_text(encoding="utf-8")))
    assert asked <= set(dict(_jobs())["release/deploy"]["env"])
    handed = set().union(*_below(_read(ROOT / ".azure-pipelines" / "deploy.yml"), "env"))
    assert asked <= handed


def test_a_release_resets_nothing() -> None:
    """What an operator may choose is handed on, with the default of infra/: else each release would turn it off."""
    parameters = (ROOT / "infra" / "main.parameters.json").read_text(encoding="utf-8")
    chosen = dict(re.findall(r"\$\{(\w+)=(\w*)\}", parameters))
    assert {"FEEDWARDEN_OPERATOR_ID", "FEEDWARDEN_OPERATOR_TYPE", "FEEDWARDEN_DIGESTS_LOCKED"} <= set(chosen)
    handed = dict(_jobs())["release/deploy"]["env"]
    for name, default in chosen.items():
        expected = f"vars.{name} || '{default}'" if default else f"vars.{name}"
        assert handed[name] == f"${{{{ {expected} }}}}", name
    # In Azure Pipelines the whole group becomes the environment of a script.
    (deployment,) = _below(_read(ROOT / ".azure-pipelines" / "deploy.yml"), "variables")
    assert deployment == [{"group": "feedwarden"}]
