"""The evidence pack as rows of a page. Pure.

What nobody told says so: an empty place would read as "nothing".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.domain.evidence_pack import EvidencePack
from shared.domain.letter_causes import (
    ADVISORIES,
    CLAIMS,
    NO_REPOSITORY,
    NO_SCRIPTS,
    NOT_KNOWN,
    PRESENCES,
    SCRIPTS_NOT_TOLD,
    TWINS,
)
from shared.domain.twins import PublicTwin
from shared.web.words import TWIN_TONES

_MOST_NAMES: Final = 12


@dataclass(frozen=True, slots=True)
class Comparison:
    """One line of the table that sets the public package beside ours; None = not known."""

    label: str
    theirs: datetime | str | None
    ours: datetime | str | None


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known of the public package."""

    label: str
    text: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EvidenceRows:
    """What a page shows of a pack."""

    tone: str
    verdict: str
    why: str
    comparisons: tuple[Comparison, ...]
    jump: str
    facts: tuple[Fact, ...]
    asked_at: datetime | None
    digest: str


def evidence_rows(pack: EvidencePack) -> EvidenceRows:
    """Return what the page shows of a pack."""
    kind = pack.classification.kind
    return EvidenceRows(
        tone=TWIN_TONES[kind],
        verdict=TWINS[kind][0],
        why=pack.classification.why,
        comparisons=(
            Comparison("First published", pack.twin.first_published, pack.own.first_published),
            Comparison("Highest version", pack.twin.latest_version, pack.own.latest_version),
        ),
        jump=pack.jump,
        facts=tuple(_facts(pack)),
        asked_at=pack.advisories.asked_at,
        digest=pack.digest(),
    )


def _facts(pack: EvidencePack) -> Iterator[Fact]:
    twin = pack.twin
    detail = f" ({twin.detail})" if twin.detail else ""
    yield Fact("On the registry", PRESENCES[twin.presence] + detail)
    if twin.name is not None and twin.name != pack.name.spelling:
        yield Fact("Its own spelling", twin.name)
    yield Fact("Last upload", "" if twin.latest_published else NOT_KNOWN, twin.latest_published)
    yield Fact("Versions", _releases(twin))
    yield Fact("Published by", _names(twin.publishers) or NOT_KNOWN)
    yield Fact("Maintainers it names", _names(twin.maintainers) or NOT_KNOWN)
    yield Fact("Runs when installed", _scripts(twin))
    yield Fact("Repository it names", _repository(pack))
    yield Fact("Says of itself", twin.description or "nothing")
    ids = _names(pack.advisories.ids)
    yield Fact("Advisories", ADVISORIES[pack.advisories.state] + (f": {ids}" if ids else ""))


def _releases(twin: PublicTwin) -> str:
    if twin.releases is None:
        return NOT_KNOWN
    return f"{twin.releases:,}" + (f", {twin.withdrawn:,} of them withdrawn" if twin.withdrawn else "")


def _scripts(twin: PublicTwin) -> str:
    if twin.install_scripts is None:
        return SCRIPTS_NOT_TOLD
    return _names(twin.install_scripts) or NO_SCRIPTS


def _repository(pack: EvidencePack) -> str:
    if not pack.twin.repository:
        return NO_REPOSITORY
    return pack.twin.repository + CLAIMS[pack.repository_is_ours]


def _names(names: tuple[str, ...]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
