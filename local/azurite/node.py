"""Where Node and npm are: the ones that set-up fetched, else the machine's."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from shared.errors import FeedwardenError

ROOT = Path(__file__).resolve().parents[2]
"""The project's folder; `.node/` and `.azurite/` in it are set-up's work."""


class NotSetUp(FeedwardenError):
    """Something that set-up installs is missing; the text says what to run."""


def find_program(name: str, *, root: Path = ROOT) -> Path:
    """Return the path of `node` or `npm`. Raises NotSetUp."""
    path = os.pathsep.join((str(root / ".node" / "bin"), os.environ.get("PATH", os.defpath)))
    found = shutil.which(name, path=path)
    if found is None:
        raise NotSetUp(f"There is no {name} here: run `make setup`, which fetches one.")
    return Path(found)


def with_node(environment: Mapping[str, str], *, root: Path = ROOT) -> dict[str, str]:
    """Return the environment with our Node first on its PATH; npm's own script starts `node` from there."""
    ours = str(root / ".node" / "bin")
    return {**environment, "PATH": os.pathsep.join((ours, environment.get("PATH", os.defpath)))}
