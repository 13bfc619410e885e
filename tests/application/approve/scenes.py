"""Scenes of approvals: a blocked collision, its request, and an owner's permission as the desk writes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from shared.application.approve.fresh import DECISION
from shared.application.approve.words import approval_details
from shared.application.journal import Entry, Requests
from shared.application.messages import CheckRequest
from shared.domain.approvals import Actor, Approval, Ending, Grant, Vote, moved
from shared.domain.cases import CaseEvent
from shared.domain.evidence import UpstreamingBehavior
from shared.domain.feeds import Feed
from shared.domain.notices import NoticeKind
from shared.domain.policy import Protection
from shared.ports import StoredCase
from tests.application.house import BILLING, House
from tests.application.scenes import collision, request

ANN: Final = Actor("tenant-1", "ann", "Ann")
EXACT: Final = Grant("99.0.0", timedelta(hours=1))
A_WEEK: Final = Grant(None, timedelta(days=7))


async def blocked(house: House) -> Feed:
    """Let an attack be found and blocked; the letter about it opens a request."""
    feed = collision(house)
    await house.checker.check(request(feed))
    await house.pump(within=timedelta(minutes=5))
    assert (await house.case(feed, BILLING)).protection is Protection.PROTECTED
    return feed


async def stored_case(house: House, feed: Feed) -> StoredCase:
    """Return the case as it is on record."""
    stored = await house.register.case(feed.ref, BILLING)
    assert stored is not None
    return stored


async def alive(house: House, feed: Feed) -> Approval:
    """Return the approval that must be alive."""
    approval = await house.register.approval(feed.ref, BILLING)
    assert approval is not None
    return approval


async def ended(house: House, feed: Feed) -> Approval:
    """Return the newest approval, which must have ended."""
    assert await house.register.approval(feed.ref, BILLING) is None
    case = await house.case(feed, BILLING)
    approval = await house.register.past_approval(feed.ref, BILLING, case.approval_id)
    assert approval is not None
    return approval


async def grant(house: House, feed: Feed, allowed: Grant) -> None:
    """Write an owner's permission for the request that is open, and queue the check that carries it out."""
    house.clock.advance(timedelta(minutes=1))
    stored, now = await stored_case(house, feed), house.clock()
    approval = replace(
        moved(await alive(house, feed), CaseEvent.APPROVAL_GRANTED),
        grant=allowed,
        votes=(Vote(ANN, now, "needed"),),
        granted_at=now,
        digest=stored.case.evidence_digest,
        pack=stored.case.pack,
    )
    await _write(house, stored, approval, CaseEvent.APPROVAL_GRANTED)


async def revoke(house: House, feed: Feed) -> None:
    """Write that an owner takes the permission back."""
    approval = moved(await alive(house, feed), CaseEvent.APPROVAL_REVOKED)
    approval = replace(approval, ending=Ending(house.clock(), ANN, "not needed any more"))
    await _write(house, await stored_case(house, feed), approval, CaseEvent.APPROVAL_REVOKED)


async def _write(house: House, stored: StoredCase, approval: Approval, event: CaseEvent) -> None:
    entry = Entry(event, "decision", approval_details(approval, actor=ANN, said="needed"))
    await house.journal.write(stored.case, entry, stored, Requests(moved=(approval,)))


def switch(house: House, feed: Feed) -> UpstreamingBehavior:
    """Return how the switch stands in the feed."""
    return house.service.world.held(feed, BILLING).behavior


async def told(house: House) -> list[NoticeKind]:
    """Return what people were told, in order."""
    await house.relay()
    return [notice.kind for notice in sorted(house.channel.sent, key=lambda notice: notice.notice_id)]


def decided(feed: Feed) -> CheckRequest:
    """Ask for the check that follows a decision."""
    return CheckRequest(feed.ref, BILLING, DECISION)
