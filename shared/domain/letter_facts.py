"""The facts of a notice as people read them: labels instead of keys, in the order in which they matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from shared.domain.advisories import AdvisoryState
from shared.domain.letter_causes import TWINS
from shared.domain.notices import Notice
from shared.domain.twin_class import TwinClass

_LONGEST: Final = 600

_HEAD: Final = (
    ("package", "Package"),
    ("public package", "Public package"),
    ("resembles", "Resembles"),
    ("how", "How"),
    ("registry", "Registry"),
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
    ("install scripts", "Runs when it is installed"),
    ("repository", "Repository that it names"),
    ("presence", "On the registry now"),
    ("saved external", "Saved from outside"),
    ("note", "Note"),
    ("why", "Cause"),
    ("loss", "What may be missing"),
    ("mode", "Mode"),
    ("reasons", "Reasons"),
    ("cause", "Found by"),
    ("evidence digest", "Digest of the evidence"),
)


# Where the record's own word is none that people use.
_SPOKEN: Final = {
    ("advisories", AdvisoryState.NONE_KNOWN.value): "none known",
    ("emergency", "yes"): "yes, one owner decided alone",
}


def facts_of(notice: Notice) -> tuple[tuple[str, str], ...]:
    """Return labels and texts; what nobody told is left out, what nobody knows says so."""
    where = (*_named(notice.facts, _HEAD), ("Noticed", moment_text(notice.at)))
    rows = (*where, *_named(notice.facts, _APPROVAL), *_class(notice.facts), *_named(notice.facts, _TAIL))
    # Nobody finds an approval.
    spoken = {"Found by": "Prompted by"} if notice.kind.value.startswith("approval-") else {}
    if notice.facts.get("who") and not notice.facts.get("who id"):
        # By itself Feedwarden gives no reason: it tells what it found.
        spoken = spoken | {"Reason given": "Why"}
    return tuple((spoken.get(label, label), cut(text)) for label, text in rows)


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
            yield label, _SPOKEN.get((key, facts[key]), facts[key])


def _class(facts: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    twin = twin_of(facts.get("class", ""))
    return () if twin is None else (("The public package is", TWINS[twin][1]),)
