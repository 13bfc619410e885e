"""What somebody who asked learns of their request, also without owning the feed: how it stands, and no evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from shared.application.approve.answers import RequestView
from shared.application.approve.words import allows
from shared.domain.approval_votes import has_asked
from shared.domain.approvals import Actor, Approval, ApprovalState
from shared.web.words import STANDINGS, Standing, person

_S = ApprovalState

# Of the feed nothing is said: who does not own it learns what was decided, and no more.
_SENTENCES: Final[Mapping[ApprovalState, str]] = MappingProxyType(
    {
        _S.NEW: "It was not put to the owners yet.",
        _S.OPEN: "The owners of the feed have it, and nobody has decided yet. Nothing is allowed until they do.",
        _S.GRANTED: "It was allowed. Feedwarden is about to open the feed for it; open this page again in a while.",
        _S.OPENING: "It was allowed. Feedwarden is opening the feed for it; open this page again in a while.",
        _S.IN_FORCE: "It is allowed now. Azure Artifacts can take up to three hours until the feed serves it.",
        _S.CLOSING: "It is over, and Feedwarden is closing the feed again.",
        _S.DECLINED: "An owner declined it.",
        _S.UNANSWERED: "No owner decided in time, so nothing was allowed. You may ask again.",
        _S.WITHDRAWN: "What it was about has changed, so nothing was allowed.",
        _S.LAPSED: "It was allowed, but could not be carried out. You may ask again.",
        _S.EXPIRED: "It was allowed, and its time is over. You may ask again.",
        _S.COMPLETED: "It was allowed, and the version is in the feed: it can be installed from there.",
        _S.REVOKED: "It was allowed, and has been taken back.",
    }
)


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """How the request stands of somebody who asked: `said` is an owner's own reason, `by` who gave it."""

    standing: Standing
    sentence: str
    asked_at: datetime
    allowed: str
    until: datetime | None
    by: str
    said: str
    alive: bool


def own_request(view: RequestView, actor: Actor) -> OwnRequest | None:
    """Return how somebody's request stands; None = they have not asked."""
    asked = [one for one in (view.newest, view.approval) if one is not None and has_asked(one, actor)]
    return _told(asked[0], actor) if asked else None


def _told(approval: Approval, actor: Actor) -> OwnRequest:
    ending = approval.ending
    # What Feedwarden ended something for may be evidence; what an owner wrote is for whoever asked.
    decided = ending is not None and ending.actor is not None
    granted = approval.granted_at is not None and approval.grant is not None
    return OwnRequest(
        standing=STANDINGS[approval.state],
        sentence=_SENTENCES[approval.state],
        asked_at=max(ask.at for ask in approval.asks if ask.actor.is_same(actor)),
        allowed=allows(approval.grant) if granted and approval.grant is not None else "",
        until=approval.until if approval.state is _S.IN_FORCE else None,
        by=person(ending.actor) if decided and ending is not None else "",
        said=ending.why if decided and ending is not None else "",
        alive=approval.is_alive,
    )
