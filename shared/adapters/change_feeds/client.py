"""Look at a change feed once: wait, send, hand the answer on. What answers mean stands in the wire files.

Nothing is tried again here: the position was not moved, and the watch looks again soon.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime
from http import HTTPStatus

from shared.adapters.change_feeds.wire import ChangeFeedWire, Step
from shared.adapters.outbound.conditional import ConditionalSender
from shared.adapters.outbound.guarded import Sender
from shared.adapters.outbound.messages import Answer, AnswerHead
from shared.adapters.outbound.retry_after import retry_after
from shared.errors import UpstreamUnavailable
from shared.ports import ChangedNames, Clock, Sleep


class ChangeFeedClient:
    """One registry's change feed, as the port ChangeFeed."""

    def __init__(self, wire: ChangeFeedWire, sender: Sender, *, clock: Clock, sleep: Sleep) -> None:
        """Keep the wire to read with and the sender to ask with."""
        self._wire = wire
        self._caller = Caller(sender, clock=clock, sleep=sleep)
        self._clock = clock

    async def changes(self, *, position: str | None) -> ChangedNames:
        """Return what changed after the position; None = begin now. Raises as Caller.converse."""
        return await self._caller.converse(self._wire.changes(position=position, now=self._clock()))


class Caller:
    """Asks what a wire wants to know; documents that did not change are not sent again."""

    def __init__(self, sender: Sender, *, clock: Clock, sleep: Sleep) -> None:
        """Keep the sender to ask with."""
        self._sender = ConditionalSender(sender)
        self._clock = clock
        self._sleep = sleep

    async def converse[Told](self, conversation: Generator[Step, Answer, Told]) -> Told:
        """Send, wait and hand answers on until the conversation has come to an end.

        Raises:
            UpstreamUnavailable: no answer, 429, 5xx, or the service's own words for too many requests.
            UnexpectedAnswer: an answer that is not documented: nothing is known, so nothing is told.
            AddressRefused: the address, or one that the service gave, must not be asked.
        """
        try:
            step = next(conversation)
            while True:
                step = conversation.send(await self._take(step))
        except StopIteration as end:
            told: Told = end.value
            return told

    async def _take(self, step: Step) -> Answer:
        if step.pause:
            await self._sleep(step.pause)
        answer = await self._sender.send(step.request)
        refuse_trouble(answer, service=step.request.service, now=self._clock())
        return answer


def refuse_trouble(answer: AnswerHead, *, service: str, now: datetime) -> None:
    """Raise UpstreamUnavailable for 429 and 5xx, with the wait that the service asks for."""
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        wait = retry_after(answer.headers, now=now)
        raise UpstreamUnavailable(f"it answered {answer.status}", service=service, retry_after=wait)
