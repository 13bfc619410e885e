"""Both steps, taken out of their files, and how each system would run them."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

ROOM: Final = Path(__file__).parents[2] / "publish-step"
SCRIPT: Final = (ROOM / "deliver.sh").read_text("utf-8")
AZURE: Final[dict[str, Any]] = yaml.safe_load((ROOM / "azure-pipelines.yml").read_text("utf-8"))
ACTION: Final[dict[str, Any]] = yaml.safe_load((ROOM / "action.yml").read_text("utf-8"))
PROGRAMS: Final = ("curl", "openssl", "date", "od", "sleep", "tr")

_BASH: Final = shutil.which("bash") or "bash"
# Records how it was called and with which environment, then does what it is there for.
_WITNESS: Final = """#!{bash} -p
{{ printf '%s\\0' {name} "$@"; printf '\\n'; cat "/proc/$$/environ"; printf '\\n'; }} >"{seen}/$$"
exec {real} "$@"
"""


@dataclass(frozen=True, slots=True)
class Step:
    """What one system runs: its shell, the text, and the environment with expressions left in."""

    shell: tuple[str, ...]
    text: str
    environment: Mapping[str, str]
    defaults: Mapping[str, str]

    def filled(self, values: Mapping[str, str], secret: str | None) -> dict[str, str]:
        """Return the environment as the system fills it in."""
        given = {**self.defaults, **values}
        filled = {
            name: re.sub(r"\$\{\{ \w+\.(\w+) \}\}", lambda match: given[match[1]], text)
            for name, text in self.environment.items()
        }
        # Azure Pipelines leaves the reference of a variable that is not set; GitHub gives an empty text.
        if secret is not None:
            filled["FEEDWARDEN_SECRET"] = secret
        return filled


def azure_step() -> Step:
    """Return the template's step, in the shell of Azure Pipelines' task Bash."""
    (step,) = AZURE["steps"]
    defaults = {each["name"]: str(each.get("default", "")) for each in AZURE["parameters"]}
    return Step((_BASH, "--noprofile", "--norc"), step["bash"], {"TF_BUILD": "True", **step["env"]}, defaults)


def github_step() -> Step:
    """Return the composite action's step, in GitHub's `shell: bash`."""
    (step,) = ACTION["runs"]["steps"]
    assert step["shell"] == "bash"
    defaults = {name: str(each.get("default", "")) for name, each in ACTION["inputs"].items()}
    environment = {"GITHUB_ACTIONS": "true", "GITHUB_ACTION_PATH": str(ROOM), **step["env"]}
    return Step((_BASH, "--noprofile", "--norc", "-eo", "pipefail"), step["run"], environment, defaults)


STEPS: Final = {"azure-pipelines": azure_step(), "github": github_step()}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended."""

    code: int
    output: str


@dataclass(slots=True)
class Agent:
    """A machine with a folder, and the programs that are on its PATH; `sleep` only writes down how long."""

    folder: Path
    programs: Path = field(init=False)

    def __post_init__(self) -> None:
        """Put the programs into place."""
        self.programs = self.folder / "bin"
        self.programs.mkdir()
        (self.folder / "work").mkdir()
        (self.programs / "bash").symlink_to(_BASH)
        for name in PROGRAMS:
            (self.programs / name).symlink_to(str(shutil.which(name)))
        self.program(
            "sleep", f'echo "$1" >>"{self.folder}/waits"\nif [ -p "{self.gate}" ]; then read -r _ <"{self.gate}"; fi'
        )

    @property
    def gate(self) -> Path:
        """Where a pause is held up, if there is a pipe."""
        return self.folder / "gate"

    @property
    def waits(self) -> list[str]:
        """The pauses, as they were asked for."""
        file = self.folder / "waits"
        return file.read_text("utf-8").split() if file.exists() else []

    @property
    def left_behind(self) -> list[str]:
        """What lies in the folder that the step ran in."""
        return [each.name for each in (self.folder / "work").iterdir()]

    def program(self, name: str, text: str) -> None:
        """Put another program in the place of one."""
        file = self.programs / name
        file.unlink()
        file.write_text(f"#!{_BASH} -p\n{text}\n", "utf-8")
        file.chmod(0o755)

    @property
    def witnessed(self) -> bytes:
        """The arguments and the environment of every call that was written down."""
        return b"\n".join(file.read_bytes() for file in (self.folder / "seen").iterdir())

    def witness(self, *names: str) -> None:
        """Have programs write down their arguments and environment: each call by itself, as those of a pipe overlap."""
        seen = self.folder / "seen"
        seen.mkdir()
        for name in names:
            real = (self.programs / name).resolve()
            (self.programs / name).unlink()
            (self.programs / name).write_text(_WITNESS.format(bash=_BASH, name=name, seen=seen, real=real), "utf-8")
            (self.programs / name).chmod(0o755)
        (self.programs / "cat").symlink_to(str(shutil.which("cat")))

    async def run(
        self, step: Step, values: Mapping[str, str], *, secret: str | None, environment: Mapping[str, str] | None = None
    ) -> Ended:
        """Run a step to its end."""
        file = self.folder / "step.sh"
        file.write_text(step.text, "utf-8")
        process = await asyncio.create_subprocess_exec(
            *step.shell,
            str(file),
            cwd=self.folder / "work",
            env={"PATH": str(self.programs), **(environment or {}), **step.filled(values, secret)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            output, _ = await asyncio.wait_for(process.communicate(), 60)
        finally:
            if process.returncode is None:
                process.kill()
        assert process.returncode is not None
        return Ended(process.returncode, output.decode("utf-8"))
