"""Which files are the app: what is neither ignored by git nor named in .funcignore, and nothing that nobody expects."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from local.release.commit import NotReleasable, git

NEEDED: Final = ("function_app.py", "functions/", "host.json", "requirements.txt", "shared/")
_IGNORED: Final = "--exclude-from=.funcignore"


def app_files(root: Path) -> tuple[str, ...]:
    """Return the app's own files, sorted; git's own reader reads .funcignore, whose rules are those of .gitignore.

    Tools that deploy a folder read .funcignore too. So a file that neither belongs to the app nor is named there
    is refused rather than left out: those tools would take it along.

    Raises:
        NotReleasable: such a file; or one of the app is missing, ignored, or a link.
    """
    listed = _listed(root, "--cached", "--others", "--exclude-standard", _IGNORED)
    kept = listed - _listed(root, "--cached", "--ignored", _IGNORED)
    files = tuple(sorted(name for name in kept if (root / name).exists()))
    _refuse("in the way: remove it, or name it in .funcignore", (name for name in files if not name.startswith(NEEDED)))
    _refuse("a link: a package holds files", (name for name in files if (root / name).is_symlink()))
    missing = (part for part in NEEDED if not any(name.startswith(part) for name in files))
    _refuse("missing, or named in .funcignore", missing)
    return files


def _listed(root: Path, *choice: str) -> frozenset[str]:
    return frozenset(filter(None, git(root, "ls-files", "-z", *choice).split("\0")))


def _refuse(why: str, names: Iterable[str]) -> None:
    for name in names:
        raise NotReleasable(f"{name} is {why}")
