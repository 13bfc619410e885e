"""The record's own words in the words of people: the same that pages use for the same fact."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from shared.domain.advisories import AdvisoryState
from shared.domain.letter_causes import (
    ADVISORIES,
    CLAIMS,
    NO_REPOSITORY,
    NO_SCRIPTS,
    NOT_KNOWN,
    PRESENCES,
    SCRIPTS_NOT_TOLD,
    WHY,
)
from shared.domain.reasons import Reason
from shared.domain.twins import Presence

_UNKNOWN: Final = "unknown"
_NONE: Final = "none"
# As the record writes whose a repository is.
_CLAIMED: Final = MappingProxyType(
    {" (ours)": CLAIMS[True], " (not ours)": CLAIMS[False], " (whose is not known)": CLAIMS[None]}
)


def spoken(key: str, text: str) -> str:
    """Return a fact as people read it; empty = it tells them nothing."""
    return _SPOKEN.get(key, str)(text)


def reasons_in_words(codes: str) -> str:
    """Return what the codes of reasons mean, in sentences."""
    known = (Reason(code) for code in map(str.strip, codes.split(",")) if code in set(Reason))
    return " ".join(filter(None, (WHY[reason] for reason in known)))


def _known(text: str) -> str:
    return NOT_KNOWN if text == _UNKNOWN else text


def _jump(text: str) -> str:
    return "" if text == _NONE else text


def _scripts(text: str) -> str:
    return {_UNKNOWN: SCRIPTS_NOT_TOLD, _NONE: NO_SCRIPTS}.get(text, text)


def _repository(text: str) -> str:
    claim = next((claim for claim in _CLAIMED if text.endswith(claim)), "")
    return NO_REPOSITORY if text == _UNKNOWN else text.removesuffix(claim) + _CLAIMED.get(claim, "")


def _advisories(text: str) -> str:
    word, _, ids = text.partition(" ")
    state = ADVISORIES[AdvisoryState(word)] if word in set(AdvisoryState) else word
    return f"{state}: {', '.join(ids.split())}" if ids else state


def _presence(text: str) -> str:
    return PRESENCES[Presence(text)] if text in set(Presence) else text


def _emergency(text: str) -> str:
    return "yes, one owner decided alone" if text == "yes" else text


# What queues call the checks that people's decisions bring about says nothing to people.
def _cause(text: str) -> str:
    return "" if text in {"decision", "approval due"} else text


_SPOKEN: Final[Mapping[str, Callable[[str], str]]] = MappingProxyType(
    dict.fromkeys(
        ("first public", "first published", "first ours", "public version", "latest version", "our version"), _known
    )
    | {
        "publishers": _known,
        "jump": _jump,
        "install scripts": _scripts,
        "repository": _repository,
        "advisories": _advisories,
        "presence": _presence,
        "emergency": _emergency,
        "cause": _cause,
    }
)
