"""After a 429 a Maven repository is left alone for as long as it asks.

Maven Central answers 429 with half an hour of Retry-After, and counts what is asked meanwhile, 404s too: asking on
would only make the wait longer. Other registries recover within a request's own pauses.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final

from shared.adapters.outbound.addresses import host_of
from shared.adapters.outbound.guarded import Sender
from shared.adapters.outbound.messages import Answer, Request
from shared.adapters.outbound.retry_after import retry_after
from shared.errors import UpstreamUnavailable
from shared.ports import Clock

# What Maven Central is seen to ask for; taken where a repository names no time.
_USUAL_REST: Final = timedelta(minutes=30)
# A slip in a header must not close a repository for good.
_LONGEST_REST: Final = timedelta(days=1)


class Rests:
    """Which hosts want to be left alone, and until when; in memory, for this process.

    One host's wait does not hold for another: limits are the repository's own, and a custom upstream that
    whoever administers a feed has invented must not be able to silence the others.
    """

    def __init__(self, clock: Clock) -> None:
        """Begin with none; `clock` tells when the waits are over."""
        self._clock = clock
        self._until: dict[str, datetime] = {}

    def check(self, request: Request) -> None:
        """Let a request pass.

        Raises:
            UpstreamUnavailable: its host is resting, until the time in the text.
        """
        now = self._clock()
        self._until = {host: until for host, until in self._until.items() if until > now}
        until = self._until.get(host_of(request.url))
        if until is not None:
            told = f"{until.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
            text = f"it asked for fewer requests, and is not asked again before {told}"
            raise UpstreamUnavailable(text, service=request.service, retry_after=until - now)

    def note(self, request: Request, answer: Answer) -> None:
        """Remember what a host asks for."""
        if answer.status != HTTPStatus.TOO_MANY_REQUESTS:
            return
        now, host = self._clock(), host_of(request.url)
        asked = retry_after(answer.headers, now=now)
        until = now + min(_USUAL_REST if asked is None else asked, _LONGEST_REST)
        # Requests that were under way may be answered later, with less to wait.
        self._until[host] = max(until, self._until.get(host, until))


class CircuitBreaker:
    """A sender that sends nothing to a host that is resting.

    Where requests wait between the caller and the host, one breaker stands before the queue and one behind it, with
    the same rests: what was let in before a 429 must not be sent after it.
    """

    def __init__(self, sender: Sender, *, rests: Rests) -> None:
        """Wrap the sender."""
        self._sender = sender
        self._rests = rests

    async def send(self, request: Request) -> Answer:
        """Send one request, unless its host is resting.

        Raises:
            UpstreamUnavailable: it is; else as the wrapped sender.
        """
        self._rests.check(request)
        answer = await self._sender.send(request)
        self._rests.note(request, answer)
        return answer
