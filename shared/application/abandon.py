"""Abandon: what failed too often becomes visible instead of lying in a poison queue."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Final

from shared.application.journal import Entry, Journal, draft
from shared.application.messages import CheckRequest, SweepKind, SweepRequest
from shared.application.notify_messages import Dispatch
from shared.application.public_list import ListReader
from shared.application.setbacks import Setbacks
from shared.domain.cases import CaseEvent, CaseState
from shared.domain.policy import Mode, Protection
from shared.errors import UnexpectedAnswer, UntrustedInput
from shared.logs import told
from shared.ports import Clock, Register

logger = logging.getLogger(__name__)

_WHY: Final = "failed 5 times; the log has the errors; the next sweep or delivery tries again"
_NOT_SENT: Final = "the log has it, and the errors"


@dataclass(frozen=True, slots=True)
class Abandoner:
    """Handles the messages of the poison queues."""

    register: Register
    journal: Journal
    setbacks: Setbacks
    lists: ListReader
    clock: Clock

    async def abandon_check(self, text: str) -> None:
        """Move the case of a check that failed too often to `abandoned`, with its event and notice."""
        try:
            request = CheckRequest.of(text)
        except UntrustedInput:
            await self._unreadable("package-checks", text)
            return
        try:
            stored = await self.register.case(request.feed, request.name)
        except UnexpectedAnswer as error:
            logger.error(told("check abandoned, and its case is not readable", package=request.name, error=error))  # noqa: TRY400  # the text says it all
            await self.setbacks.remember(request.feed, f"the case of {request.name} is not readable: {error}")
            return
        if stored is not None and stored.case.state is CaseState.ABANDONED:
            return
        case = draft(
            feed=request.feed,
            title=request.feed.feed_id if stored is None else stored.case.feed_title,
            name=request.name,
            now=self.clock(),
            known=None if stored is None else stored.case,
            mode=Mode.AUDIT if stored is None else stored.case.mode,
        )
        entry = Entry(CaseEvent.CHECK_ABANDONED, request.cause, {"why": _WHY, "protection": Protection.UNKNOWN.value})
        unjudged = replace(case, note=_WHY, protection=Protection.UNKNOWN, reasons=(), scenario=None)
        await self.journal.write(unjudged, entry, stored)

    async def abandon_sweep(self, text: str) -> None:
        """Remember the feed whose walk failed too often, for readiness to show."""
        try:
            request = SweepRequest.of(text)
        except UntrustedInput:
            await self._unreadable("feed-sweeps", text)
            return
        logger.error(told("walk abandoned", kind=request.kind.value, cause=request.cause))
        about = f"{request.kind} of {request.only} {request.location}" if request.location else request.kind
        await self.setbacks.remember(request.feed, f"{about} for {request.cause}: {_WHY}")
        if request.kind is SweepKind.PUBLIC_NAMES:
            await self.lists.give_up(request)

    async def abandon_notice(self, text: str) -> None:
        """Remember that people were not told of something; the log keeps what it was."""
        logger.error(told("notice not sent", text=text[:2000]))
        try:
            notice = Dispatch.of(text).notice
        except UntrustedInput:
            await self._unreadable("notices", text)
            return
        what = f"{notice.kind} ({notice.facts.get('package') or notice.facts.get('feed') or notice.feed.feed_id})"
        await self.setbacks.remember(None, f"a letter could not be sent, by no way there is: {what}; {_NOT_SENT}")

    async def _unreadable(self, queue: str, text: str) -> None:
        logger.error(told("message not readable", queue=queue, text=text[:500]))
        await self.setbacks.remember(None, f"a message in {queue} was not readable: see the log")
