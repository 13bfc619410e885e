"""Check one package in one feed: gather, decide, act, record. Doing it twice does no harm."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from shared.application.approve.advance import Advancer
from shared.application.elsewhere import Spreader
from shared.application.gather import Gathered, Gatherer, is_propagating
from shared.application.journal import Entry, Journal, details, draft, judged
from shared.application.messages import LASTING, LATE_PAGE, CheckRequest
from shared.application.packs import is_judged_otherwise, is_worse, seen_at
from shared.application.step import Step
from shared.domain.approvals import Approval, ApprovalState
from shared.domain.cases import FINDING_OF, Case, CaseEvent, CaseState, next_state
from shared.domain.evidence import InternalPresence, Proof, UpstreamingBehavior, is_internal, twin_taken
from shared.domain.policy import Action, Mode, Protection, Stance, decide, is_drift
from shared.domain.reasons import Reason
from shared.domain.rules import GuardPolicy
from shared.domain.twins import Presence
from shared.errors import (
    FeedNotFound,
    PermissionMissing,
    StaleWrite,
    UnexpectedAnswer,
    UpstreamError,
    UpstreamUnavailable,
)
from shared.logs import told
from shared.ports import Clock, FeedService, Queue, QueueName, Register, StoredCase

logger = logging.getLogger(__name__)

# How long to wait before looking again at what is not settled, by attempt; the last one repeats. Seconds
# first, because most changes hold at once; then few calls until the documented three hours are over.
RECHECK_AFTER: Final = tuple(timedelta(seconds=s) for s in (3, 10, 30, 60, 300, 900, 1800))

# An unknown is left to the sweep after this many attempts.
_GIVE_UP: Final = 8

# A public package that gets a new version every minute must not fill the audit chain and everybody's inbox.
_PACK_NEWS_EVERY: Final = timedelta(hours=1)

# A queue hides a message for seven days at most, and nobody wants to wait that long.
_LONGEST_WAIT: Final = timedelta(days=1)


def recheck_after(attempt: int) -> timedelta:
    """Return how long to wait before the attempt after this one."""
    return RECHECK_AFTER[min(attempt, len(RECHECK_AFTER) - 1)]


def postpone_for(error: UpstreamUnavailable, attempt: int) -> timedelta:
    """Return how long to wait after a service did not answer: what it asked for, at most a day, or as for rechecks."""
    return min(error.retry_after or recheck_after(attempt), _LONGEST_WAIT)


@dataclass(frozen=True, slots=True)
class Checker:
    """The main use case."""

    gatherer: Gatherer
    service: FeedService
    register: Register
    journal: Journal
    queue: Queue
    policy: GuardPolicy
    clock: Clock
    spreader: Spreader
    approvals: Advancer

    async def check(self, request: CheckRequest) -> Protection | None:
        """Check once; what is not settled is queued for later.

        Returns:
            The verdict; None where it is put off: Azure DevOps asked us to come back later or could not be
            asked, the feed is disabled, or a public package's page is not there yet.

        Raises:
            UpstreamError: a person must mend it, or it failed too often: the message goes to poison.
            StaleWrite: two checks of one package met twice; the message is delivered again.
        """
        try:
            return await self._check_again_if_stale(request)
        except UpstreamUnavailable as error:
            if request.attempt >= _GIVE_UP or request.for_decision:
                raise
            wait = postpone_for(error, request.attempt)
            logger.warning(told("check postponed", package=str(request.name), error=str(error)))
            await self._again(request, wait)
            return None

    async def _check_again_if_stale(self, request: CheckRequest) -> Protection | None:
        try:
            return await self._check(request)
        except StaleWrite:
            # Two checks of one package met: the other one's result is read, and ours compared with it.
            logger.info(told("case moved meanwhile: checked again", package=request.name))
            return await self._check(request)

    async def _check(self, request: CheckRequest) -> Protection | None:
        stored = await self.register.case(request.feed, request.name)
        approval, readable = await self._alive(request, stored)
        # Before anything else is asked: whatever stands in the way of judging must not keep a switch open.
        await self.approvals.shut(approval)
        try:
            feed = await self.gatherer.book.feed(request.feed)
        except (FeedNotFound, PermissionMissing) as error:
            return await self._lost_sight(request, error)
        if not feed.enabled:
            # Azure answers nothing about it, and it serves nothing; the sweep sees when it is enabled again.
            logger.info(told("feed is disabled: not checked", feed=feed.title))
            return None
        gathered = await self.gatherer.gather(request, None if stored is None else stored.case, approval)
        if await self._waits_for_page(request, gathered, approval):
            return None
        step = replace(self._judged(request, gathered, stored, approval), may_ask=readable)
        step = await self.approvals.advance(step)
        under_way = step.stored is not None and step.stored.case.state is CaseState.ENFORCING
        if under_way or _is_closing(step) or step.decision.action is Action.SET_AUTO:
            verdict = await self._enforce(step)
        else:
            verdict = await self._record(step)
        await self._spread(step)
        return verdict

    async def _alive(self, request: CheckRequest, stored: StoredCase | None) -> tuple[Approval | None, bool]:
        """Return the approval that is alive, and whether that could be told; what cannot be read permits nothing."""
        if stored is None:
            return None, True
        try:
            return await self.register.approval(request.feed, request.name), True
        except UnexpectedAnswer as error:
            logger.error(told("approval not readable: taken for none", package=request.name, error=error))  # noqa: TRY400  # the text says it all
            return None, False

    def _judged(
        self, request: CheckRequest, gathered: Gathered, stored: StoredCase | None, approval: Approval | None
    ) -> Step:
        known = None if stored is None else stored.case
        stance = self.policy.stance(gathered.feed, gathered.name)
        decision = decide(gathered.evidence, stance)
        case = draft(
            feed=request.feed,
            title=gathered.feed.title,
            name=gathered.name,
            now=self.clock(),
            known=known,
            mode=stance.mode,
        )
        case = replace(
            judged(case, gathered.evidence, decision),
            package_id=gathered.package_id,
            pack=gathered.pack,
            evidence_digest="" if gathered.pack is None else gathered.pack.digest(),
            twin_seen_at=seen_at(known, gathered.evidence.twin, self.clock()),
            note="" if decision.protection is Protection.NOT_AT_RISK else gathered.note,
        )
        return Step(request, gathered, stance, decision, case, stored, approval)

    async def _spread(self, step: Step) -> None:
        """Have the feeds checked that may serve a name from outside which is internal here.

        A feed without a public upstream has no collision, but a registry's change feed told of the name.
        """
        evidence = step.evidence
        if evidence.internal is not InternalPresence.LIVE or not (twin_taken(evidence) or step.request.expects_twin):
            return
        # At every attempt: a check that was put off, or killed before this line, has spread nothing yet.
        try:
            await self.spreader.spread(step.gathered.feed, step.gathered.name)
        except UpstreamError as error:
            # This package's own check is done and recorded; the next sweep tries to spread it again.
            logger.warning(told("other feeds not asked for", package=step.gathered.name, error=error))

    async def _lost_sight(self, request: CheckRequest, error: UpstreamError) -> Protection:
        """Take a case whose feed cannot be seen any more for unknown: what was proved there holds no longer.

        Raises:
            FeedNotFound, PermissionMissing: there is no case, so the request was wrong.
        """
        stored = await self.register.case(request.feed, request.name)
        if stored is None:
            raise error
        reasons = (Reason.FEED_PERMISSION_MISSING,)
        case = replace(
            stored.case, protection=Protection.UNKNOWN, reasons=reasons, scenario=None, behavior=None, note=str(error)
        )
        if stored.case.state is not CaseState.ENFORCING and _news(
            stored.case, case, CaseEvent.FOUND_UNKNOWN, self.clock()
        ):
            words = {"why": str(error), "protection": case.protection.value, "reasons": ", ".join(reasons)}
            await self.journal.write(case, Entry(CaseEvent.FOUND_UNKNOWN, request.cause, words), stored)
        return Protection.UNKNOWN

    async def _waits_for_page(self, request: CheckRequest, gathered: Gathered, approval: Approval | None) -> bool:
        """Queue the check again where a change feed told of a package whose page is not there yet.

        An approval waits for nothing: its switch may be open.
        """
        absent = gathered.evidence.twin.presence is Presence.ABSENT and approval is None
        if not (request.expects_twin and absent and request.attempt < len(LATE_PAGE)):
            return False
        await self._again(request, LATE_PAGE[request.attempt])
        return True

    async def _enforce(self, step: Step) -> Protection:
        """Set `auto`: intent on record first, then the PATCH, then the record of it.

        A crash between any two leaves the case `enforcing`; the next check takes it up here.
        """
        evidence = step.evidence
        why = "" if _is_closing(step) else _reason_not_to(step)
        if why:
            return await self._given_up(step, why)
        if _is_closing(step) and await self._is_still_refused(step):
            return step.decision.protection
        if step.stored is None or step.stored.case.state is not CaseState.ENFORCING:
            intended = replace(step.case, previous_behavior=evidence.behavior)
            step = await self._write(step, intended, CaseEvent.ENFORCEMENT_INTENDED)
        try:
            # A switch that was opened a moment ago may still read as closed.
            if evidence.behavior is not UpstreamingBehavior.AUTO or _is_closing(step):
                await self.service.clear_upstreaming_behavior(step.gathered.feed, step.gathered.name)
        except PermissionMissing as error:
            return await self._given_up(step, str(error), permission_missing=True)
        return await self._sent(step)

    async def _is_still_refused(self, step: Step) -> bool:
        """Say whether closing the switch is refused as it was before: on record and told already."""
        known = None if step.stored is None else step.stored.case
        refused = known is not None and known.state is CaseState.EXPOSED
        if known is None or not refused or Reason.FEED_PERMISSION_MISSING not in known.reasons:
            return False
        try:
            await self.service.clear_upstreaming_behavior(step.gathered.feed, step.gathered.name)
        except PermissionMissing:
            return True
        return False

    async def _sent(self, step: Step) -> Protection:
        evidence = replace(step.evidence, behavior=UpstreamingBehavior.AUTO, proof=Proof.UNKNOWN, propagating=True)
        # Judged as if the mode were only to report: what is set now needs no second action.
        pending = step.judged_anew(evidence, stance=Stance(Mode.AUDIT))
        await self._write(pending, replace(pending.case, changed_at=self.clock()), CaseEvent.ENFORCEMENT_SENT)
        await self._again(replace(step.request, attempt=-1), recheck_after(0))
        return pending.decision.protection

    async def _given_up(self, step: Step, why: str, *, permission_missing: bool = False) -> Protection:
        """Record that the switch was not set, and why; what is exposed stays exposed."""
        known = step.evidence
        evidence = replace(known, permission_missing=known.permission_missing or permission_missing)
        refused = step.judged_anew(evidence)
        await self._write(refused, replace(refused.case, note=why), CaseEvent.ENFORCEMENT_REFUSED)
        return refused.decision.protection

    async def _record(self, step: Step) -> Protection:
        verdict = step.decision.protection
        if step.decision.action is Action.RECHECK:
            if not step.comes_again:
                await self._look_again(step)
            passing = step.request.attempt < LASTING and self.gatherer.lookup.knows(step.gathered.name)
            if verdict is Protection.UNKNOWN and passing:
                return verdict
        if _may_still_drift(step):
            return verdict
        kind = CaseEvent.FOUND_DRIFTED if _drifted(step) else FINDING_OF[verdict]
        if step.stored is None and kind in {CaseEvent.FOUND_SAFE, CaseEvent.FOUND_PENDING}:
            return verdict
        if step.stored is None or _is_to_be_shown(step) or _news(step.stored.case, step.case, kind, self.clock()):
            await self._write(step, step.case, kind)
        return verdict

    async def _look_again(self, step: Step) -> None:
        if step.request.for_decision:
            # Somebody waits for the answer now; each of many askers must not begin a chain of looks.
            return
        changed_at = step.case.changed_at
        waiting = is_propagating(changed_at, self.clock())
        askable = self.gatherer.lookup.knows(step.gathered.name)
        if waiting or (askable and step.request.attempt < _GIVE_UP):
            await self._again(step.request, recheck_after(step.request.attempt))

    async def _write(self, step: Step, case: Case, kind: CaseEvent) -> Step:
        entry = Entry(kind, step.request.cause, details(step.evidence, step.decision, case))
        sent = kind is CaseEvent.ENFORCEMENT_SENT
        requests = self.approvals.closing(step) if sent and _is_closing(step) else await self.approvals.requests(step)
        stored = await self.journal.write(case, entry, step.stored, requests)
        logger.info(
            told("case moved", package=str(case.name), feed=case.feed_title, event=kind.value, state=stored.case.state)
        )
        return replace(step, case=stored.case, stored=stored)

    async def _again(self, request: CheckRequest, wait: timedelta) -> None:
        await self.queue.put(QueueName.PACKAGE_CHECKS, request.again().text(), delay=wait)


def _is_closing(step: Step) -> bool:
    return step.approval is not None and step.approval.state is ApprovalState.CLOSING


def _reason_not_to(step: Step) -> str:
    """Say why the switch is left as it is; empty = it is set."""
    if step.evidence.behavior is not UpstreamingBehavior.AUTO and step.case.mode is Mode.AUDIT:
        return "the mode is audit now: the switch was left as it is"
    if step.evidence.behavior is None:
        return "the role was taken away: the switch can not be read"
    return ""


def _drifted(step: Step) -> bool:
    settled = step.decision.protection is not Protection.UNKNOWN
    return settled and is_drift(step.evidence)


def _may_still_drift(step: Step) -> bool:
    # An open switch that can no longer be read is not a closed one: the case stays as it is.
    unread = step.evidence.behavior is None and is_internal(step.evidence)
    known = None if step.stored is None else step.stored.case.state
    return known is CaseState.DRIFTED and unread and step.decision.protection is Protection.NOT_AT_RISK


def _is_to_be_shown(step: Step) -> bool:
    known = None if step.stored is None else step.stored.case
    return step.request.for_decision and known is not None and known.evidence_digest != step.case.evidence_digest


def _news(known: Case, found: Case, kind: CaseEvent, now: datetime) -> bool:
    """Say whether the case would tell anything that its row does not tell already.

    Whoever owns the twin changes it as often as they like: what neither class nor advisories nor our side show is told
    once in a while, and what is told then is the latest.
    """
    if known.twin.presence is not found.twin.presence or is_judged_otherwise(known.pack, found.pack):
        return True
    if is_worse(known.pack, found.pack) and now - known.updated_at >= _PACK_NEWS_EVERY:
        return True
    return next_state(known.state, kind) is not known.state or any(
        getattr(known, member) != getattr(found, member) for member in _TELLING
    )


_TELLING: Final = ("protection", "scenario", "reasons", "mode", "behavior", "saved_external")
