"""Take one step of a walk, whichever kind it is, and put off what a service cannot answer now."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Final

from shared.application.check import postpone_for
from shared.application.follow import Follower
from shared.application.look_alikes import LookAlikeReporter
from shared.application.messages import SweepKind, SweepRequest
from shared.application.public_list import ListReader
from shared.application.sweep import Sweeper
from shared.errors import UntrustedInput, UpstreamUnavailable
from shared.logs import told
from shared.ports import Queue, QueueName

logger = logging.getLogger(__name__)

_GIVE_UP: Final = 8


@dataclass(frozen=True, slots=True)
class Walker:
    """Handles the messages of the queue `feed-sweeps`."""

    follower: Follower
    sweeper: Sweeper
    lists: ListReader
    look_alikes: LookAlikeReporter
    queue: Queue

    async def take(self, request: SweepRequest) -> None:
        """Take the step; where Azure DevOps is not available, queue it for later.

        Raises:
            UpstreamError: a person must mend it, or it failed too often: the message goes to poison.
        """
        try:
            await self._step(request)
        except UpstreamUnavailable as error:
            if request.attempt >= _GIVE_UP:
                raise
            wait = postpone_for(error, request.attempt)
            logger.warning(told("walk postponed", kind=request.kind.value, error=str(error)))
            later = replace(request, attempt=request.attempt + 1)
            await self.queue.put(QueueName.FEED_SWEEPS, later.text(), delay=wait)

    async def _step(self, request: SweepRequest) -> None:
        if request.kind is SweepKind.HINT:
            await self.follower.follow_hint(request)
        elif request.kind is SweepKind.PUBLIC_NAMES:
            await self.lists.read_on(request)
        elif request.kind is SweepKind.LOOK_ALIKE:
            await self.look_alikes.look_at(request)
        elif request.feed is None:
            raise UntrustedInput(f"a walk of kind {request.kind} names no feed")
        elif not (await self.follower.book.feed(request.feed)).enabled:
            logger.info(told("feed is disabled: not walked", feed_id=request.feed.feed_id))
        elif request.kind is SweepKind.CHANGES:
            await self.follower.read_changes(request.feed, request)
        else:
            await self.sweeper.walk_page(request.feed, request)
