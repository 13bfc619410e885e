"""Approvals: an owner's time-boxed, reasoned permission for external versions, from the question to the closed switch.

One package in one feed has at most one approval that is alive. It moves only together with its case, by the events of
the case's own chain, so the table below is keyed by them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from shared.domain.cases import CaseEvent
from shared.domain.evidence_pack import EvidencePack
from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName
from shared.errors import IllegalTransition

EXECUTE_WITHIN: Final = timedelta(hours=1)
"""A granted approval whose switch could not be opened for so long dies."""

QUIET_AFTER_DECLINE: Final = timedelta(days=30)
"""So long nobody asks again about the same evidence."""


class ApprovalState(StrEnum):
    """Where an approval stands. `new` is the state of one that no row exists for.

    `opening` = the intent to open the switch is on record; `closing` = it is over, and the switch is to be closed.
    """

    NEW = "new"
    OPEN = "open"
    GRANTED = "granted"
    OPENING = "opening"
    IN_FORCE = "in-force"
    CLOSING = "closing"
    DECLINED = "declined"
    UNANSWERED = "unanswered"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    EXPIRED = "expired"
    COMPLETED = "completed"
    REVOKED = "revoked"


_S, _E = ApprovalState, CaseEvent

ALIVE: Final = frozenset({_S.OPEN, _S.GRANTED, _S.OPENING, _S.IN_FORCE, _S.CLOSING})
"""What still waits for somebody or something."""

SWITCHED: Final = frozenset({_S.OPENING, _S.IN_FORCE})
"""Where the switch stands open, or may do so, with an owner's permission."""

APPROVAL_MOVES: Final[Mapping[ApprovalState, Mapping[CaseEvent, ApprovalState]]] = MappingProxyType(
    dict.fromkeys(_S, MappingProxyType({}))
    | {
        _S.NEW: {_E.APPROVAL_ASKED: _S.OPEN},
        _S.OPEN: {
            _E.APPROVAL_ASKED: _S.OPEN,
            _E.APPROVAL_SUPPORTED: _S.OPEN,
            _E.APPROVAL_GRANTED: _S.GRANTED,
            _E.APPROVAL_DECLINED: _S.DECLINED,
            _E.APPROVAL_UNANSWERED: _S.UNANSWERED,
            _E.APPROVAL_WITHDRAWN: _S.WITHDRAWN,
        },
        _S.GRANTED: {
            _E.APPROVAL_OPENING: _S.OPENING,
            _E.APPROVAL_LAPSED: _S.LAPSED,
            _E.APPROVAL_REVOKED: _S.REVOKED,
            _E.APPROVAL_WITHDRAWN: _S.WITHDRAWN,
        },
        # From here on the switch may be open: every end leads through closing it.
        _S.OPENING: {
            _E.APPROVAL_OPENED: _S.IN_FORCE,
            _E.APPROVAL_LAPSED: _S.CLOSING,
            _E.APPROVAL_REVOKED: _S.CLOSING,
        },
        _S.IN_FORCE: {
            _E.APPROVAL_EXPIRING: _S.IN_FORCE,
            _E.APPROVAL_EXPIRED: _S.CLOSING,
            _E.APPROVAL_COMPLETED: _S.CLOSING,
            _E.APPROVAL_REVOKED: _S.CLOSING,
        },
        # The end that was recorded (`closing_as`) is reached when the switch was set back.
        _S.CLOSING: {},
    }
)

ENDS: Final[Mapping[CaseEvent, ApprovalState]] = MappingProxyType(
    {
        _E.APPROVAL_LAPSED: _S.LAPSED,
        _E.APPROVAL_EXPIRED: _S.EXPIRED,
        _E.APPROVAL_COMPLETED: _S.COMPLETED,
        _E.APPROVAL_REVOKED: _S.REVOKED,
    }
)
"""Where closing leads, by the event that began it."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person, told apart by tenant and object id; `name` is for people only."""

    tenant: str
    object_id: str
    name: str

    def is_same(self, other: Actor) -> bool:
        """Say whether both are one person."""
        mine, theirs = (self.tenant, self.object_id), (other.tenant, other.object_id)
        return all(mine) and [part.lower() for part in mine] == [part.lower() for part in theirs]


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody asked for external versions."""

    actor: Actor
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What is allowed: one exact version, or with None every version, and for how long the switch may stand open."""

    version: str | None
    period: timedelta


@dataclass(frozen=True, slots=True)
class Vote:
    """An owner agreed; `emergency` = alone, where the policy wants several."""

    actor: Actor
    at: datetime
    reason: str
    emergency: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """How it ended: by whom (None = by itself), and why in words."""

    at: datetime
    actor: Actor | None
    why: str


@dataclass(frozen=True, slots=True)
class Approval:
    """One approval, from the question on; all times aware UTC.

    `link_until` is when nobody may decide any more. No `asks` = Feedwarden opened it itself, for the owners to decide.
    `digest` and `pack` are the evidence of the opening, then of the latest vote. `votes` are all about `grant`.
    `saved_before` are the external versions that the feed held before the switch was opened (`switched_at`); `until` is
    when it is closed again at the latest. `closing_as` is the state that closing leads to, and with `reopens` the
    owners are asked anew then. `warned` = people were told that it ends soon.
    """

    approval_id: str
    feed: FeedRef
    name: PackageName
    state: ApprovalState
    opened_at: datetime
    link_until: datetime
    digest: str
    pack: EvidencePack | None
    asks: tuple[Ask, ...] = ()
    grant: Grant | None = None
    votes: tuple[Vote, ...] = ()
    granted_at: datetime | None = None
    saved_before: tuple[str, ...] = ()
    switched_at: datetime | None = None
    until: datetime | None = None
    warned: bool = False
    closing_as: ApprovalState | None = None
    reopens: bool = False
    ending: Ending | None = None

    @property
    def is_alive(self) -> bool:
        """Say whether it still waits for somebody or something."""
        return self.state in ALIVE


def moved(approval: Approval, event: CaseEvent) -> Approval:
    """Apply one event.

    Raises:
        IllegalTransition: the table has no row for it.
    """
    try:
        state = APPROVAL_MOVES[approval.state][event]
    except KeyError as error:
        raise IllegalTransition(f"an approval that is {approval.state} knows no {event}") from error
    return replace(approval, state=state, closing_as=ENDS[event] if state is _S.CLOSING else approval.closing_as)


def closed(approval: Approval) -> Approval:
    """Return an approval whose switch was set back: it has ended as was recorded."""
    if approval.state is not _S.CLOSING or approval.closing_as is None:
        raise IllegalTransition(f"an approval that is {approval.state} has no switch to set back")
    return replace(approval, state=approval.closing_as)


def due_at(approval: Approval, *, warn_before: timedelta) -> datetime | None:
    """Return when something is to be done about it without anybody asking; None = never."""
    if approval.state is _S.OPEN:
        return approval.link_until
    if approval.state in {_S.GRANTED, _S.OPENING}:
        return approval.granted_at
    if approval.state is _S.IN_FORCE and approval.grant is not None and approval.until is not None:
        if approval.grant.version is not None:
            return approval.switched_at
        warns = not approval.warned and approval.grant.period > warn_before
        return approval.until - warn_before if warns else approval.until
    return None if approval.ending is None else approval.ending.at
