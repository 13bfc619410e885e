"""Words of the policy file: read as what they stand for, or refused with the nearest that there is."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final

from shared.domain.ecosystems import Ecosystem
from shared.domain.notices import NoticeKind
from shared.domain.policy import Mode

_CALLED: Final = {Mode: "mode", Ecosystem: "ecosystem", NoticeKind: "kind of notice"}


def nearest(value: object, words: Iterable[str]) -> str:
    """Return a question that names the nearest word; empty where none is near."""
    near = difflib.get_close_matches(str(value)[:40].lower(), words, n=1)
    return f"did you mean {near[0]}? " if near else ""


def word_of[T: (Mode, Ecosystem, NoticeKind)](kind: type[T], value: object) -> T:
    """Read one word.

    Raises:
        ValueError: it is none of them.
    """
    words = [member.value for member in kind]
    if isinstance(value, str) and value in words:
        return kind(value)
    raise ValueError(f"is no {_CALLED[kind]}: {nearest(value, words)}use one of {', '.join(words)}")
