"""Approvals in every state, each of a package of its own, moved as the use cases move them: a part of the short life.

The packages are more than five collisions of one feed at once, so their letters are one letter, and a window tells so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from shared.application.approve.words import approval_details
from shared.application.journal import Entry, Requests
from shared.application.messages import CheckRequest
from shared.domain.approvals import SWITCHED, Approval, ApprovalState, Ask, Ending, Vote, closed, moved
from shared.domain.cases import CaseEvent
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import Feed
from shared.domain.names import PackageName
from tests.application.approve.scenes import A_WEEK, ANN
from tests.application.house import House

_S, _E = ApprovalState, CaseEvent
_OPENED: Final = (_E.APPROVAL_GRANTED, _E.APPROVAL_OPENING, _E.APPROVAL_OPENED)
# What happened to each after it was opened; a switch that is set back has no event of its own here.
STORIES: Final[Mapping[ApprovalState, Sequence[CaseEvent]]] = MappingProxyType(
    {
        _S.OPEN: (_E.APPROVAL_ASKED, _E.APPROVAL_SUPPORTED),
        _S.GRANTED: _OPENED[:1],
        _S.OPENING: _OPENED[:2],
        _S.IN_FORCE: (*_OPENED, _E.APPROVAL_EXPIRING),
        _S.CLOSING: (*_OPENED, _E.APPROVAL_EXPIRED),
        _S.DECLINED: (_E.APPROVAL_DECLINED,),
        _S.UNANSWERED: (_E.APPROVAL_UNANSWERED,),
        _S.WITHDRAWN: (_E.APPROVAL_ASKED, _E.APPROVAL_WITHDRAWN),
        _S.LAPSED: (_E.APPROVAL_GRANTED, _E.APPROVAL_LAPSED),
        _S.EXPIRED: (*_OPENED, _E.APPROVAL_EXPIRED),
        _S.COMPLETED: (*_OPENED, _E.APPROVAL_COMPLETED),
        _S.REVOKED: (*_OPENED, _E.APPROVAL_REVOKED),
    }
)

type Place = list[str | None]


async def permit(house: House) -> list[Approval]:
    """Let a feed of packages be attacked, and bring the request of each to its state."""
    world = house.service.world
    feed = world.add_feed("trials", project="Payments")
    for state in STORIES:
        world.add_package(feed, _named(state), internal=["1.0.0"])
        house.attack(_named(state))
        await house.checker.check(CheckRequest(feed.ref, _named(state), "sweep"))
    # Letters of one kind wait until nothing more of it came for a minute.
    house.clock.advance(timedelta(minutes=2))
    await house.relay()
    return [await _bring(house, feed, state) for state in STORIES]


def places(approvals: Sequence[Approval]) -> tuple[list[Place], list[Place]]:
    """Return where those that are alive are found, and those that have ended; these with id and state."""
    found: list[tuple[Approval, Place]] = [
        (each, [each.name.ecosystem.value, each.name.canonical, each.feed.project_id, each.feed.feed_id])
        for each in approvals
    ]
    alive = [place for each, place in found if each.is_alive]
    return alive, [[*place, each.approval_id, each.state.value] for each, place in found if not each.is_alive]


def _named(state: ApprovalState) -> PackageName:
    return PackageName.of(Ecosystem.NPM, f"@contoso/{state}")


async def _bring(house: House, feed: Feed, state: ApprovalState) -> Approval:
    name = _named(state)
    approval = await house.register.approval(feed.ref, name)
    assert approval is not None
    for event in STORIES[state]:
        house.clock.advance(timedelta(seconds=1))
        approval = _after(house, moved(approval, event), event, until=state)
        stored = await house.register.case(feed.ref, name)
        assert stored is not None
        entry = Entry(event, "decision", approval_details(approval, actor=ANN, said="needed"))
        await house.journal.write(stored.case, entry, stored, Requests(moved=(approval,)))
    assert approval.state is state
    return approval


def _after(house: House, approval: Approval, event: CaseEvent, *, until: ApprovalState) -> Approval:
    """Say in the approval what came with the event."""
    now = house.clock()
    if event is _E.APPROVAL_ASKED:
        return replace(approval, asks=(*approval.asks, Ask(ANN, now, "needed")))
    if event in {_E.APPROVAL_SUPPORTED, _E.APPROVAL_GRANTED}:
        approval = replace(approval, grant=A_WEEK, votes=(*approval.votes, Vote(ANN, now, "needed")))
    if event is _E.APPROVAL_GRANTED:
        return replace(approval, granted_at=now)
    if approval.state in SWITCHED:
        opened = approval.switched_at or now
        warned = event is _E.APPROVAL_EXPIRING
        return replace(
            approval, saved_before=("0.9.0",), switched_at=opened, until=opened + A_WEEK.period, warned=warned
        )
    if approval.state in {_S.OPEN, _S.GRANTED}:
        return approval
    approval = replace(approval, ending=Ending(now, ANN, "not needed any more"))
    return closed(approval) if approval.state is _S.CLOSING and until is not _S.CLOSING else approval
