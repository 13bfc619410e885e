"""Stamps: what each installed part was made from.

A part whose stamp fits is left alone; the stamp goes away before a part is touched and comes back when it is
complete, so an interrupted set-up is redone.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

STAMP: Final = "feedwarden-stamp"


class SetupFailed(Exception):
    """A step failed; the text is one sentence that says what to do."""


def fingerprint(files: Sequence[Path], *, extra: Sequence[str] = ()) -> str:
    """Return a digest of all that a part is made from. Raises SetupFailed."""
    digest = hashlib.sha256()
    for text in extra:
        digest.update(text.encode() + b"\0")
    for file in files:
        try:
            digest.update(file.read_bytes() + b"\0")
        except OSError as error:
            raise SetupFailed(f"{file} cannot be read: take a complete copy of the project.") from error
    return digest.hexdigest()


def is_current(stamp: Path, wanted: str) -> bool:
    """Tell whether the part is complete and made from what is wanted now."""
    return stamp.is_file() and stamp.read_text(encoding="utf-8").splitlines()[:1] == [wanted]


def made_here(stamp: Path, root: Path) -> bool:
    """Tell whether a complete part was made in this folder with this Python, so that it can be brought up to date."""
    return stamp.read_text(encoding="utf-8").splitlines()[1:] == _maker(root)


def put_stamp(stamp: Path, wanted: str, *, root: Path) -> None:
    """Mark a part as complete, in one step that cannot be seen half done."""
    unfinished = stamp.with_name(STAMP + ".new")
    unfinished.write_text("\n".join((wanted, *_maker(root))) + "\n", encoding="utf-8")
    unfinished.replace(stamp)


def _maker(root: Path) -> list[str]:
    """Return what an environment cannot outlive: the folder it is in and the Python that it links to."""
    return [str(root), ".".join(map(str, sys.version_info[:3]))]
