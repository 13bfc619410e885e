"""What the project says of itself: its version, and the commit that is being released."""

from __future__ import annotations

import os
import subprocess
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from shared.errors import FeedwardenError

# A zip cannot tell earlier times.
_EARLIEST: Final = 315_532_800


class NotReleasable(FeedwardenError):
    """Something keeps this from being released; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a release comes from; `moment` is the one time that anything in it carries."""

    version: str
    commit: str
    moment: datetime

    @property
    def name(self) -> str:
        """Name of the release, as its files have it."""
        return f"feedwarden-{self.version}"


def version_of(root: Path) -> str:
    """Return the version: pyproject.toml is where it is written."""
    return str(tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"])


def origin_of(root: Path) -> Origin:
    """Ask git; `SOURCE_DATE_EPOCH` in the environment wins over the time of the commit.

    Source: https://reproducible-builds.org/specs/source-date-epoch/

    Raises:
        NotReleasable: this is no clone, or the environment says no time.
    """
    commit = git(root, "rev-parse", "HEAD").strip()
    said = os.environ.get("SOURCE_DATE_EPOCH") or git(root, "log", "-1", "--format=%ct").strip()
    try:
        moment = datetime.fromtimestamp(max(int(said), _EARLIEST), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise NotReleasable(f"SOURCE_DATE_EPOCH is no time: {said!r:.40}") from error
    return Origin(version_of(root), commit, moment)


def git(root: Path, *arguments: str) -> str:
    """Return what git answers. Raises NotReleasable."""
    try:
        asked = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    except OSError as error:
        raise NotReleasable("git is missing: install it, a release is made from a clone") from error
    if asked.returncode != 0:
        raise NotReleasable(f"git {arguments[0]} refused: {asked.stderr.strip():.200}")
    return asked.stdout
