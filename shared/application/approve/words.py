"""What the audit chain and letters tell of an approval, in plain texts under keys that both share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from shared.domain.approvals import Actor, Approval, Grant

WITHIN: Final = ", within "


def approval_details(approval: Approval, *, actor: Actor | None, said: str) -> dict[str, str]:
    """Tell of one step of an approval: which, who (nobody = Feedwarden itself), what they said, and what is allowed."""
    told = {
        "request": approval.approval_id,
        "who": "Feedwarden" if actor is None else actor.name or actor.object_id,
        "who id": "" if actor is None else f"{actor.tenant}/{actor.object_id}",
        "said": said,
        "asked by": ", ".join(ask.actor.name or ask.actor.object_id for ask in approval.asks) or "Feedwarden",
        "allows": "" if approval.grant is None else allows(approval.grant),
        "until": "" if approval.until is None else moment(approval.until),
        "evidence digest": approval.digest,
    }
    return {key: text for key, text in told.items() if text}


def allows(grant: Grant) -> str:
    """Say what a grant allows, and for how long."""
    if grant.version is not None:
        return f"exactly version {grant.version}{WITHIN}{_count(grant.period // timedelta(minutes=1), 'minute')}"
    hours = grant.period // timedelta(hours=1)
    return f"all versions, for {_count(hours // 24, 'day') if hours % 24 == 0 else _count(hours, 'hour')}"


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def moment(at: datetime) -> str:
    """Write a time for people anywhere."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
