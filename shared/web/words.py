"""The words of the pages: states, verdicts and what is known, in plain English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from shared.domain.advisories import AdvisoryState
from shared.domain.approvals import Actor, ApprovalState
from shared.domain.policy import Protection
from shared.domain.twin_class import TwinClass
from shared.domain.twins import Presence


@dataclass(frozen=True, slots=True)
class Standing:
    """How a state of an approval is shown: a word, the tone of its colour, and a sentence."""

    word: str
    tone: str
    sentence: str


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
        _S.IN_FORCE: Standing("In force", "warn", "The feed is open for versions from outside."),
        _S.CLOSING: Standing(
            "Being closed",
            "wait",
            "It is over. Feedwarden is blocking versions from outside again, and then looks whether that holds.",
        ),
        _S.DECLINED: Standing("Declined", "quiet", "An owner declined. Versions from outside stay blocked."),
        _S.UNANSWERED: Standing(
            "Not answered", "quiet", "No owner decided in time. Versions from outside stay blocked."
        ),
        _S.WITHDRAWN: Standing("No longer needed", "quiet", "What it was about has changed, so nothing was allowed."),
        _S.LAPSED: Standing(
            "Not carried out",
            "warn",
            "It was allowed, but could not be carried out in time. Nothing stays open because of it.",
        ),
        _S.EXPIRED: Standing("Over", "quiet", "Its time is over, and versions from outside are blocked again."),
        _S.COMPLETED: Standing(
            "Done", "good", "The version was fetched into the feed, and other versions from outside are blocked again."
        ),
        _S.REVOKED: Standing("Revoked", "quiet", "It was taken back, and versions from outside are blocked again."),
    }
)

PROTECTIONS: Final[Mapping[Protection, str]] = MappingProxyType(
    {
        Protection.PROTECTED: "Versions from outside are blocked, and Feedwarden has seen that it holds.",
        Protection.PENDING: "Versions from outside are set to be blocked; that can take up to three hours to hold.",
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

PRESENCES: Final[Mapping[Presence, str]] = MappingProxyType(
    {
        Presence.PRESENT: "there, and can be installed",
        Presence.TOMBSTONE: "the name is taken, or was",
        Presence.ABSENT: "not there now",
        Presence.UNKNOWN: "could not be asked",
    }
)

ADVISORIES: Final[Mapping[AdvisoryState, str]] = MappingProxyType(
    {
        AdvisoryState.MALICIOUS: "call it malicious",
        AdvisoryState.NONE_KNOWN: "none known, which proves nothing of what was published lately",
        AdvisoryState.NOT_ASKED: "not asked",
        AdvisoryState.UNKNOWN: "could not be asked",
    }
)


def person(actor: Actor | None) -> str:
    """Return how a person is called; nobody is Feedwarden itself."""
    return "Feedwarden" if actor is None else actor.name or actor.object_id
