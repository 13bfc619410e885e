"""View: what the page behind a link shows to one person. Reads only, whoever opens the link and however often."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import batched
from typing import Final

from shared.application.approve.answers import FeedRequestsView, ListedRequest, RequestView
from shared.application.approve.records import RequestRecord, read_request
from shared.domain.approval_checks import obstacles
from shared.domain.approval_votes import LostVote
from shared.domain.approvals import Actor, Approval, ApprovalState
from shared.domain.evidence_changes import worse
from shared.domain.feeds import FeedRef
from shared.domain.owners import FeedOwners, Ownership, Owns, ownership
from shared.domain.rules import GuardPolicy
from shared.errors import UpstreamError
from shared.ports import Clock, Link, Links, Owners, Register, RequestRef

# The letter about a campaign lists its collisions: 218 names in the one that is best known.
_MOST_LISTED: Final = 300
_READ_AT_ONCE: Final = 20


@dataclass(frozen=True, slots=True)
class Viewer:
    """Shows requests; who owns the feed may be a minute old here, and decides nothing."""

    register: Register
    links: Links
    owners: Owners
    policy: GuardPolicy
    clock: Clock

    async def look(self, token: str, actor: Actor) -> RequestView | FeedRequestsView:
        """Return what the link names, as it stands now.

        Raises:
            BadLink: the link is none of ours, or names what is nowhere on record.
            UpstreamError: the register did not answer.
        """
        link = self.links.read(token)
        if isinstance(link.target, FeedRef):
            return await self._of_feed(link, link.target, actor)
        return await self._of_request(link, link.target, actor)

    async def _of_request(self, link: Link, ref: RequestRef, actor: Actor) -> RequestView:
        record = await read_request(self.register, ref)
        case, approval = record.case, record.approval
        owns, owners = await self._ownership(ref.feed, actor)
        terms, now = self.policy.terms(case.feed_title, case.name), self.clock()
        over = approval.state is ApprovalState.OPEN and now >= approval.link_until
        return RequestView(
            case=case,
            approval=approval,
            newest=await self._newest(record),
            terms=terms,
            link_expired=link.expired or over,
            ownership=owns,
            owners=owners,
            changes=_changes(record),
            obstacles=obstacles(case, terms),
            now=now,
            lost=_lost(approval, owners),
        )

    async def _newest(self, record: RequestRecord) -> Approval | None:
        case = record.case
        if case.approval_id in {"", record.approval.approval_id}:
            return None
        alive = await self.register.approval(case.feed, case.name)
        if alive is not None:
            return alive if alive.approval_id != record.approval.approval_id else None
        return await self.register.past_approval(case.feed, case.name, case.approval_id)

    async def _ownership(self, feed: FeedRef, actor: Actor) -> tuple[Ownership, FeedOwners | None]:
        try:
            owners = await self.owners.owners_of(feed)
        except UpstreamError as error:
            return Ownership(Owns.UNKNOWN, f"who owns the feed could not be made out: {error}"), None
        return ownership(owners, tenant=actor.tenant, object_id=actor.object_id), owners

    async def _of_feed(self, link: Link, feed: FeedRef, actor: Actor) -> FeedRequestsView:
        owns, owners = await self._ownership(feed, actor)
        alive = [approval async for approval in self.register.alive_approvals(feed)]
        alive.sort(key=lambda approval: (approval.opened_at, approval.name.canonical))
        listed: list[ListedRequest] = []
        for some in batched(alive[:_MOST_LISTED], _READ_AT_ONCE, strict=False):
            found = await asyncio.gather(*(self._listed(approval) for approval in some))
            listed += filter(None, found)
        title = listed[0].case.feed_title if listed else await self._title(feed)
        complete = len(alive) <= _MOST_LISTED
        return FeedRequestsView(title, tuple(listed), complete, link.expired, owns, owners, self.clock())

    async def _listed(self, approval: Approval) -> ListedRequest | None:
        stored = await self.register.case(approval.feed, approval.name)
        if stored is None:
            return None
        ref = RequestRef(approval.feed, approval.name, approval.approval_id)
        return ListedRequest(stored.case, approval, self.links.to_request(ref))

    async def _title(self, feed: FeedRef) -> str:
        async for case in self.register.cases(feed):
            return case.feed_title
        return feed.feed_id


def _lost(approval: Approval, owners: FeedOwners | None) -> tuple[LostVote, ...]:
    if owners is None or approval.state is not ApprovalState.OPEN:
        return ()
    people = ((vote, vote.actor) for vote in approval.votes)
    found = ((vote, ownership(owners, tenant=who.tenant, object_id=who.object_id).owns) for vote, who in people)
    return tuple(LostVote(vote, owns) for vote, owns in found if owns is not Owns.YES)


def _changes(record: RequestRecord) -> tuple[str, ...]:
    before, after = record.approval.pack, record.case.pack
    if not record.approval.is_alive or before is None or after is None:
        return ()
    return worse(before, after)
