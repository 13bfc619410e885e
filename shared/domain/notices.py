"""Notices: what goes to people, written in the same transaction as the change that causes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.domain.feeds import FeedRef


class NoticeKind(StrEnum):
    """Why people are told."""

    COLLISION_BLOCKED = "collision-blocked"
    COLLISION_REPORTED = "collision-reported"
    INTERNAL_ELSEWHERE = "internal-elsewhere"
    PROTECTION_CONFIRMED = "protection-confirmed"
    PROTECTION_NOT_HOLDING = "protection-not-holding"
    CONTAMINATION_FOUND = "contamination-found"
    SWITCH_LEFT_OPEN = "switch-left-open"
    SWITCH_CLOSED = "switch-closed"
    CANNOT_BE_JUDGED = "cannot-be-judged"
    CHECK_ABANDONED = "check-abandoned"
    LOOK_ALIKE_FOUND = "look-alike-found"
    TWIN_APPEARED = "twin-appeared"
    TWIN_CHANGED = "twin-changed"
    APPROVAL_ASKED = "approval-asked"
    APPROVAL_GRANTED = "approval-granted"
    APPROVAL_DECLINED = "approval-declined"
    APPROVAL_EXPIRING = "approval-expiring"
    APPROVAL_EXPIRED = "approval-expired"
    APPROVAL_COMPLETED = "approval-completed"
    APPROVAL_REVOKED = "approval-revoked"
    APPROVAL_LAPSED = "approval-lapsed"
    UNAPPROVED_VERSION_SAVED = "unapproved-version-saved"
    WATCH_LOSSY = "watch-lossy"
    ORGANIZATION_POLICY_OFF = "organization-policy-off"
    HOOKS_NOT_DELIVERING = "hooks-not-delivering"
    CANARY_OVERDUE = "canary-overdue"


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice: `notice_id` is unique and sorts by time; `facts` are plain texts for people."""

    notice_id: str
    kind: NoticeKind
    feed: FeedRef
    subject: str
    at: datetime
    facts: Mapping[str, str]
