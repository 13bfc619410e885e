"""The facts of a notice as people read them: labels instead of keys, in the order in which they matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from shared.domain.letter_causes import TWINS
from shared.domain.letter_spoken import reasons_in_words, spoken
from shared.domain.notices import Notice, NoticeKind
from shared.domain.twin_class import TwinClass

_LONGEST: Final = 600

_HEAD: Final = (
    ("package", "Package"),
    ("public package", "Public package"),
    ("resembles", "Resembles"),
    ("how", "How"),
    ("registry", "Registry"),
    ("canary", "Exercised with"),
    ("organization", "Organization"),
    ("feed", "Feed"),
)
# Of an approval: who and why, then what is allowed.
_APPROVAL: Final = (
    ("who", "By"),
    ("said", "Reason given"),
    ("asked by", "Asked by"),
    ("allows", "Allows"),
    ("until", "Until"),
    ("emergency", "Emergency"),
    ("more needed", "Owners who still have to agree"),
    ("saved meanwhile", "Saved while it was allowed"),
    ("others saved", "Of those nobody allowed"),
)
# What whoever judges the public package needs, then what stands in the feed, then how it came to this message.
_TAIL: Final = (
    ("why this class", "Why it is taken for that"),
    ("advisories", "Advisories"),
    ("first public", "First public"),
    ("first published", "First public"),
    ("first ours", "First ours"),
    ("public version", "Public version"),
    ("latest version", "Public version"),
    ("our version", "Our version"),
    ("jump", "Distance of the versions"),
    ("publishers", "Published by"),
    ("install scripts", "Runs when installed"),
    ("repository", "Repository it names"),
    ("presence", "On the registry now"),
    ("saved external", "Saved from outside"),
    ("note", "Note"),
    ("why", "Cause"),
    ("loss", "What may be missing"),
    ("subscriptions", "Subscriptions"),
    ("since", "Begun"),
    ("expected", "Expected"),
    ("state", "What is known"),
    ("cause", "Found by"),
)
# For whoever looks it up.
_CODES: Final = (
    ("mode", "Mode"),
    ("reasons", "Codes of the reasons"),
    ("evidence digest", "Digest of the evidence"),
)
# Of an approval these tell how the feed stood before, which reads as if it stood so now.
_OF_THE_FEED: Final = frozenset({"mode", "reasons"})
# Of one that is over, nobody needs to know until when it was meant.
_LASTING: Final = frozenset({NoticeKind.APPROVAL_GRANTED, NoticeKind.APPROVAL_EXPIRING})


def facts_of(notice: Notice) -> tuple[tuple[str, str], ...]:
    """Return labels and texts; what nobody told is left out, what nobody knows says so."""
    facts = {key: spoken(key, text) for key, text in notice.facts.items() if key not in _unsaid(notice)}
    where = (*_named(facts, _HEAD), ("Noticed", moment_text(notice.at)))
    told = (*_named(facts, _APPROVAL), *_class(facts), *_named(facts, _TAIL), *_reasons(facts), *_named(facts, _CODES))
    # Nobody finds an approval.
    labels = {"Found by": "Prompted by"} if notice.kind.value.startswith("approval-") else {}
    if facts.get("who") and not facts.get("who id"):
        # By itself Feedwarden gives no reason: it tells what it found.
        labels = labels | {"Reason given": "Why"}
    return tuple((labels.get(label, label), cut(text)) for label, text in (*where, *told))


def moment_text(moment: datetime) -> str:
    """Write a time for people anywhere."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def cut(text: str, longest: int = _LONGEST) -> str:
    """Shorten a text, visibly: public data has any length."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def twin_of(word: str) -> TwinClass | None:
    """Read the word for a class; None where there is none, or none that we know."""
    return TwinClass(word) if word in set(TwinClass) else None


def _named(facts: Mapping[str, str], names: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, str]]:
    for key, label in names:
        if facts.get(key):
            yield label, facts[key]


def _unsaid(notice: Notice) -> frozenset[str]:
    of_approval = notice.kind.value.startswith("approval-") or notice.kind is NoticeKind.UNAPPROVED_VERSION_SAVED
    ended = frozenset[str]() if notice.kind in _LASTING else frozenset({"until"})
    return ended | _OF_THE_FEED if of_approval else ended


def _reasons(facts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    words = reasons_in_words(facts.get("reasons", ""))
    return (("How the feed stands", words),) if words else ()


def _class(facts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    twin = twin_of(facts.get("class", ""))
    return () if twin is None else (("The public package is", TWINS[twin][1]),)
