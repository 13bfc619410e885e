"""Ask a public registry about one name: send, wait, send again. What answers mean stands in the wire files."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Final

from shared.adapters.outbound.guarded import Sender
from shared.adapters.outbound.messages import Answer, Request
from shared.adapters.outbound.retry_after import retry_after
from shared.adapters.registries.wire import RegistryWire
from shared.domain.names import PackageName
from shared.domain.twins import Presence, PublicTwin, unknown_twin
from shared.errors import FeedwardenError, UpstreamUnavailable
from shared.ports import Clock, Sleep

_PAUSES: Final = (timedelta(seconds=0.5), timedelta(seconds=2))
# A function that waits longer than this costs more than the recheck that the application plans for unknowns.
_LONGEST_PAUSE: Final = timedelta(seconds=10)


class RegistryClient:
    """One kind of public registry, as the port PublicRegistry."""

    def __init__(self, wire: RegistryWire, sender: Sender, *, clock: Clock, sleep: Sleep) -> None:
        """Keep the wire to read with and the sender to ask with."""
        self._wire = wire
        self._sender = sender
        self._clock = clock
        self._sleep = sleep

    async def look_up(self, name: PackageName, *, location: str) -> PublicTwin:
        """Ask the registry at that (untrusted) location; every failure is a twin of unknown presence."""
        try:
            answer = await self._ask(self._wire.request(name, location))
            twin = self._wire.read(answer, name)
        except FeedwardenError as error:
            return unknown_twin(str(error))
        return await self._with_details(twin, name, location)

    async def _with_details(self, twin: PublicTwin, name: PackageName, location: str) -> PublicTwin:
        details = self._wire.details
        if details is None or twin.presence is not Presence.PRESENT:
            return twin
        try:
            return details.read(await self._ask(details.request(name, location)), twin)
        except FeedwardenError:
            # That it is there was already said; who and since when is for people only.
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
