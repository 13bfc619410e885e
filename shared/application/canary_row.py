"""The row that the canary's exercise is kept in, and what readiness reads out of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from shared.domain.canary import SILENT_AFTER, Exercise, Phase, Trial, elapsed
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName
from shared.errors import RefusedName
from shared.ports import Clock, Cursor, Cursors

KEY: Final = "canary"
_SCHEMA: Final = 1


def exercise_text(exercise: Exercise) -> str:
    """Return the row's value."""
    trial = exercise.trial
    row = {
        "schema": _SCHEMA,
        "phase": exercise.phase.value,
        "trial": None if trial is None else _trial_row(trial),
        "protected_at": _text(exercise.protected_at),
        "seconds": exercise.seconds,
        "to_auto_seconds": exercise.to_auto_seconds,
        "failed": exercise.failed,
        "refused": exercise.refused,
        "refused_at": _text(exercise.refused_at),
        "seen": exercise.seen,
        "missing_since": _text(exercise.missing_since),
    }
    return json.dumps(row)


def read_exercise(row: Cursor | None) -> Exercise | None:
    """Read a row; no row is an exercise that never was. None = it cannot be read, and a switch may stand open."""
    try:
        return Exercise() if row is None else _exercise(json.loads(row.value))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, RefusedName):
        return None


def _trial_row(trial: Trial) -> dict[str, Any]:
    moments = {"begun_at": _text(trial.begun_at), "since": _text(trial.since)}
    return {**moments, "version": trial.version, "feed": asdict(trial.feed), "name": trial.name.spelling}


def _exercise(row: dict[str, Any]) -> Exercise:
    if row["schema"] != _SCHEMA:
        raise ValueError("a row of another release")
    phase, trial = Phase(row["phase"]), None if row["trial"] is None else _trial(row["trial"])
    if trial is None and phase is not Phase.REST:
        raise ValueError("an exercise that is under way, and does not say of what")
    return Exercise(
        phase=phase,
        trial=trial,
        protected_at=_moment(row["protected_at"]),
        seconds=float(row["seconds"]),
        to_auto_seconds=float(row["to_auto_seconds"]),
        failed=str(row["failed"]),
        refused=str(row["refused"]),
        refused_at=_moment(row["refused_at"]),
        # A row that was written before these members were is one in which nothing was noted.
        seen=_number(row.get("seen", 0)),
        missing_since=_moment(row.get("missing_since")),
    )


def _trial(row: dict[str, Any]) -> Trial:
    feed = row["feed"]
    project_id = None if feed["project_id"] is None else str(feed["project_id"])
    begun_at, since = _moment(row["begun_at"]), _moment(row["since"])
    if begun_at is None or since is None:
        raise ValueError("a trial without its times")
    ref = FeedRef(str(feed["organization"]), project_id, str(feed["feed_id"]))
    return Trial(begun_at, since, str(row["version"]), ref, PackageName.of(Ecosystem.NPM, str(row["name"])))


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(value: Any) -> datetime | None:  # noqa: ANN401  # comes from JSON
    if value is None:
        return None
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a moment without its zone")
    return moment


def _number(value: Any) -> int:  # noqa: ANN401  # comes from JSON
    if not isinstance(value, int):
        raise TypeError("no number")
    return value


@dataclass(frozen=True, slots=True)
class Accepted:
    """Tells whether a package is the canary, not by the settings alone: the gate must have let its exercise begin.

    A refusal takes that back; a look that failed does not. `name` None = no canary is configured.
    """

    cursors: Cursors
    name: PackageName | None

    async def covers(self, feed: FeedRef, name: PackageName) -> bool:
        """Say whether it is internal in this feed for the sake of exercises only, and nobody's to install."""
        if name != self.name:
            return False
        exercise = read_exercise(await self.cursors.read(KEY))
        trial = None if exercise is None else exercise.trial
        return trial is not None and (trial.feed, trial.name) == (feed, name)


@dataclass(frozen=True, slots=True)
class CanaryReport:
    """Tells readiness how the exercise stands."""

    cursors: Cursors
    clock: Clock

    async def tell(self) -> tuple[bool, str]:
        """Return whether all is well, and the state in words."""
        row = await self.cursors.read(KEY)
        exercise = read_exercise(row)
        if row is None:
            return False, "silent: the timer exercise_canary has not run yet"
        if exercise is None:
            return False, "what was kept of the exercise cannot be read: its switch may stand open, and is to be closed"
        trouble = "; ".join(filter(None, [_trouble_of_feed(exercise), _trouble(exercise, self.clock())]))
        last = exercise.protected_at
        proved = "never protected yet"
        if last is not None:
            proved = f"last protected {last:%Y-%m-%d %H:%M} UTC, {exercise.seconds:.0f} seconds after the publish"
        under_way = "; an exercise is under way" * (exercise.phase is not Phase.REST)
        return not trouble, f"{trouble}{'; ' * bool(trouble)}{proved}{under_way}"


def _trouble_of_feed(exercise: Exercise) -> str:
    since = exercise.missing_since
    if since is None:
        return ""
    lacked = f"no list of feeds has its feed since {since:%Y-%m-%d %H:%M} UTC"
    return f"its switch may stand open: {lacked}: deleted, or no right to see it"


def _trouble(exercise: Exercise, now: datetime) -> str:
    if exercise.refused:
        return f"not exercised: {exercise.refused}"
    if exercise.failed:
        return f"overdue: {exercise.failed}"
    begun_at = None if exercise.trial is None else exercise.trial.begun_at
    # What never went well is counted from its beginning.
    known_at = exercise.protected_at or begun_at
    if known_at is not None and elapsed(known_at, now) == timedelta.max:
        return f"unknown: {known_at:%Y-%m-%d %H:%M} UTC lies in the future; a clock was wrong"
    if known_at is None or elapsed(known_at, now) > SILENT_AFTER:
        return "silent: is the timer exercise_canary running?"
    return ""
