"""The life of a case: one package in one feed, from the first thing worth saying to its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from shared.domain.evidence import UpstreamingBehavior
from shared.domain.evidence_pack import EvidencePack
from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName
from shared.domain.policy import Mode, Protection, Scenario
from shared.domain.reasons import Reason
from shared.domain.twins import PublicTwin
from shared.errors import IllegalTransition


class CaseState(StrEnum):
    """Where a case stands. `new` is the state of a case that no row exists for."""

    NEW = "new"
    UNKNOWN = "unknown"
    DRIFTED = "drifted"
    EXPOSED = "exposed"
    ENFORCING = "enforcing"
    PENDING = "pending"
    PROTECTED = "protected"
    ALLOWED = "allowed"
    ABANDONED = "abandoned"
    CLOSED = "closed"


class CaseEvent(StrEnum):
    """What can happen to a case; each one is kept in the audit chain."""

    FOUND_UNKNOWN = "found-unknown"
    FOUND_DRIFTED = "found-drifted"
    FOUND_EXPOSED = "found-exposed"
    FOUND_PENDING = "found-pending"
    FOUND_PROTECTED = "found-protected"
    FOUND_ALLOWED = "found-allowed"
    FOUND_SAFE = "found-safe"
    ENFORCEMENT_INTENDED = "enforcement-intended"
    ENFORCEMENT_SENT = "enforcement-sent"
    ENFORCEMENT_REFUSED = "enforcement-refused"
    CHECK_ABANDONED = "check-abandoned"
    APPROVAL_ASKED = "approval-asked"
    APPROVAL_SUPPORTED = "approval-supported"
    APPROVAL_GRANTED = "approval-granted"
    APPROVAL_DECLINED = "approval-declined"
    APPROVAL_UNANSWERED = "approval-unanswered"
    APPROVAL_WITHDRAWN = "approval-withdrawn"
    APPROVAL_OPENING = "approval-opening"
    APPROVAL_OPENED = "approval-opened"
    APPROVAL_LAPSED = "approval-lapsed"
    APPROVAL_EXPIRING = "approval-expiring"
    APPROVAL_EXPIRED = "approval-expired"
    APPROVAL_COMPLETED = "approval-completed"
    APPROVAL_REVOKED = "approval-revoked"


_S, _E = CaseState, CaseEvent

_FOUND: Final[Mapping[CaseEvent, CaseState]] = MappingProxyType(
    {
        _E.FOUND_UNKNOWN: _S.UNKNOWN,
        _E.FOUND_DRIFTED: _S.DRIFTED,
        _E.FOUND_EXPOSED: _S.EXPOSED,
        _E.FOUND_PROTECTED: _S.PROTECTED,
        _E.FOUND_ALLOWED: _S.ALLOWED,
        _E.FOUND_SAFE: _S.CLOSED,
        _E.ENFORCEMENT_INTENDED: _S.ENFORCING,
        _E.CHECK_ABANDONED: _S.ABANDONED,
    }
)

# What people and their approvals do moves no case by itself: the checks that follow do. Only where the switch is about
# to be opened, the case says so before it happens.
_APPROVAL_EVENTS: Final = tuple(event for event in CaseEvent if event.value.startswith("approval-"))


def _approvals(state: CaseState) -> dict[CaseEvent, CaseState]:
    return dict.fromkeys(_APPROVAL_EVENTS, state) | {_E.APPROVAL_OPENING: _S.ALLOWED}


# Nothing was changed yet, so nothing can be pending; and a package that is safe gets no case.
_FROM_NEW: Final[Mapping[CaseEvent, CaseState]] = {
    event: state for event, state in _FOUND.items() if event is not _E.FOUND_SAFE
}
_FROM_ANY: Final[Mapping[CaseEvent, CaseState]] = {**_FOUND, _E.FOUND_PENDING: _S.PENDING}
# The intent is on record and the PATCH may have been sent: no judgement may forget that, so only
# the outcome of the enforcement, or giving up, leads away.
_FROM_ENFORCING: Final[Mapping[CaseEvent, CaseState]] = {
    _E.ENFORCEMENT_SENT: _S.PENDING,
    _E.ENFORCEMENT_REFUSED: _S.EXPOSED,
    # Visible by its event, its notice and an unknown verdict; the intent still has to be resolved.
    _E.CHECK_ABANDONED: _S.ENFORCING,
}

TRANSITIONS: Final[Mapping[CaseState, Mapping[CaseEvent, CaseState]]] = MappingProxyType(
    {state: {**_FROM_ANY, **_approvals(state)} for state in _S} | {_S.NEW: _FROM_NEW, _S.ENFORCING: _FROM_ENFORCING}
)

FINDING_OF: Final[Mapping[Protection, CaseEvent]] = MappingProxyType(
    {
        Protection.PROTECTED: _E.FOUND_PROTECTED,
        Protection.PENDING: _E.FOUND_PENDING,
        Protection.EXPOSED: _E.FOUND_EXPOSED,
        Protection.ALLOWED: _E.FOUND_ALLOWED,
        Protection.NOT_AT_RISK: _E.FOUND_SAFE,
        Protection.UNKNOWN: _E.FOUND_UNKNOWN,
    }
)


def next_state(state: CaseState, event: CaseEvent) -> CaseState:
    """Apply one event.

    Raises:
        IllegalTransition: the table has no row for it.
    """
    try:
        return TRANSITIONS[state][event]
    except KeyError as error:
        raise IllegalTransition(f"a case that is {state} knows no {event}") from error


@dataclass(frozen=True, slots=True)
class Case:
    """The life of one package in one feed, as it stands; the unit of state.

    `package_id` is the feed's own id of the package, where it was seen. `previous_behavior` is
    what stood before our last change of the switch, `changed_at` when that change was sent.
    `sequence` and `head` are the number and the hash of the newest audit event. `pack` is what is known of the twin,
    `evidence_digest` its digest, `twin_seen_at` when it was first seen; all three are missing where none was seen.
    `approval_id` names the newest approval, alive or past; `approved_versions` are the saved external versions that
    came in with an owner's permission.
    """

    feed: FeedRef
    feed_title: str
    name: PackageName
    state: CaseState
    protection: Protection
    scenario: Scenario | None
    reasons: tuple[Reason, ...]
    mode: Mode
    behavior: UpstreamingBehavior | None
    previous_behavior: UpstreamingBehavior | None
    twin: PublicTwin
    saved_external: tuple[str, ...]
    opened_at: datetime
    updated_at: datetime
    changed_at: datetime | None
    sequence: int
    head: str
    note: str = ""
    package_id: str | None = None
    pack: EvidencePack | None = None
    evidence_digest: str = ""
    twin_seen_at: datetime | None = None
    approval_id: str = ""
    approved_versions: tuple[str, ...] = ()
