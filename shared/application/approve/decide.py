"""Decide: take one decision of one person, if that person owns the feed now and nobody was faster."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from shared.application.approve.answers import Choice, OwnerDecision
from shared.application.approve.entries import DeskStep, entry_details
from shared.application.approve.fresh import DECISION, PackageChecker, looked_anew
from shared.application.approve.outcomes import lost_words
from shared.application.approve.records import RequestRecord, read_request
from shared.application.approve.rulings import ALLOWS, Matter, Ruling, demand_undecided, grant_of, ruled
from shared.application.journal import Entry, Journal, Requests
from shared.application.messages import CheckRequest
from shared.domain.approval_checks import BUSY, stated_reason
from shared.domain.approval_rules import ApprovalTerms
from shared.domain.approval_votes import LostVote
from shared.domain.approvals import Actor, Approval, Vote
from shared.domain.cases import Case, CaseEvent
from shared.domain.owners import Owns
from shared.domain.rules import GuardPolicy
from shared.errors import (
    BadLink,
    DecisionRefused,
    IllegalTransition,
    LinkExpired,
    NotAnOwner,
    StaleWrite,
    UpstreamError,
)
from shared.logs import told
from shared.ports import Clock, Link, Links, Owners, Queue, QueueName, Register, RequestRef

logger = logging.getLogger(__name__)

_TRIES: Final = 3
_NAMED: Final = 5
# Each question about one person reads the feed's owners anew.
_ASKED_AT_ONCE: Final = 4
_EXECUTED: Final = frozenset({CaseEvent.APPROVAL_GRANTED, CaseEvent.APPROVAL_REVOKED})


@dataclass(frozen=True, slots=True)
class Decider:
    """Takes decisions; what follows of them is done by the check that it queues, or else by the timer."""

    register: Register
    links: Links
    owners: Owners
    policy: GuardPolicy
    journal: Journal
    checker: PackageChecker
    queue: Queue
    clock: Clock

    async def decide(self, token: str, actor: Actor, decision: OwnerDecision) -> Approval:
        """Apply a decision and return the request as it is then.

        Raises:
            BadLink, BadField: the link, or a field of the form, is not usable.
            DecisionRefused: it was not applied; the subclasses say which answer the person gets.
            UpstreamError: nothing was decided, because something could not be asked.
        """
        ref = _target(self.links.read(token), decision.choice)
        record = await read_request(self.register, ref)
        await self._demand_owner(ref, actor)
        demand_undecided(record.approval, decision.choice, self.clock())
        said = stated_reason(decision.reason)
        if decision.choice in ALLOWS:
            # What can be told without asking anybody, before feeds and registries are asked.
            grant_of(record.case, self._terms(record.case), decision)
            await looked_anew(self.checker, self.register, ref.feed, ref.name)
        for _ in range(_TRIES):
            try:
                ruling = await self._apply(ref, actor, said, decision)
            except StaleWrite:
                logger.info(told("case moved meanwhile: decision judged again", package=ref.name))
                continue
            await self._follow_up(ref, ruling)
            return ruling.approval
        raise DecisionRefused(BUSY)

    async def _apply(self, ref: RequestRef, actor: Actor, said: str, decision: OwnerDecision) -> Ruling:
        record = await read_request(self.register, ref)
        # Asked before as well, but a check can take minutes; from here to the write nobody is asked anything.
        lost = await self._lost(ref, _others(record, actor)) if decision.choice in ALLOWS else ()
        await self._demand_owner(ref, actor)
        terms = self._terms(record.case)
        ruling = ruled(Matter(record.case, record.approval, terms, actor, said, self.clock(), lost), decision)
        step = DeskStep(ruling.event, ruling.approval, actor, said, lost_words(lost))
        details = entry_details(record.case, step, terms)
        entry = Entry(ruling.event, DECISION, details)
        try:
            await self.journal.write(record.case, entry, record.stored, Requests(moved=(ruling.approval,)))
        except IllegalTransition as error:
            raise DecisionRefused(BUSY) from error
        logger.info(
            told("decision taken", package=ref.name, request=ref.approval_id, event=ruling.event, who=actor.object_id)
        )
        return ruling

    async def _lost(self, ref: RequestRef, votes: Iterable[Vote]) -> tuple[LostVote, ...]:
        """Return which votes do not count: whoever gave them does not own the feed now, or it is not known."""
        few = asyncio.Semaphore(_ASKED_AT_ONCE)

        async def judged(vote: Vote) -> LostVote:
            async with few:
                who = vote.actor
                known = await self.owners.is_owner(ref.feed, tenant=who.tenant, object_id=who.object_id)
            return LostVote(vote, known.owns)

        found = await asyncio.gather(*(judged(vote) for vote in votes))
        lost = tuple(one for one in found if one.owns is not Owns.YES)
        for one in lost:
            who = one.vote.actor.object_id
            logger.warning(told("vote not counted", request=ref.approval_id, who=who, owns=one.owns))
        return lost

    async def _demand_owner(self, ref: RequestRef, actor: Actor) -> None:
        owns = await self.owners.is_owner(ref.feed, tenant=actor.tenant, object_id=actor.object_id)
        if owns.owns is Owns.YES:
            return
        logger.warning(told("decision refused", request=ref.approval_id, who=actor.object_id, why=owns.why))
        raise NotAnOwner(f"{owns.why}. {await self._whom_to_ask(ref)}")

    async def _whom_to_ask(self, ref: RequestRef) -> str:
        try:
            owners = await self.owners.owners_of(ref.feed)
        except UpstreamError:
            return "Who owns the feed could not be made out: ask whoever administers Azure Artifacts."
        names = [person.name or person.mail for person in owners.people if person.name or person.mail]
        if not names:
            return "Ask whoever administers Azure Artifacts."
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        return f"Ask one of its owners: {', '.join(names[:_NAMED])}{more}."

    async def _follow_up(self, ref: RequestRef, ruling: Ruling) -> None:
        """Have the decision carried out at once. The timer finds what is not queued here."""
        if ruling.event not in _EXECUTED:
            return
        try:
            await self.queue.put(QueueName.PACKAGE_CHECKS, CheckRequest(ref.feed, ref.name, DECISION).text())
        except UpstreamError as error:
            logger.warning(told("decision left to the timer", request=ref.approval_id, error=error))

    def _terms(self, case: Case) -> ApprovalTerms:
        return self.policy.terms(case.feed_title, case.name)


def _others(record: RequestRecord, actor: Actor) -> Iterable[Vote]:
    """Return the votes that a decision may join: those on the present evidence, of other people."""
    stands = record.approval.digest == record.case.evidence_digest
    return (vote for vote in record.approval.votes if stands and not vote.actor.is_same(actor))


def _target(link: Link, choice: Choice) -> RequestRef:
    if not isinstance(link.target, RequestRef):
        raise BadLink("the link names a list of requests: open one of them")
    # Taking back is possible at any time: it only closes, and the link grants nothing to begin with.
    if link.expired and choice is not Choice.REVOKE:
        raise LinkExpired("This link's time is over: ask anew, and the owners get another.")
    return link.target
