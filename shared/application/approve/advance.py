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
from shared.application.approve.downloads import fetched, seen_anew, why_impossible
from shared.application.approve.fresh import DECISION
from shared.application.approve.gates import (
    alarms_of,
    already_saved,
    has_been_tried,
    is_decidable,
    is_late,
    is_long_over,
    is_over,
    is_to_be_shut,
    obstacle_of,
    pointless_since,
    why_not_opened,
)
from shared.application.approve.words import approval_details
from shared.application.journal import NO_REQUESTS, Entry, Journal, Requests, details
from shared.application.messages import CheckRequest
from shared.application.step import Step
from shared.domain.approval_rules import ApprovalTerms, WhenWorse
from shared.domain.approvals import Approval, ApprovalState, Ending, closed, moved
from shared.domain.approved_versions import came_in, permitted, same_version
from shared.domain.cases import CaseEvent, CaseState
from shared.domain.evidence import UpstreamingBehavior
from shared.domain.feeds import Feed
from shared.domain.policy import Protection
from shared.domain.rules import GuardPolicy
from shared.errors import FeedwardenError, PermissionMissing, UpstreamUnavailable
from shared.logs import told
from shared.ports import Clock, FeedService, FetchOutcome, NewId, Queue, QueueName, Register

logger = logging.getLogger(__name__)

WARN_BEFORE: Final = timedelta(days=1)
"""So long before it ends people are told that an approval does."""

CHAIN: Final = "approval under way"
"""The cause of the checks that an approval queues for itself."""

# How long to wait before the next look while the switch stands open for one version, or cannot be opened yet.
_LOOK_AGAIN: Final = tuple(timedelta(seconds=s) for s in (2, 5, 15, 30, 60))
# A queue hides a message for seven days at most; the timer finds what ends later.
_LONGEST_WAIT: Final = timedelta(days=6)


