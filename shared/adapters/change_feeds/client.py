"""Look at a change feed once: wait, send, hand the answer on. What answers mean stands in the wire files.

Nothing is tried again here: the position was not moved, and the watch looks again soon.
"""

from __future__ import annotations

from http import HTTPStatus

from shared.adapters.change_feeds.conditional import ConditionalSender
from shared.adapters.change_feeds.wire import ChangeFeedWire, Step
from shared.adapters.outbound.guarded import Sender
from shared.adapters.outbound.messages import Answer
from shared.adapters.outbound.retry_after import retry_after
from shared.errors import UpstreamUnavailable
from shared.ports import ChangedNames, Clock, Sleep


class ChangeFeedClient:
    """One registry's change feed, as the port ChangeFeed."""

    def __init__(self, wire: ChangeFeedWire, sender: Sender, *, clock: Clock, sleep: Sleep) -> None:
        """Keep the wire to read with and the sender to ask with."""
        self._wire = wire
        self._sender = ConditionalSender(sender)
        self._clock = clock
        self._sleep = sleep

    async def changes(self, *, position: str | None) -> ChangedNames:
        """Return what changed after the position; None = begin now.

        Raises:
            UpstreamUnavailable: no answer, 429, 5xx, or the feed's own words for too many requests.
            UnexpectedAnswer: an answer that is not documented: nothing is known, so nothing is told.
            AddressRefused: the feed's address, or one that it gave, must not be asked.
        """
        conversation = self._wire.changes(position=position, now=self._clock())
        try:
            step = next(conversation)
            while True:
                step = conversation.send(await self._take(step))
        except StopIteration as end:
            told: ChangedNames = end.value
            return told

    async def _take(self, step: Step) -> Answer:
        if step.pause:
            await self._sleep(step.pause)
        answer = await self._sender.send(step.request)
        if answer.status != HTTPStatus.TOO_MANY_REQUESTS and answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return answer
        wait = retry_after(answer.headers, now=self._clock())
        text = f"it answered {answer.status}"
        raise UpstreamUnavailable(text, service=step.request.service, retry_after=wait)
