"""What a public twin is: an ordered table of rules, the first that applies speaks. Explained in docs/twin-classes.md.

Not knowing never reassures: a missing date makes nothing older, a missing account makes nothing ours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.domain.advisories import AdvisoryState
from shared.domain.twin_signs import (
    QUARANTINE_DETAIL,
    SUSPICIOUS_SIGNS,
    TwinFacts,
    day,
    stands_too_high,
)
from shared.domain.twins import Presence
from shared.domain.version_jumps import numbers_of


class TwinClass(StrEnum):
    """What a public twin is. Words are published: they may be added, never renamed."""

    OURS = "ours"
    PLACEHOLDER = "placeholder"
    SECURITY_HOLDER = "security-holder"
    UNRELATED_OLDER = "unrelated-older"
    NEW_AND_SUSPICIOUS = "new-and-suspicious"
    KNOWN_MALICIOUS = "known-malicious"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Classification:
    """The class of a twin, and why in a sentence for people."""

    kind: TwinClass
    why: str


@dataclass(frozen=True, slots=True)
class _Rule:
    """A row of the table: when it applies, to which class, and why in words."""

    applies: Callable[[TwinFacts], bool]
    kind: TwinClass
    why: Callable[[TwinFacts], str]


def _malicious(facts: TwinFacts) -> str:
    ids = ", ".join(facts.advisories.ids)
    return "Advisories call it malicious" + (f": {ids}." if ids else ".")


def _not_looked_at(facts: TwinFacts) -> str:
    return f"Nothing is known of it now: {facts.twin.detail or 'the registry could not be asked'}."


def _quarantined(_facts: TwinFacts) -> str:
    return (
        "The registry suspects malware and put it in quarantine: nobody can install it, until the registry's people "
        "remove it or let it out again."
    )


def _held(_facts: TwinFacts) -> str:
    return (
        "The registry's own placeholder holds the name: there is nothing to install, and somebody probably misused "
        "the name before."
    )


def _ours(facts: TwinFacts) -> str:
    accounts = ", ".join(sorted(facts.twin.publishers))
    return f"Only accounts that the policy file calls ours publish it: {accounts}.{_warning(facts)}"


def _low_stub(facts: TwinFacts) -> str:
    return (
        f"Its only version of note is {facts.twin.latest_version}, and it calls itself a stub. Anyone can write that, "
        f"and whoever holds the name can publish more at any time.{_warning(facts)}"
    )


def _high_stub(facts: TwinFacts) -> str:
    return (
        "It calls itself a stub, and stubs against confusion carry this version. Anyone can write that."
        f"{_warning(facts)}"
    )


def _warning(facts: TwinFacts) -> str:
    """Warn where allowing external versions would replace ours at once; even our own stub would."""
    how_far = facts.jump or stands_too_high(facts)
    if not how_far:
        return ""
    return f" Warning: {how_far}. If external versions are allowed, it is chosen in place of every internal version."


def _unrelated(facts: TwinFacts) -> str:
    theirs, own = day(facts.twin.first_published), day(facts.own.first_published)
    higher = f", but {facts.jump}" if facts.jump else ""
    before = "the same day as ours, before it" if theirs == own else f"before ours on {own}"
    return f"It was first published on {theirs}, {before}; its version was not chosen to win{higher}."


def _suspicious(facts: TwinFacts) -> str:
    signs = "; ".join(filter(None, (sign(facts) for sign in SUSPICIOUS_SIGNS)))
    now = f" Now {facts.twin.detail}." if facts.twin.presence is Presence.TOMBSTONE and facts.twin.detail else ""
    return f"{signs[:1].upper()}{signs[1:]}.{now}"


def _undetermined(facts: TwinFacts) -> str:
    if facts.twin.presence is Presence.TOMBSTONE:
        return f"The name is taken, or was: {facts.twin.detail or 'nothing is left'}. What stood there is not known."
    missing = (
        (facts.twin.first_published, "when it was first published"),
        (facts.own.first_published, "when ours was first published"),
        (numbers_of(facts.twin.latest_version), "which version is its latest"),
        (numbers_of(facts.own.latest_version), "which version is our highest"),
        (facts.twin.publishers, "who publishes it"),
        (facts.advisories.state is AdvisoryState.NONE_KNOWN, "whether advisories call it malicious"),
    )
    return f"Not known: {', '.join(words for known, words in missing if not known)}."


def _is_unrelated(facts: TwinFacts) -> bool:
    # A name whose package is gone may get another owner: that the former one was older says nothing then.
    return facts.twin.presence is Presence.PRESENT and facts.is_older and facts.is_ordinary_beside_ours


# The worst first, then what the registry itself says, then what only we can know, then what strangers say of
# themselves, then what is compared. The quarantine is a security holder's too: the registry holds the name, nobody
# can install anything, and no owner should allow it.
_RULES: Final = (
    _Rule(lambda facts: facts.is_called_malicious, TwinClass.KNOWN_MALICIOUS, _malicious),
    _Rule(lambda facts: facts.twin.presence is Presence.UNKNOWN, TwinClass.UNDETERMINED, _not_looked_at),
    _Rule(
        lambda facts: facts.twin.presence is Presence.ABSENT,
        TwinClass.UNDETERMINED,
        lambda _facts: "The registry has no package of this name now: anyone may claim it.",
    ),
    _Rule(lambda facts: facts.is_held_by_npm, TwinClass.SECURITY_HOLDER, _held),
    _Rule(lambda facts: facts.is_tombstone(QUARANTINE_DETAIL), TwinClass.SECURITY_HOLDER, _quarantined),
    _Rule(lambda facts: facts.is_ours, TwinClass.OURS, _ours),
    _Rule(lambda facts: facts.is_low_stub, TwinClass.PLACEHOLDER, _low_stub),
    _Rule(lambda facts: facts.is_high_stub, TwinClass.PLACEHOLDER, _high_stub),
    _Rule(_is_unrelated, TwinClass.UNRELATED_OLDER, _unrelated),
    _Rule(lambda facts: any(sign(facts) for sign in SUSPICIOUS_SIGNS), TwinClass.NEW_AND_SUSPICIOUS, _suspicious),
    _Rule(lambda _facts: True, TwinClass.UNDETERMINED, _undetermined),
)


def classify(facts: TwinFacts) -> Classification:
    """Say what a twin is, and why; total: what no rule speaks of is undetermined."""
    rule = next(rule for rule in _RULES if rule.applies(facts))
    return Classification(rule.kind, rule.why(facts))
