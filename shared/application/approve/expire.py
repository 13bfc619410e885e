"""Expire: find approvals with which something is to be done, and have their packages checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.application.approve.advance import WARN_BEFORE
from shared.application.messages import CheckRequest
from shared.domain.approvals import SWITCHED, Approval, ApprovalState, due_at
from shared.ports import Clock, Queue, QueueName, Register

# A check that is put off comes back by itself for about an hour, so those that are begun here get rarer: an outage must
# not fill the queue. After that, once in a while for as long as it takes; often while a switch may stand open.
_MINUTES: Final = tuple(timedelta(minutes=m) for m in (0, 1, 2, 10, 30, 60))
_EVERY: Final = timedelta(hours=6)
_EVERY_WHILE_OPEN: Final = timedelta(minutes=10)
_FRESH: Final = timedelta(days=1)


def nudges_between(due: datetime, after: datetime | None, now: datetime, *, every: timedelta = _EVERY) -> bool:
    """Say whether a check is to be begun for what was due at a time, not having been looked at since `after`.

    None = nobody knows when it was looked at last.
    """
    if now < due:
        return False
    if after is None or after < due:
        return True
    before, past = after - due, now - due
    return any(before < moment <= past for moment in _MINUTES) or before // every < past // every


@dataclass(slots=True)
class Expirer:
    """The timer's use case. It remembers when it last ran, so that one that fires late leaves nothing out."""

    register: Register
    queue: Queue
    clock: Clock
    _ran_at: datetime | None = None

    async def nudge(self) -> int:
        """Queue a check of every package whose approval is due; return how many.

        Another instance that does the same does no harm: checks can be done twice.
        """
        now, queued = self.clock(), 0
        async for approval in self.register.alive_approvals():
            open_ = approval.state in {*SWITCHED, ApprovalState.CLOSING}
            # What could not be closed for a day is a matter for people, who were told.
            fresh = any(now - due < _FRESH for due in _dues(approval))
            every = _EVERY_WHILE_OPEN if open_ and fresh else _EVERY
            if any(nudges_between(due, self._ran_at, now, every=every) for due in _dues(approval)):
                request = CheckRequest(approval.feed, approval.name, "approval due")
                await self.queue.put(QueueName.PACKAGE_CHECKS, request.text())
                queued += 1
        self._ran_at = now
        return queued


def _dues(approval: Approval) -> tuple[datetime, ...]:
    due = due_at(approval, warn_before=WARN_BEFORE)
    # One exact version is due from the opening on; that its time is over has to be seen then, not hours later.
    over = approval.until if approval.state is ApprovalState.IN_FORCE else None
    return tuple(moment for moment in (due, over) if moment is not None)
