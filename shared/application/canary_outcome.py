"""What came of a trial of the canary, as the register tells it, and what people are told where it is overdue."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from shared.domain.canary import FOUND_WITHIN, OVERDUE_AFTER, Measure, Trial, measured
from shared.domain.findings import whole_organization
from shared.domain.notices import Notice, NoticeKind
from shared.ports import Register

_EXPECTED: Final = (
    f"the switch set back within {FOUND_WITHIN // timedelta(minutes=1)} minutes, and the package protected within "
    f"{OVERDUE_AFTER // timedelta(hours=1)} hours"
)


async def measure(register: Register, trial: Trial) -> Measure | None:
    """Return how long it took, by the times of the case's own events; None = it is not over."""
    stored = await register.case(trial.feed, trial.name)
    # The chain grows by some events a day, and is read only where it has a new one.
    if stored is None or stored.case.updated_at < trial.since:
        return None
    return measured([event async for event in register.events(trial.feed, trial.name)], trial.since)


async def state(register: Register, trial: Trial) -> str:
    """Say in words how far Feedwarden came."""
    stored = await register.case(trial.feed, trial.name)
    if stored is None:
        return "nobody noticed the version: there is no case"
    case = stored.case
    return f"the case is {case.state} since {case.updated_at:%Y-%m-%d %H:%M} UTC ({', '.join(case.reasons)})"


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
