"""Advance: do what follows of an owner's decision, within the check of the package that it is about.

Each step is recorded before the next is taken, so a crash between any two leaves an approval that the next check, or
the timer, takes up where it stands. The switch is opened only after the intent to do so is on record, and every end
of an approval that may have opened it leads through closing it.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from shared.application.approve.ask import new_request
from shared.application.approve.words import approval_details
from shared.application.gather import PROPAGATION
from shared.application.journal import Entry, Journal, Requests, details
from shared.application.messages import CheckRequest
from shared.application.step import Step
from shared.domain.approval_rules import ApprovalTerms, WhenWorse
from shared.domain.approvals import EXECUTE_WITHIN, Approval, ApprovalState, Ending, closed, moved
from shared.domain.approved_versions import came_in, permitted, same_version
from shared.domain.cases import CaseEvent, CaseState
from shared.domain.evidence import UpstreamingBehavior, is_collision, saved_external, twin_taken
from shared.domain.evidence_changes import alarms
from shared.domain.policy import Mode, Protection
from shared.domain.rules import GuardPolicy
from shared.errors import PermissionMissing
from shared.logs import told
from shared.ports import Clock, FeedService, FetchOutcome, ListedPackage, NewId, Queue, QueueName, Register

logger = logging.getLogger(__name__)

WARN_BEFORE: Final = timedelta(days=1)
"""So long before it ends people are told that an approval does."""

# How long to wait before the next look while the switch stands open for one version, or cannot be opened yet.
_LOOK_AGAIN: Final = tuple(timedelta(seconds=s) for s in (2, 5, 15, 30, 60))
# A queue hides a message for seven days at most; the timer finds what ends later.
_LONGEST_WAIT: Final = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Advancer:
    """Moves the approval of the package that a check is about; `asks` = requests may be opened for owners."""

    service: FeedService
    register: Register
    journal: Journal
    queue: Queue
    policy: GuardPolicy
    clock: Clock
    new_id: NewId
    asks: bool

    async def advance(self, step: Step) -> Step:
        """Take the next steps of the approval, and return where the check stands then.

        Raises:
            UpstreamError: the feed could not be asked; the check is put off, and the approval stays where it is.
            StaleWrite: somebody else moved the case first.
        """
        approval = step.approval
        enforcing = step.stored is not None and step.stored.case.state is CaseState.ENFORCING
        if approval is None or enforcing:
            return step
        moves: Mapping[ApprovalState, Callable[[Step, Approval], Awaitable[Step]]] = {
            ApprovalState.OPEN: self._open,
            ApprovalState.GRANTED: self._granted,
            ApprovalState.OPENING: self._opening,
            ApprovalState.IN_FORCE: self._in_force,
        }
        move = moves.get(approval.state)
        return step if move is None else await move(step, approval)

    async def requests(self, step: Step) -> Requests:
        """Return what letters about this step link to: the request that is alive, or one to be opened with them."""
        if step.approval is not None or not self.asks or not _is_decidable(step):
            return Requests(alive=step.approval)
        case = step.case
        last = await self.register.past_approval(case.feed, case.name, case.approval_id) if case.approval_id else None
        candidate = new_request(case, last=last, terms=self._terms(step), now=self.clock(), approval_id=self.new_id())
        return Requests(candidate=candidate)

    def closing(self, step: Step) -> Requests:
        """Return what is written when the switch was set back: an approval that was to be closed has ended."""
        approval = step.approval
        if approval is None or approval.state is not ApprovalState.CLOSING:
            return Requests(alive=approval)
        return Requests(moved=(closed(approval), *self._reopened(step, approval)))

    async def _open(self, step: Step, approval: Approval) -> Step:
        now = self.clock()
        if now >= approval.link_until:
            return await self._end(step, approval, CaseEvent.APPROVAL_UNANSWERED, "nobody decided in time")
        if step.decision.protection is Protection.NOT_AT_RISK:
            return await self._end(step, approval, CaseEvent.APPROVAL_WITHDRAWN, "there is nothing to decide any more")
        return step

    async def _granted(self, step: Step, approval: Approval) -> Step:
        found = _alarms(step, approval)
        if found:
            return await self._revoke(step, approval, found)
        if step.decision.protection is Protection.NOT_AT_RISK:
            return await self._end(step, approval, CaseEvent.APPROVAL_WITHDRAWN, "there is nothing to allow any more")
        obstacle = _obstacle(step)
        if self._is_late(approval):
            why = f"it could not be carried out within an hour: {obstacle or 'the feed could not be asked'}"
            return await self._end(step, approval, CaseEvent.APPROVAL_LAPSED, why)
        if obstacle:
            logger.warning(told("approval waits", package=step.case.name, why=obstacle))
            return await self._again(step)
        opening = replace(moved(approval, CaseEvent.APPROVAL_OPENING), saved_before=step.evidence.saved_external)
        step = await self._write(step, opening, CaseEvent.APPROVAL_OPENING, "the switch is about to be opened")
        return await self._opening(step, opening)

    async def _opening(self, step: Step, approval: Approval) -> Step:
        found = _alarms(step, approval)
        if found:
            return await self._revoke(step, approval, found)
        if self._is_late(approval):
            why = "it could not be carried out within an hour: the switch could not be opened"
            return await self._end(step, approval, CaseEvent.APPROVAL_LAPSED, why)
        try:
            await self.service.allow_external_versions(step.gathered.feed, step.gathered.name)
        except PermissionMissing as error:
            logger.warning(told("approval waits", package=step.case.name, why=error))
            return await self._again(step)
        now = self.clock()
        period = timedelta(0) if approval.grant is None else approval.grant.period
        opened = replace(moved(approval, CaseEvent.APPROVAL_OPENED), switched_at=now, until=now + period)
        evidence = replace(step.evidence, behavior=UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS)
        step = step.judged_anew(evidence)
        step = replace(step, case=replace(step.case, changed_at=now))
        step = await self._write(step, opened, CaseEvent.APPROVAL_OPENED, "the switch is open")
        if opened.grant is None or opened.grant.version is None:
            return await self._again(step, wait=min(period, _LONGEST_WAIT))
        return await self._for_one_version(step, opened, opened.grant.version)

    async def _in_force(self, step: Step, approval: Approval) -> Step:
        found = _alarms(step, approval)
        if found:
            return await self._revoke(step, approval, found)
        pointless = self._pointless(step, approval)
        if pointless:
            return await self._revoke(step, approval, (pointless,), reopens=False)
        if approval.grant is None or approval.grant.version is None:
            return await self._for_a_while(step, approval)
        return await self._for_one_version(step, approval, approval.grant.version)

    async def _for_one_version(self, step: Step, approval: Approval, wanted: str) -> Step:
        """Have the feed save the version, and end where it did, or where the time is over.

        Seen saved is not enough: a Python version has several files, and each is saved by itself.
        """
        if self._is_over(approval):
            return await self._end(step, approval, CaseEvent.APPROVAL_EXPIRED, f"{wanted} was not saved in time")
        outcome = await self._fetched(step, wanted)
        if outcome is FetchOutcome.UNSUPPORTED:
            why = "versions of this ecosystem cannot be fetched one by one"
            return await self._end(step, approval, CaseEvent.APPROVAL_EXPIRED, why)
        if outcome is FetchOutcome.FETCHED:
            step = await self._seen_anew(step)
            new = came_in(approval, step.evidence.saved_external)
            if any(same_version(approval.name.ecosystem, version, wanted) for version in new):
                return await self._end(step, approval, CaseEvent.APPROVAL_COMPLETED, f"version {wanted} is saved")
        return await self._again(step)

    async def _fetched(self, step: Step, version: str) -> FetchOutcome:
        try:
            outcome = await self.service.fetch_version(step.gathered.feed, step.gathered.name, version)
        except PermissionMissing as error:
            logger.warning(told("version not fetched", package=step.case.name, version=version, why=error))
            return FetchOutcome.NOT_OFFERED
        logger.info(told("version asked for", package=step.case.name, version=version, outcome=outcome.value))
        return outcome

    async def _seen_anew(self, step: Step) -> Step:
        """Return the step with what the feed holds now."""
        if step.gathered.package_id is None:
            return step
        listed = ListedPackage(step.gathered.package_id, step.gathered.name, maybe_internal=True, maybe_external=True)
        versions = await self.service.versions(step.gathered.feed, listed)
        return step.judged_anew(replace(step.evidence, saved_external=saved_external(versions)))

    async def _for_a_while(self, step: Step, approval: Approval) -> Step:
        if self._is_over(approval):
            return await self._end(step, approval, CaseEvent.APPROVAL_EXPIRED, "its time is over")
        long = approval.grant is not None and approval.grant.period > WARN_BEFORE
        soon = approval.until is not None and self.clock() >= approval.until - WARN_BEFORE
        if long and soon and not approval.warned:
            warned = replace(moved(approval, CaseEvent.APPROVAL_EXPIRING), warned=True)
            return await self._write(step, warned, CaseEvent.APPROVAL_EXPIRING, "it ends soon")
        return step

    async def _revoke(
        self, step: Step, approval: Approval, found: tuple[str, ...], *, reopens: bool | None = None
    ) -> Step:
        wanted = self._terms(step).when_worse is WhenWorse.REOPEN if reopens is None else reopens
        approval = replace(approval, reopens=wanted)
        return await self._end(step, approval, CaseEvent.APPROVAL_REVOKED, "; ".join(found))

    async def _end(self, step: Step, approval: Approval, event: CaseEvent, why: str) -> Step:
        """Record the end; where the switch may be open, the check goes on with closing it."""
        ended = replace(moved(approval, event), ending=Ending(self.clock(), None, why))
        saved = step.evidence.saved_external
        if ended.closing_as is not None:
            approved = permitted(approval, saved, ended.closing_as)
            step = _with_approved(step, approved)
        reopened = () if ended.is_alive else self._reopened(step, ended)
        return await self._write(step, ended, event, why, reopened)

    def _reopened(self, step: Step, approval: Approval) -> tuple[Approval, ...]:
        if not (approval.reopens and self.asks):
            return ()
        request = new_request(
            step.case, last=None, terms=self._terms(step), now=self.clock(), approval_id=self.new_id()
        )
        return () if request is None else (request,)

    async def _write(
        self, step: Step, approval: Approval, event: CaseEvent, why: str, more: tuple[Approval, ...] = ()
    ) -> Step:
        step = step.under(approval)
        told_of = approval_details(approval, actor=None, said=why) | _saved_meanwhile(step, approval)
        entry = Entry(event, step.request.cause, details(step.evidence, step.decision, step.case) | told_of)
        stored = await self.journal.write(step.case, entry, step.stored, Requests(moved=(approval, *more)))
        logger.info(told("approval moved", package=step.case.name, event=event.value, state=approval.state.value))
        alive = next((one for one in (*more, approval) if one.is_alive), None)
        return replace(step, case=stored.case, stored=stored, approval=alive)

    async def _again(self, step: Step, *, wait: timedelta | None = None) -> Step:
        # The attempts of a check are limited, those of an approval are not: it has a time of its own.
        attempt = min(max(step.request.attempt, 0) + 1, len(_LOOK_AGAIN))
        request = CheckRequest(step.request.feed, step.case.name, step.request.cause, attempt=attempt)
        delay = _LOOK_AGAIN[attempt - 1] if wait is None else wait
        await self.queue.put(QueueName.PACKAGE_CHECKS, request.text(), delay=delay)
        return replace(step, comes_again=True)

    def _terms(self, step: Step) -> ApprovalTerms:
        return self.policy.terms(step.gathered.feed.title, step.case.name)

    def _is_late(self, approval: Approval) -> bool:
        return approval.granted_at is None or self.clock() - approval.granted_at >= EXECUTE_WITHIN

    def _is_over(self, approval: Approval) -> bool:
        return approval.until is None or self.clock() >= approval.until

    def _pointless(self, step: Step, approval: Approval) -> str:
        """Say why nothing is left of an approval that is in force; empty = it stands."""
        if step.decision.protection is Protection.NOT_AT_RISK:
            return "there is nothing to allow any more"
        # Right after it was opened, an answer may still be the old one.
        settled = approval.switched_at is None or self.clock() - approval.switched_at >= PROPAGATION
        closed_by_hand = settled and step.evidence.behavior is UpstreamingBehavior.AUTO
        return "the switch was set back by hand" if closed_by_hand else ""


def _alarms(step: Step, approval: Approval) -> tuple[str, ...]:
    if approval.pack is None or step.case.pack is None:
        return ()
    return alarms(approval.pack, step.case.pack)


def _obstacle(step: Step) -> str:
    """Say why the switch cannot be opened at present; empty = it can."""
    if step.stance.mode is Mode.AUDIT:
        return "the policy says to change nothing here (mode: audit)"
    if step.evidence.permission_missing:
        return "Feedwarden is no owner of the feed"
    if not (is_collision(step.evidence) and twin_taken(step.evidence)):
        return "the public registry could not be asked"
    return ""


def _is_decidable(step: Step) -> bool:
    return is_collision(step.evidence) and twin_taken(step.evidence)


def _with_approved(step: Step, approved: tuple[str, ...]) -> Step:
    known = step.case.approved_versions
    step = replace(step, case=replace(step.case, approved_versions=tuple(dict.fromkeys((*known, *approved)))))
    evidence = step.evidence
    saved = tuple(v for v in evidence.saved_external if v in evidence.approved_external or v in approved)
    return step.judged_anew(replace(evidence, approved_external=saved))


def _saved_meanwhile(step: Step, approval: Approval) -> dict[str, str]:
    if approval.closing_as is None:
        return {}
    new = came_in(approval, step.evidence.saved_external)
    others = [version for version in new if version not in step.case.approved_versions]
    told_of = {"saved meanwhile": ", ".join(new[:20]), "others saved": ", ".join(others[:20])}
    return {key: text for key, text in told_of.items() if text}
