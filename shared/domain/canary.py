"""The canary: a harmless package on which the whole way from a publish to a proof is tried every day."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from shared.domain.audit import AuditEvent
from shared.domain.cases import CaseEvent
from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName

MARK: Final = "canary"
"""What the package's name must contain, so that people see what it is; its versions tell that it is no real package."""

EVERY: Final = timedelta(hours=23)
"""From one beginning to the next. No multiple of the time between two sweeps, so beginnings do not keep a place among
them: a sweep that always came just after would hide a watch that is dead."""

BEGIN_WITHIN: Final = timedelta(minutes=15)
"""An exercise that could not be begun for so long is given up."""

OVERDUE_AFTER: Final = timedelta(hours=4)
"""Until the proof. Azure Artifacts may take three hours to follow a switch, and a proof waits for that."""

FOUND_WITHIN: Final = timedelta(minutes=30)
"""Until the switch was set back. Nothing has to spread for that, and the watch takes a minute or two: what takes longer
was found by the next sweep, and nobody is watching."""

SILENT_AFTER: Final = timedelta(hours=28)
"""A turn, the bound, and an hour over.

Who hears nothing of a protected canary for so long knows that the last exercise failed, or that there was none."""

SKEW: Final = timedelta(minutes=5)
"""By so much two clocks may differ."""

_VERSION: Final = re.compile(r"1\.([0-9]{8})\.([0-9]{1,6})")


class Phase(StrEnum):
    """Where the exercise stands.

    `beginning` = the intent is on record, and the switch may stand open; `running` = the version is published, and it
    is for the rest of Feedwarden to find out; `closing` = the outcome is known, and the switch is seen to.
    """

    REST = "rest"
    BEGINNING = "beginning"
    RUNNING = "running"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class Trial:
    """One exercise, from its intent on, whatever the settings say meanwhile.

    `since` is the moment just before the newest attempt to open the switch and to publish: what is measured begins
    there.
    """

    begun_at: datetime
    since: datetime
    version: str
    feed: FeedRef
    name: PackageName


@dataclass(frozen=True, slots=True)
class Measure:
    """How long it took until the switch was set back, and until the protection was proved."""

    protected_at: datetime
    seconds: float
    to_auto_seconds: float


@dataclass(frozen=True, slots=True)
class Exercise:
    """How the newest trial stands, and what came of those before.

    `protected_at`, `seconds` and `to_auto_seconds` are of the last one that ended well; `failed` says why the newest
    did not, `refused` why none can begin. `seen` is the number of the case's newest event that was looked at in this
    trial; `missing_since` says since when no list of feeds has the feed whose switch is to be closed.
    """

    phase: Phase = Phase.REST
    trial: Trial | None = None
    protected_at: datetime | None = None
    seconds: float = 0.0
    to_auto_seconds: float = 0.0
    failed: str = ""
    refused: str = ""
    refused_at: datetime | None = None
    seen: int = 0
    missing_since: datetime | None = None

    def is_under_way(self, trial: Trial) -> bool:
        """Say whether it is this trial, whichever attempt of it, and its switch is to stand open."""
        same = self.trial is not None and (self.trial.version, self.trial.feed, self.trial.name) == (
            trial.version,
            trial.feed,
            trial.name,
        )
        return same and self.phase in {Phase.BEGINNING, Phase.RUNNING}

    def protected(self, measure: Measure) -> Exercise:
        """Return it as one that ended well, its switch yet to be seen to."""
        return replace(
            self,
            phase=Phase.CLOSING,
            protected_at=measure.protected_at,
            seconds=round(measure.seconds, 1),
            to_auto_seconds=round(measure.to_auto_seconds, 1),
            failed="",
        )

    def figures(self) -> dict[str, float]:
        """Return what was measured, as the log tells it."""
        return {"seconds": self.seconds, "to_auto_seconds": self.to_auto_seconds}


def elapsed(moment: datetime, now: datetime) -> timedelta:
    """Return how long ago a moment was. One that lies ahead was told by a clock that was wrong: as long as can be."""
    return timedelta.max if moment - now > SKEW else now - moment


def version_of(begun_at: datetime) -> str:
    """Return the version that an exercise publishes: it tells its beginning, so a repeat publishes the same."""
    # SemVer allows no leading zeros.
    return f"1.{begun_at:%Y%m%d}.{int(f'{begun_at:%H%M%S}')}"


def is_exercise(version: str) -> bool:
    """Say whether a version is of the form that exercises publish, and no other package is numbered in."""
    read = _VERSION.fullmatch(version)
    if read is None:
        return False
    try:
        moment = datetime.strptime(f"{read[1]} {read[2]:0>6} +0000", "%Y%m%d %H%M%S %z")
    except ValueError:
        return False
    return version_of(moment) == version


def measured(events: Iterable[AuditEvent], since: datetime) -> Measure | None:
    """Read off the case's own events, in their order, when Feedwarden closed the switch and saw that it holds.

    None = it did not, or somebody else did: a switch that was set back by hand has no `enforcement-sent`.
    """
    sent: datetime | None = None
    for event in events:
        if event.at < since:
            continue
        if event.kind is CaseEvent.ENFORCEMENT_SENT and sent is None:
            sent = event.at
        elif event.kind is CaseEvent.FOUND_PROTECTED and sent is not None:
            return Measure(event.at, (event.at - since).total_seconds(), (sent - since).total_seconds())
    return None
