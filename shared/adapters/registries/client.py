"""Ask a public registry about one name: send, wait, send again. What answers mean stands in the wire files."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Final

from shared.adapters.outbound.guarded import Sender
from shared.adapters.outbound.messages import Answer, Request
from shared.adapters.outbound.retry_after import retry_after
from shared.adapters.registries.wire import Conversation, Wire
from shared.domain.names import PackageName
from shared.domain.twins import PublicTwin, unknown_twin
from shared.errors import FeedwardenError, UpstreamUnavailable
from shared.ports import Clock, Sleep

_PAUSES: Final = (timedelta(seconds=0.5), timedelta(seconds=2))
# A function that waits longer than this costs more than the recheck that the application plans for unknowns.
_LONGEST_PAUSE: Final = timedelta(seconds=10)


class RegistryClient:
    """One kind of public registry, as the port PublicRegistry."""

    def __init__(self, wire: Wire, sender: Sender, *, clock: Clock, sleep: Sleep) -> None:
        """Keep the wire to read with and the sender to ask with."""
        self._wire = wire
        self._sender = sender
        self._clock = clock
        self._sleep = sleep

    async def look_up(self, name: PackageName, *, location: str) -> PublicTwin:
        """Ask the registry at that (untrusted) location; every failure is a twin of unknown presence."""
        try:
            return await self._hold(self._wire.look_up(name, location))
        except FeedwardenError as error:
            return unknown_twin(str(error))

    async def _hold(self, conversation: Conversation) -> PublicTwin:
        """Ask what the conversation wants to know until it has come to an end."""
        try:
            request = next(conversation)
            while True:
                try:
                    answer = await self._ask(request)
                except FeedwardenError as error:
                    # The wire decides what a question without an answer means: for details, that there are none.
                    request = conversation.throw(error)
                else:
                    request = conversation.send(answer)
        except StopIteration as end:
            twin: PublicTwin = end.value
            return twin

    async def _ask(self, request: Request) -> Answer:
        """Send until an answer tells something; raises UpstreamUnavailable after the last attempt."""
        for pause in _PAUSES:
            try:
                return await self._attempt(request)
            except UpstreamUnavailable as error:
                wait = pause if error.retry_after is None else max(pause, error.retry_after)
                if wait > _LONGEST_PAUSE:
                    raise
            await self._sleep(wait)
        return await self._attempt(request)

    async def _attempt(self, request: Request) -> Answer:
        answer = await self._sender.send(request)
        if answer.status != HTTPStatus.TOO_MANY_REQUESTS and answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return answer
        wait = retry_after(answer.headers, now=self._clock())
        later = "" if wait is None else f", and asks to wait {wait.total_seconds():.0f} s"
        raise UpstreamUnavailable(f"it answered {answer.status}{later}", service=request.service, retry_after=wait)
