"""What came of a trial of the canary, as feed and register tell it, and what people are told where it is overdue."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.domain.canary import FOUND_WITHIN, OVERDUE_AFTER, Measure, Trial, elapsed, measured
from shared.domain.feeds import Feed
from shared.domain.findings import whole_organization
from shared.domain.notices import Notice, NoticeKind
from shared.errors import UpstreamError
from shared.logs import told
from shared.ports import FeedService, Register

logger = logging.getLogger(__name__)

_EXPECTED: Final = (
    f"the switch set back within {FOUND_WITHIN // timedelta(minutes=1)} minutes, and the package protected within "
    f"{OVERDUE_AFTER // timedelta(hours=1)} hours"
)


@dataclass(frozen=True, slots=True)
class Look:
    """What the register told: `seen` = the newest event that was looked at; no `measure` = it is not over.

    `unread` says why it told nothing.
    """

    seen: int
    measure: Measure | None = None
    unread: str = ""


async def is_published(service: FeedService, feed: Feed, trial: Trial) -> bool:
    """Say whether the feed holds the trial's version."""
    package = await service.find_package(feed, trial.name)
    held = () if package is None else await service.versions(feed, package)
    return any(version.version == trial.version for version in held)


async def look(register: Register, trial: Trial, *, seen: int) -> Look:
    """Look how long it took, by the times of the case's own events.

    What cannot be read, or not now, is neither success nor failure: the clock decides then.
    """
    try:
        stored = await register.case(trial.feed, trial.name)
        # Events are read only where there is one that was not looked at: the chain keeps those of every day.
        if stored is None or stored.case.updated_at < trial.since or stored.case.sequence == seen:
            return Look(seen)
        events = [event async for event in register.events(trial.feed, trial.name)]
    except UpstreamError as error:
        logger.warning(told("the canary's case cannot be read", package=trial.name, error=error))
        return Look(seen, unread=_unread(error))
    return Look(stored.case.sequence, measured(events, trial.since))


async def state(register: Register, trial: Trial, now: datetime) -> str:
    """Say in words how far Feedwarden came."""
    if elapsed(trial.since, now) == timedelta.max:
        return f"its beginning lies in the future, {trial.since:%Y-%m-%d %H:%M} UTC: a clock was wrong"
    try:
        stored = await register.case(trial.feed, trial.name)
    except UpstreamError as error:
        return _unread(error)
    if stored is None:
        return "nobody noticed the version: there is no case"
    case = stored.case
    return f"the case is {case.state} since {case.updated_at:%Y-%m-%d %H:%M} UTC ({', '.join(case.reasons)})"


def _unread(error: UpstreamError) -> str:
    return f"its case cannot be read: {error}"


def found_late(measure: Measure) -> str:
    """Say in words that the switch was set back too late, however well it went then; empty = it was not."""
    if measure.to_auto_seconds <= FOUND_WITHIN.total_seconds():
        return ""
    minutes = f"{measure.to_auto_seconds / 60:.0f} minutes after the publish"
    return f"found late: the switch was set back {minutes}, and protected at {measure.protected_at:%Y-%m-%d %H:%M} UTC"


def overdue(trial: Trial, state: str, at: datetime) -> Notice:
    """Return the one notice of a trial that failed; its id is the trial's, so that a repeat is seen to be one."""
    kind, organization = NoticeKind.CANARY_OVERDUE, trial.feed.organization
    # Neither feed nor package in the words that rules match: what mutes the canary's daily letters must not mute this.
    facts = {
        "canary": str(trial.name),
        "since": f"{trial.since:%Y-%m-%d %H:%M} UTC",
        "state": state,
        "expected": _EXPECTED,
    }
    notice_id, subject = f"{kind.value}-{trial.version}", f"{organization}/{kind.value}"
    return Notice(notice_id, kind, whole_organization(organization), subject, at, facts)
