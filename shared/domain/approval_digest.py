"""The digest of an approval's record: of everything in it that decides about rights."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from shared.domain.approvals import Actor, Approval, Ask, Vote

# A further member makes another digest of every record that is kept, so the events of before would speak against it:
# where one is added, it stands in the document only if it is set.
_SCHEMA: Final = 1
_RECORD: Final = "record "


def record_digest(approval: Approval) -> str:
    """Return the SHA-256 of what an approval decides, in hexadecimal digits.

    Left out are names and reasons, which rows shorten, and the evidence pack, which has a digest of its own.
    """
    canonical = json.dumps(_document(approval), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def record_word(approval_id: str) -> str:
    """Return under which word an event tells the digest of an approval's record."""
    return f"{_RECORD}{approval_id}"


def recorded_id(word: str) -> str | None:
    """Return which approval a word of an event tells the record of; None = of none."""
    return word.removeprefix(_RECORD) if word.startswith(_RECORD) else None


def _document(approval: Approval) -> Mapping[str, object]:
    grant, ending = approval.grant, approval.ending
    return {
        "schema": _SCHEMA,
        "id": approval.approval_id,
        "feed": [approval.feed.organization, approval.feed.project_id, approval.feed.feed_id],
        "package": [approval.name.ecosystem.value, approval.name.canonical],
        "state": approval.state.value,
        "opened_at": _moment(approval.opened_at),
        "link_until": _moment(approval.link_until),
        "evidence": approval.digest,
        "asks": [_said(ask) for ask in approval.asks],
        # Rows hold whole seconds.
        "grant": None if grant is None else [grant.version, grant.period // timedelta(seconds=1)],
        "votes": [[*_said(vote), vote.emergency] for vote in approval.votes],
        "granted_at": _moment(approval.granted_at),
        "saved_before": list(approval.saved_before),
        "switched_at": _moment(approval.switched_at),
        "until": _moment(approval.until),
        "warned": approval.warned,
        "closing_as": None if approval.closing_as is None else approval.closing_as.value,
        "reopens": approval.reopens,
        "ending": None if ending is None else [_moment(ending.at), _person(ending.actor)],
    }


def _said(said: Ask | Vote) -> list[object]:
    return [_person(said.actor), _moment(said.at)]


def _person(actor: Actor | None) -> list[str] | None:
    return None if actor is None else [actor.tenant, actor.object_id]


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()
