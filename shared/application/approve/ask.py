"""Ask: open a request for external versions, or join the one that is open; owners get its link."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from shared.application.approve.answers import Asked
from shared.application.approve.entries import DeskStep, entry_details
from shared.application.approve.fresh import PackageChecker, looked_anew
from shared.application.approve.outcomes import called, outcome
from shared.application.approve.quota import AskQuota
from shared.application.approve.wanted import wanted_feed, wanted_name
from shared.application.approve.words import moment
from shared.application.feed_book import FeedBook
from shared.application.journal import Entry, Journal, Requests
from shared.domain.approval_checks import BUSY, NOTHING_KNOWN, reason_not_to_ask, stated_reason
from shared.domain.approval_rules import DEFAULT_TERMS, ApprovalTerms
from shared.domain.approval_votes import has_asked, joined
from shared.domain.approvals import QUIET_AFTER_DECLINE, Actor, Approval, ApprovalState, Ask, Ending, moved
from shared.domain.cases import Case, CaseEvent
from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName
from shared.domain.owners import Owns
from shared.domain.rules import GuardPolicy
from shared.errors import DecisionRefused, FeedNotFound, IllegalTransition, StaleWrite, UpstreamError
from shared.logs import told
from shared.ports import Clock, Links, NewId, Owners, Register, RequestRef, StoredCase

logger = logging.getLogger(__name__)

_TRIES: Final = 3
_MOST_ASKS: Final = 20
_MOST_OPEN: Final = 20
_CAUSE: Final = "request"


def new_request(  # noqa: PLR0913  # all but the case by name; an object to carry them once would hide, not help
    case: Case, *, last: Approval | None, terms: ApprovalTerms, now: datetime, approval_id: str, ask: Ask | None = None
) -> Approval | None:
    """Return a request about a case; no `ask` = Feedwarden opens it itself, for the owners to decide.

    `last` is the newest one that has ended. None = an owner declined that on the very same evidence, not long ago.
    """
    return None if _declined(last, case, now) else _request(case, terms, now, approval_id, ask)


def _request(case: Case, terms: ApprovalTerms, now: datetime, approval_id: str, ask: Ask | None) -> Approval:
    request = Approval(
        approval_id=approval_id,
        feed=case.feed,
        name=case.name,
        state=ApprovalState.NEW,
        opened_at=now,
        link_until=now + terms.link_for,
        digest=case.evidence_digest,
        pack=case.pack,
        asks=() if ask is None else (ask,),
    )
    return moved(request, CaseEvent.APPROVAL_ASKED)


def _declined(last: Approval | None, case: Case, now: datetime) -> str:
    """Say that an owner declined the very same not long ago; empty = nobody did."""
    if last is None or last.state is not ApprovalState.DECLINED or last.ending is None:
        return ""
    until = last.ending.at + QUIET_AFTER_DECLINE
    if last.digest != case.evidence_digest or now >= until:
        return ""
    who, at = called(last.ending.actor), moment(last.ending.at)
    return f"{who} declined this on {at}; unless something changes, it can be asked for again from {moment(until)} on."


@dataclass(frozen=True, slots=True)
class Asker:
    """Takes requests of anybody who is signed in; tells them nothing but what becomes of their request."""

    book: FeedBook
    register: Register
    links: Links
    policy: GuardPolicy
    journal: Journal
    checker: PackageChecker
    clock: Clock
    new_id: NewId
    owners: Owners
    quota: AskQuota = field(default_factory=AskQuota)

    async def ask(self, feed: str, ecosystem: str, name: str, reason: str, actor: Actor) -> Asked:
        """Open a request, or add the person to the one that is open. The same person twice changes nothing.

        Raises:
            BadField: a field is not usable.
            UnknownFeed: there is no such feed, or several.
            TooManyAsks: nothing was looked at.
            DecisionRefused: there is nothing to ask for; the text says why.
            UpstreamError: nothing was asked, because something could not be found out.
        """
        wanted, said = wanted_name(ecosystem, name), stated_reason(reason)
        if not (actor.tenant and actor.object_id):
            raise DecisionRefused("The sign-in did not tell who you are: sign in with an account of your organization.")
        self.quota.take(actor, self.clock())
        place = wanted_feed(await self.book.listed(), feed)
        if not place.enabled:
            raise DecisionRefused("The feed is disabled: Azure Artifacts serves nothing from it.")
        stored = await self.register.case(place.ref, wanted)
        is_known = stored is not None and not self._refusal(stored.case)
        if not is_known:
            stored = await self._looked_anew(stored, place.ref, wanted)
        for _ in range(_TRIES):
            ask = Ask(actor, self.clock(), said)
            asked = await self._asked(stored, ask)
            if asked is not None:
                if is_known and ask not in asked.approval.asks:
                    # Asked again for what is open: nothing was checked, and nobody gets a letter.
                    self.quota.give_back(actor)
                return asked
            stored = await self.register.case(place.ref, wanted)
        raise DecisionRefused(BUSY)

    async def _looked_anew(self, stored: StoredCase | None, feed: FeedRef, name: PackageName) -> StoredCase | None:
        """Check the package now. What cannot be found out is answered like what is not there, or names would leak."""
        try:
            return await looked_anew(self.checker, self.register, feed, name)
        except FeedNotFound:
            raise
        except UpstreamError as error:
            if self._refusal(None if stored is None else stored.case) != NOTHING_KNOWN:
                raise
            logger.warning(told("asked for what could not be checked", package=name, feed=feed.feed_id, error=error))
            raise DecisionRefused(NOTHING_KNOWN) from error

    async def _asked(self, stored: StoredCase | None, ask: Ask) -> Asked | None:
        """Ask once; None = things moved meanwhile, look again."""
        refusal = self._refusal(None if stored is None else stored.case)
        if stored is None or refusal:
            raise DecisionRefused(refusal)
        alive = await self.register.approval(stored.case.feed, stored.case.name)
        try:
            if alive is not None and alive.state is ApprovalState.OPEN and ask.at >= alive.link_until:
                await self._close(stored, alive)
                return None
            approval = await self._open(stored, ask) if alive is None else await self._join(stored, alive, ask)
        except StaleWrite:
            return None
        ref = RequestRef(approval.feed, approval.name, approval.approval_id)
        # Joining what Feedwarden opened itself is asking first.
        return Asked(approval, alive is not None and bool(alive.asks), self.links.to_request(ref))

    async def _join(self, stored: StoredCase, alive: Approval, ask: Ask) -> Approval:
        if alive.state is ApprovalState.CLOSING:
            # Why it ends may be evidence that whoever asks is not to see.
            raise DecisionRefused("A permission for this package is just ending: ask again in a few minutes.")
        if alive.state is not ApprovalState.OPEN:
            raise DecisionRefused(f"External versions are allowed already. {outcome(alive)}")
        if has_asked(alive, ask.actor) or len(alive.asks) >= _MOST_ASKS:
            return alive
        # Whoever is asked now gets a letter now, and has as long as for a new request.
        until = max(alive.link_until, ask.at + self._terms(stored.case).link_for)
        approval = replace(joined(moved(alive, CaseEvent.APPROVAL_ASKED), ask), link_until=until)
        await self._write(stored, DeskStep(CaseEvent.APPROVAL_ASKED, approval, ask.actor, ask.reason))
        return approval

    async def _open(self, stored: StoredCase, ask: Ask) -> Approval:
        case = stored.case
        last = await self.register.past_approval(case.feed, case.name, case.approval_id) if case.approval_id else None
        declined = _declined(last, case, ask.at)
        if declined and not await self._owns(case, ask.actor):
            fresh = await self._looked_anew(stored, case.feed, case.name)
            if fresh is not None and fresh.case.evidence_digest != case.evidence_digest:
                raise StaleWrite("what is known has changed since it was declined")
            raise DecisionRefused(declined)
        request = _request(case, self._terms(case), ask.at, self.new_id(), ask)
        await self._demand_few(case, ask.actor)
        await self._write(stored, DeskStep(CaseEvent.APPROVAL_ASKED, request, ask.actor, ask.reason))
        return request

    async def _owns(self, case: Case, actor: Actor) -> bool:
        """Say whether the person may take back a decline: who could have decided otherwise may open it anew."""
        owns = await self.owners.is_owner(case.feed, tenant=actor.tenant, object_id=actor.object_id)
        return owns.owns is Owns.YES

    async def _demand_few(self, case: Case, actor: Actor) -> None:
        """Refuse somebody who has many requests open in this feed: each is a letter to its owners."""
        count = 0
        async for approval in self.register.alive_approvals(case.feed):
            count += approval.state is ApprovalState.OPEN and has_asked(approval, actor)
            if count >= _MOST_OPEN:
                raise DecisionRefused(f"You have {_MOST_OPEN} requests open in this feed: wait until some are decided.")

    async def _close(self, stored: StoredCase, approval: Approval) -> None:
        why = "nobody decided in time"
        ended = replace(moved(approval, CaseEvent.APPROVAL_UNANSWERED), ending=Ending(self.clock(), None, why))
        await self._write(stored, DeskStep(CaseEvent.APPROVAL_UNANSWERED, ended, None, why))

    async def _write(self, stored: StoredCase, step: DeskStep) -> None:
        entry = Entry(step.event, _CAUSE, entry_details(stored.case, step, self._terms(stored.case)))
        try:
            await self.journal.write(stored.case, entry, stored, Requests(moved=(step.approval,)))
        except IllegalTransition as error:
            raise DecisionRefused(BUSY) from error
        approval = step.approval
        logger.info(told("request moved", package=approval.name, request=approval.approval_id, event=step.event))

    def _refusal(self, case: Case | None) -> str:
        return reason_not_to_ask(case, DEFAULT_TERMS if case is None else self._terms(case))

    def _terms(self, case: Case) -> ApprovalTerms:
        return self.policy.terms(case.feed_title, case.name)
