"""What a step found, how it is shown, and what it means for the exit code."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

_SCHEMA: Final = 1


class State(StrEnum):
    """How one thing stands. SKIPPED = not asked, for a reason that is told; it weighs nothing."""

    OK = "ok"
    MISSING = "missing"
    NOT_KNOWN = "not known"
    SKIPPED = "skipped"


class Exit(IntEnum):
    """What the program ends with."""

    WELL = 0
    MISSING = 1
    NOT_KNOWN = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: the step, how it stands, what was seen, and what to do about it; `todo` empty = nothing."""

    step: str
    state: State
    seen: str
    todo: str = ""


class Reporter:
    """Makes the findings of one step."""

    def __init__(self, step: str) -> None:
        """Keep the step's name."""
        self._step = step

    def ok(self, seen: str, todo: str = "") -> Finding:
        """Tell that a thing is well; `todo` = what is good to look at all the same."""
        return Finding(self._step, State.OK, seen, todo)

    def missing(self, seen: str, todo: str) -> Finding:
        """Tell that a thing is missing for certain."""
        return Finding(self._step, State.MISSING, seen, todo)

    def not_known(self, seen: str, todo: str) -> Finding:
        """Tell that a thing could not be looked at."""
        return Finding(self._step, State.NOT_KNOWN, seen, todo)

    def skipped(self, seen: str, todo: str = "") -> Finding:
        """Tell that a thing was not asked."""
        return Finding(self._step, State.SKIPPED, seen, todo)


def exit_code(findings: Iterable[Finding]) -> Exit:
    """Weigh what was found: what is missing for certain outweighs what is not known; nothing seen is not known."""
    states = {finding.state for finding in findings}
    if State.MISSING in states:
        return Exit.MISSING
    return Exit.NOT_KNOWN if State.NOT_KNOWN in states or State.OK not in states else Exit.WELL


class Censor:
    """Hides secrets: the last guard, behind texts that are written without any."""

    def __init__(self, secrets: Iterable[str]) -> None:
        """Keep the secrets, the longest first, since one may hold another."""
        self._secrets = sorted({secret for secret in secrets if secret}, key=len, reverse=True)

    def clean(self, text: str) -> str:
        """Return a text as one line that a terminal can do nothing but show, without any secret."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        line = " ".join(text.split())
        return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in line)


def as_line(finding: Finding, censor: Censor) -> str:
    """Write a finding for people: one line, and what to do below it."""
    line = f"{finding.state:<9}  {finding.step:<19}  {censor.clean(finding.seen)}"
    return f"{line}\n{'':11}→ {censor.clean(finding.todo)}" if finding.todo else line


def as_json(findings: Sequence[Finding], censor: Censor) -> str:
    """Write all findings for a pipeline."""
    rows = [
        {
            "step": finding.step,
            "state": finding.state.value,
            "seen": censor.clean(finding.seen),
            "todo": censor.clean(finding.todo),
        }
        for finding in findings
    ]
    return json.dumps({"schema": _SCHEMA, "exit": exit_code(findings).value, "findings": rows}, indent=2)