# What happens to the switch changes the verdict at once: these tell of both.
_ABOUT_THE_SWITCH: Final = frozenset(
    {
        CaseEvent.APPROVAL_OPENING,
        CaseEvent.APPROVAL_OPENED,
        CaseEvent.APPROVAL_EXPIRED,
        CaseEvent.APPROVAL_COMPLETED,
    }
)


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

    async def shut(self, approval: Approval | None) -> None:
        """Close a switch whose time is over before anything is found out; what it means is recorded afterwards.

        That it is to be closed then is on record since it was opened. Raises UpstreamUnavailable.
        """
        if approval is None or not is_to_be_shut(approval, self.clock()):
            return
        place = Feed(approval.feed, "", None, enabled=True, upstream_enabled=True, upstreams=())
        try:
            await self.service.clear_upstreaming_behavior(place, approval.name)
        except UpstreamUnavailable:
            raise
        except FeedwardenError as error:
            # The check goes on: it finds out what can be, and tells people of a switch that stays open.
            logger.warning(told("switch not closed at once", package=approval.name, error=error))

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
        if not step.may_ask:
            return NO_REQUESTS
        if step.approval is not None or not self.asks or not is_decidable(step):
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
        found = alarms_of(step, approval)
        if found:
            return await self._revoke(step, approval, found)
        if step.decision.protection is Protection.NOT_AT_RISK:
            return await self._end(step, approval, CaseEvent.APPROVAL_WITHDRAWN, "there is nothing to allow any more")
        saved = already_saved(step, approval)
        obstacle = obstacle_of(step)
        hopeless = await self._hopeless(step, approval, saved, obstacle)
        if hopeless:
            return await self._end(_with_approved(step, saved), approval, CaseEvent.APPROVAL_LAPSED, hopeless)
        if obstacle:
            logger.warning(told("approval waits", package=step.case.name, why=obstacle))
            return await self._again(step)
        opening = replace(moved(approval, CaseEvent.APPROVAL_OPENING), saved_before=step.evidence.saved_external)
        step = await self._write(step, opening, CaseEvent.APPROVAL_OPENING, "the switch is about to be opened")
        return await self._opening(step, opening)

    async def _hopeless(self, step: Step, approval: Approval, saved: tuple[str, ...], obstacle: str) -> str:
        """Say why what was granted can never be carried out, or not any more; empty = it may."""
        if saved:
            return f"version {saved[0]} is saved in the feed already: nothing had to be opened"
        if is_late(approval, self.clock()):
            return f"it could not be carried out within an hour: {obstacle or 'the feed could not be asked'}"
        return await why_impossible(self.service, step, approval)

    async def _opening(self, step: Step, approval: Approval) -> Step:
        found = alarms_of(step, approval)
        if found:
            return await self._revoke(step, approval, found)
        # Asked again: a crash after the intent was recorded may be hours, and another policy, ago.
        hopeless = why_not_opened(step, approval, self.clock())
        if hopeless:
            return await self._end(step, approval, CaseEvent.APPROVAL_LAPSED, hopeless)
        waits = obstacle_of(step) or await self._refused(step)
        if waits:
            logger.warning(told("approval waits", package=step.case.name, why=waits))
            return await self._again(step)
        return await self._opened(step, approval)

    async def _refused(self, step: Step) -> str:
        """Open the switch; return why it was refused, empty = it is open."""
        try:
            await self.service.allow_external_versions(step.gathered.feed, step.gathered.name)
        except PermissionMissing as error:
            return str(error)
        return ""

    async def _opened(self, step: Step, approval: Approval) -> Step:
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
        found = alarms_of(step, approval)
        if found:
            return await self._revoke(step, approval, found)
        pointless = "" if is_over(approval, self.clock()) else pointless_since(step, approval, self.clock())
        if pointless:
            return await self._revoke(step, approval, (pointless,), reopens=False)
        if approval.grant is None or approval.grant.version is None:
            return await self._for_a_while(step, approval)
        return await self._for_one_version(step, approval, approval.grant.version)

    async def _for_one_version(self, step: Step, approval: Approval, wanted: str) -> Step:
        """Have the feed save the version, and end where it did, or where the time is over.

        Seen saved is not enough: a Python version has several files, and each is saved by itself.
        """
        if is_over(approval, self.clock()):
            return await self._end(step, approval, CaseEvent.APPROVAL_EXPIRED, f"{wanted} was not saved in time")
        outcome = await fetched(self.service, step, wanted)
        if outcome is FetchOutcome.UNSUPPORTED:
            why = "versions of this ecosystem cannot be fetched one by one"
            return await self._end(step, approval, CaseEvent.APPROVAL_EXPIRED, why)
        whole = outcome is FetchOutcome.FETCHED
        if whole or has_been_tried(approval, self.clock()):
            step = await seen_anew(self.service, step)
            new = came_in(approval, step.evidence.saved_external)
            if any(same_version(approval.name.ecosystem, version, wanted) for version in new):
                why = f"version {wanted} is saved" + ("" if whole else ", but not every file of it could be fetched")
                return await self._end(step, approval, CaseEvent.APPROVAL_COMPLETED, why)
        return await self._again(step)

    async def _for_a_while(self, step: Step, approval: Approval) -> Step:
        if is_over(approval, self.clock()):
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
        if ended.closing_as is not None and not is_long_over(approval, self.clock()):
            step = _with_approved(step, permitted(approval, step.evidence.saved_external, ended.closing_as))
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
        case = step.case
        if event in _ABOUT_THE_SWITCH or step.stored is None:
            told_of = details(step.evidence, step.decision, case) | told_of
        else:
            # What else the check has found is recorded, and told, by the check itself.
            case = replace(step.stored.case, approved_versions=step.case.approved_versions)
        entry = Entry(event, step.request.cause, told_of)
        stored = await self.journal.write(case, entry, step.stored, Requests(moved=(approval, *more)))
        logger.info(told("approval moved", package=step.case.name, event=event.value, state=approval.state.value))
        alive = next((one for one in (*more, approval) if one.is_alive), None)
        known = stored.case
        found = replace(
            step.case, state=known.state, sequence=known.sequence, head=known.head, approval_id=known.approval_id
        )
        return replace(step, case=found, stored=stored, approval=alive)

    async def _again(self, step: Step, *, wait: timedelta | None = None) -> Step:
        # Deliveries, sweeps and timers look in as well: only what was decided, and what follows of that, goes on.
        if step.request.cause not in {DECISION, CHAIN}:
            return replace(step, comes_again=True)
        # The attempts of a check are limited, those of an approval are not: it has a time of its own.
        attempt = min(max(step.request.attempt, 0) + 1, len(_LOOK_AGAIN))
        request = CheckRequest(step.request.feed, step.case.name, CHAIN, attempt=attempt)
        delay = _LOOK_AGAIN[attempt - 1] if wait is None else wait
        await self.queue.put(QueueName.PACKAGE_CHECKS, request.text(), delay=delay)
        return replace(step, comes_again=True)

    def _terms(self, step: Step) -> ApprovalTerms:
        return self.policy.terms(step.gathered.feed.title, step.case.name)


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
