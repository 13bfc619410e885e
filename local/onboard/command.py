"""The command: `make onboard`. Exit code 0: all well, 1: something is missing, 2: it is not known, 64: mistyped."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Mapping, Sequence

from local.onboard.configured import read
from local.onboard.findings import Censor, Exit, Finding, as_json, as_line, exit_code
from local.onboard.ground import USER_TOKEN, Machine, ground_of, secrets_of
from local.onboard.options import Options, read_options
from local.onboard.steps import STEPS, Step, findings_of


async def onboard(
    environment: Mapping[str, str],
    options: Options,
    steps: Mapping[str, Step] = STEPS,
    *,
    machine: Machine | None = None,
) -> Exit:
    """Run the steps and print what they find; `machine` None = the real one."""
    censor = Censor(secrets_of(read(environment).settings, environment.get(USER_TOKEN, "").strip()))
    found: list[Finding] = []
    async with ground_of(environment, options, machine) as ground:
        async for finding in findings_of(ground, steps):
            found.append(finding)
            if not options.json:
                _print(as_line(finding, censor))
    _print(as_json(found, censor) if options.json else _sum(found))
    return exit_code(found)


def _print(text: str) -> None:
    """Print; where the reader has seen enough (`| head`), go on without, as what was begun is to be ended.

    Source: https://docs.python.org/3/library/signal.html#note-on-sigpipe
    """
    try:
        print(text, flush=True)
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _sum(found: Sequence[Finding]) -> str:
    match exit_code(found):
        case Exit.WELL:
            return "All is well, as far as was asked."
        case Exit.MISSING:
            return "Something is missing: see each arrow."
        case Exit.NOT_KNOWN:
            return "Nothing is known to be missing, but not all could be looked at: see each arrow."


def main(words: Sequence[str] | None = None) -> int:
    """Check, print, and return the exit code."""
    options = read_options(words)
    # Warnings of the product's own adapters say again what a step says, and would stand in the JSON's way.
    logging.getLogger().addHandler(logging.NullHandler())
    return asyncio.run(onboard(os.environ, options))
