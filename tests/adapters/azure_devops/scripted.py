"""A scripted service behind httpx.MockTransport, and time that only passes when somebody sleeps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from shared.adapters.azure_devops.client import AzureDevOpsFeeds
from shared.adapters.azure_devops.credentials import Credentials, PersonalAccessToken
from shared.adapters.azure_devops.exchange import Answer
from shared.adapters.azure_devops.sender import Sender
from shared.adapters.azure_devops.throttle import Timing
from tests.adapters.azure_devops.samples import HOSTS
from tests.fakes.times import PassingSleep, SettableClock

SAMPLE_TOKEN = "sample-pat-0123456789"

type Reply = Answer | Exception | Callable[[httpx.Request], httpx.Response]


@dataclass(slots=True)
class ScriptedService:
    """Answers in the order of the script, the last one for ever; keeps what was asked."""

    script: list[Reply]
    asked: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Give the next answer."""
        self.asked.append(request)
        reply = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, Answer):
            return httpx.Response(reply.status, headers=dict(reply.headers), content=reply.body)
        return reply(request)

    @property
    def paths(self) -> list[str]:
        """The paths that were asked for, as they went over the wire, without their queries."""
        return [request.url.raw_path.decode("ascii").partition("?")[0] for request in self.asked]


@dataclass(slots=True)
class Bench:
    """A client over a scripted service, with its clock and its sleeps."""

    service: ScriptedService
    clock: SettableClock
    sleep: PassingSleep
    http: httpx.AsyncClient
    sender: Sender
    feeds: AzureDevOpsFeeds


def bench(*script: Reply, credentials: Credentials | None = None) -> Bench:
    """Set up a client whose service follows the script; chance always comes out in the middle."""
    service = ScriptedService(list(script))
    clock = SettableClock()
    sleep = PassingSleep(clock)
    http = httpx.AsyncClient(transport=httpx.MockTransport(service), follow_redirects=True)
    sender = Sender(
        http,
        credentials=credentials or PersonalAccessToken(SAMPLE_TOKEN),
        timing=Timing(clock, sleep, lambda: 0.5),
        user_agent="feedwarden-tests",
    )
    feeds = AzureDevOpsFeeds(sender, hosts=HOSTS, organization="Acme", clock=clock)
    return Bench(service, clock, sleep, http, sender, feeds)
