"""The words of the pages: states, verdicts and what is known, in plain English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from shared.domain.approvals import Actor, ApprovalState
from shared.domain.policy import Protection
from shared.domain.twin_class import TwinClass


@dataclass(frozen=True, slots=True)
class Standing:
    """How a state of an approval is shown: a word, the tone of its colour, and a sentence.

    None of them speaks of the feed. `blocked` stands in the sentence's place where the feed was seen to block.
    """

    word: str
    tone: str
    sentence: str
    blocked: str = ""


_S = ApprovalState

STANDINGS: Final[Mapping[ApprovalState, Standing]] = MappingProxyType(
    {
        _S.NEW: Standing("New", "quiet", "Nobody was asked yet."),
        _S.OPEN: Standing("Waiting for an owner", "wait", "Nothing is allowed until an owner of the feed decides."),
        _S.GRANTED: Standing(
            "Allowed, not yet open",
            "wait",
            "Feedwarden is about to open the feed for it, which usually takes a few minutes. What cannot be opened "
            "within an hour is given up.",
        ),
        _S.OPENING: Standing("Being opened", "wait", "Feedwarden is opening the feed for it."),
        _S.IN_FORCE: Standing(
            "In force", "warn", "An owner's decision is in force: the feed is set to let versions in."
        ),
        _S.CLOSING: Standing(
            "Being closed",
            "wait",
            "It is over. Feedwarden is blocking versions from outside again, and then looks whether that holds.",
        ),
        _S.DECLINED: Standing(
            "Declined", "quiet", "An owner declined.", "An owner declined. Versions from outside stay blocked."
        ),
        _S.UNANSWERED: Standing(
            "Not answered",
            "quiet",
            "No owner decided in time.",
            "No owner decided in time. Versions from outside stay blocked.",
        ),
        _S.WITHDRAWN: Standing("No longer needed", "quiet", "What it was about has changed, so nothing was allowed."),
        _S.LAPSED: Standing(
            "Not carried out",
            "warn",
            "It was allowed, but could not be carried out.",
            "It was allowed, but could not be carried out. Versions from outside stay blocked.",
        ),
        _S.EXPIRED: Standing(
            "Over", "quiet", "Its time is over.", "Its time is over, and versions from outside are blocked again."
        ),
        _S.COMPLETED: Standing(
            "Done",
            "good",
            "The version was fetched into the feed.",
            "The version was fetched into the feed, and other versions from outside are blocked again.",
        ),
        _S.REVOKED: Standing(
            "Revoked", "quiet", "It was taken back.", "It was taken back, and versions from outside are blocked again."
        ),
    }
)

PROTECTIONS: Final[Mapping[Protection, str]] = MappingProxyType(
    {
        Protection.PROTECTED: "Versions from outside are blocked, and Feedwarden has seen that it holds.",
        Protection.PENDING: (
            "Versions from outside are set to be blocked; that can take up to three hours to hold everywhere."
        ),
        Protection.EXPOSED: "Versions from outside are not blocked now.",
        Protection.ALLOWED: "Versions from outside are allowed now, by an owner's decision.",
        Protection.NOT_AT_RISK: "There is nothing to block now.",
        Protection.UNKNOWN: "Whether versions from outside are blocked could not be found out.",
    }
)

TWIN_TONES: Final[Mapping[TwinClass, str]] = MappingProxyType(
    {
        TwinClass.OURS: "good",
        TwinClass.PLACEHOLDER: "warn",
        TwinClass.SECURITY_HOLDER: "warn",
        TwinClass.UNRELATED_OLDER: "quiet",
        TwinClass.NEW_AND_SUSPICIOUS: "bad",
        TwinClass.KNOWN_MALICIOUS: "bad",
        TwinClass.UNDETERMINED: "warn",
    }
)


def person(actor: Actor | None) -> str:
    """Return how a person is called; nobody is Feedwarden itself."""
    return "Feedwarden" if actor is None else actor.name or actor.object_id
