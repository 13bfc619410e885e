"""What has happened to an approval, step by step. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from shared.application.approve.words import allows
from shared.domain.approvals import Approval
from shared.web.words import STANDINGS, person


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened: when, in words, and what the person said to it."""

    at: datetime
    what: str
    said: str = ""


def steps_of(approval: Approval) -> tuple[Step, ...]:
    """Return the steps in the order in which they happened."""
    return tuple(sorted(_steps(approval), key=lambda step: step.at))


def _steps(approval: Approval) -> Iterator[Step]:
    if not approval.asks:
        yield Step(approval.opened_at, "Feedwarden asked the owners of the feed.")
    for ask in approval.asks:
        yield Step(ask.at, f"{person(ask.actor)} asked for versions from outside.", ask.reason)
    grant = "" if approval.grant is None else f" to allow {allows(approval.grant)}"
    for vote in approval.votes:
        alone = ", alone because of an emergency" if vote.emergency else ""
        yield Step(vote.at, f"{person(vote.actor)} agreed{grant}{alone}.", vote.reason)
    if approval.granted_at is not None:
        yield Step(approval.granted_at, "With that, it was allowed.")
    if approval.switched_at is not None:
        yield Step(approval.switched_at, "Feedwarden opened the feed for it.")
    if approval.ending is not None:
        ending = approval.ending
        state = approval.closing_as or approval.state
        yield Step(ending.at, f"{STANDINGS[state].word}, by {person(ending.actor)}.", ending.why)
