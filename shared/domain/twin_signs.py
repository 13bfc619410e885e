"""What can be told of a public twin beside ours: single signs, each in words. twin_class.py weighs them.

Versions, accounts and descriptions are public data: the words that repeat them are as untrusted as they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from shared.domain.advisories import Advisories, AdvisoryState
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.ours import Ours
from shared.domain.twins import Presence, PublicTwin
from shared.domain.version_jumps import jump, jumped

# How the adapters word what registries do to names; a test holds them to it.
PLACEHOLDER_DETAIL: Final = "all its versions are numbered as the registry's placeholders are"
QUARANTINE_DETAIL: Final = "the registry put the project in quarantine"

# npm's own account: its people publish the placeholders with it, and nobody else can.
NPM_ACCOUNT: Final = "npm"

# A package all of whose versions came within this time has no history that would speak for it.
YOUNG: Final = timedelta(days=30)
# A stub is published once, and perhaps once again to mend its text; whoever goes on publishing uses the name.
MOST_STUB_RELEASES: Final = 2
# The version of the stubs that companies publish against confusion: so high that nobody's own can win against it.
HIGH_STUB_VERSION: Final = "999.9.9"

_STUB_VERSION: Final = re.compile(r"0\.0\.[01](?:[-.+a-z].*)?", re.IGNORECASE | re.ASCII)
_STUB_WORDS: Final = re.compile(
    r"\b(?:place[- ]?holder|reserv(?:ed|es|ing|ation)|dependency[- ]confusion|name[- ]?squatting)\b", re.IGNORECASE
)
# People who try an attack out call it by its name as well.
_ATTACK_WORDS: Final = re.compile(
    r"\b(?:poc|proof[- ]of[- ]concept|bug[- ]?bounty|vdp|pen[- ]?test\w*|red[- ]?team\w*|research\w*)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class OwnHistory:
    """Our side: when the feed first saw an internal version, and the highest internal one; None = not known."""

    first_published: datetime | None
    latest_version: str | None


@dataclass(frozen=True, slots=True)
class TwinFacts:
    """What a twin is classified by. Where its repository is said to be is not among it: anyone can write ours."""

    name: PackageName
    twin: PublicTwin
    own: OwnHistory
    advisories: Advisories
    ours: Ours

    @property
    def is_called_malicious(self) -> bool:
        """Whether an advisory says so."""
        return self.advisories.state is AdvisoryState.MALICIOUS

    @property
    def is_taken(self) -> bool:
        """Whether the name is known to be taken."""
        return self.twin.presence in (Presence.PRESENT, Presence.TOMBSTONE)

    @property
    def is_held_by_npm(self) -> bool:
        """Whether npm's own placeholder stands there: anyone can publish its number, only npm with npm's account."""
        twin = self.twin
        is_theirs = self.name.ecosystem is Ecosystem.NPM and set(twin.publishers) == {NPM_ACCOUNT}
        return self.is_tombstone(PLACEHOLDER_DETAIL) and is_theirs and twin.install_scripts == ()

    def is_tombstone(self, detail: str) -> bool:
        """Say whether the name is taken in that way, in the adapter's words: it has seen every version."""
        return self.twin.presence is Presence.TOMBSTONE and self.twin.detail == detail

    @property
    def is_ours(self) -> bool:
        """Whether only accounts of ours publish it; maintainers and repository do not count: anyone writes those."""
        allowed = self.ours.publishers.get(self.name.ecosystem, frozenset())
        return self.is_taken and bool(self.twin.publishers) and set(self.twin.publishers) <= allowed

    @property
    def is_older(self) -> bool:
        """Whether it is known to be older than ours."""
        theirs, own = self.twin.first_published, self.own.first_published
        return theirs is not None and own is not None and theirs < own

    @property
    def is_ordinary_beside_ours(self) -> bool:
        """Whether both versions are known, and theirs is not suspiciously high."""
        return jumped(self.twin.latest_version, self.own.latest_version) is False

    @property
    def jump(self) -> str:
        """How far it is above ours, in words; empty = it is not."""
        return jump(self.twin.latest_version, self.own.latest_version)

    @property
    def says_stub(self) -> bool:
        """Whether it calls itself a stub, and nothing else it tells says otherwise.

        Its name is not asked: it is our name too, so its words are ours.
        """
        twin, text = self.twin, self.twin.description
        is_small = twin.releases is not None and twin.releases <= MOST_STUB_RELEASES and not twin.install_scripts
        return self.is_taken and is_small and bool(_STUB_WORDS.search(text)) and not _ATTACK_WORDS.search(text)

    @property
    def is_low_stub(self) -> bool:
        """Whether it is a stub with a version that nobody would choose for a real one."""
        return self.says_stub and bool(_STUB_VERSION.fullmatch(self.twin.latest_version or ""))

    @property
    def is_high_stub(self) -> bool:
        """Whether it is a stub with the version that is above everybody's."""
        return self.says_stub and self.twin.latest_version == HIGH_STUB_VERSION


def day(moment: datetime | None) -> str:
    """Return a date for people."""
    return "an unknown day" if moment is None else moment.astimezone(UTC).date().isoformat()


def appeared_after_ours(facts: TwinFacts) -> str:
    """Tell that the name was taken when it was already ours; empty = it was not, or nobody knows."""
    theirs, own = facts.twin.first_published, facts.own.first_published
    if theirs is None or own is None or theirs < own:
        return ""
    if day(theirs) == day(own):
        return f"it was first published on {day(theirs)}, the same day as ours{', after it' if theirs > own else ''}"
    return f"it was first published on {day(theirs)}, ours on {day(own)}"


def stands_too_high(facts: TwinFacts) -> str:
    """Tell that the version was chosen to win; empty = it was not, or nobody knows."""
    if not jumped(facts.twin.latest_version, facts.own.latest_version):
        return ""
    return facts.jump or f"its version {facts.twin.latest_version} is higher than versions usually become"


def runs_without_history(facts: TwinFacts) -> str:
    """Tell that a young package runs something on installation; empty = it does not, or nobody knows."""
    age = _known_life(facts.twin)
    if not facts.twin.install_scripts or age is None or age >= YOUNG:
        return ""
    scripts = ", ".join(facts.twin.install_scripts)
    return f"it runs install scripts ({scripts}), and all its versions came within {YOUNG.days} days"


def _known_life(twin: PublicTwin) -> timedelta | None:
    """Return the time between the first and the latest version: an age that needs no clock."""
    if twin.releases == 1:
        return timedelta(0)
    if twin.first_published is None or twin.latest_published is None:
        return None
    return twin.latest_published - twin.first_published


SUSPICIOUS_SIGNS: Final = (appeared_after_ours, stands_too_high, runs_without_history)
