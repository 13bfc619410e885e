"""Words of the policy file: read as what they stand for, or refused with the nearest that there is."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator

from shared.domain.ecosystems import Ecosystem


def nearest(value: object, words: Iterable[str]) -> str:
    """Return a question that names the nearest word; empty where none is near."""
    near = difflib.get_close_matches(str(value)[:40].lower(), words, n=1)
    return f"did you mean {near[0]}? " if near else ""


def word_of[T: StrEnum](kind: type[T], value: object, *, called: str) -> T:
    """Read one word; `called` says what it should be.

    Raises:
        ValueError: it is none of them.
    """
    words = [member.value for member in kind]
    if isinstance(value, str) and value in words:
        return kind(value)
    raise ValueError(f"is no {called}: {nearest(value, words)}use one of {', '.join(words)}")


type EcosystemWord = Annotated[Ecosystem, BeforeValidator(lambda value: word_of(Ecosystem, value, called="ecosystem"))]
