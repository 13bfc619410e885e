"""The real function app in the real worker, over the in-memory house."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from functions import approvals, audits, canary, checks, health, hooks, notices, poison, sweeps, watches
from local.host.http_messages import Answer, Request, to_answer, to_message
from local.host.messages import Message, text
from local.host.server import load
from local.host.timers import timer_payload
from local.host.worker import Invocation, Worker
from local.stack.sample import GENERIC_SECRET, app_settings
from shared.adapters.doors import doors
from shared.application.approve.expire import Expirer
from shared.application.intake import Intake
from shared.application.seal import Sealer
from shared.bootstrap import App
from tests.adapters.doors.vectors import OLDER, SECRET, VECTORS
from tests.application.canary_scene import retired
from tests.application.house import House
from tests.fakes import START
from tests.fakes.digests import MemoryDigests

ROOT = Path(__file__).parent.parent.parent
SECRETS = {
    "azure-devops": ("sample-secret-new", "sample-secret-old"),
    "generic": (GENERIC_SECRET,),
    **dict.fromkeys(VECTORS, (SECRET, OLDER)),
}


@pytest.fixture(scope="session")
async def worker() -> Worker:
    """Index the app once: the worker keeps its registry in a module global."""
    with pytest.MonkeyPatch.context() as patch:
        nowhere = "http://127.0.0.1:9"
        settings = app_settings(
            devops_url=nowhere, registry_urls=[nowhere], connection_string="UseDevelopmentStorage=true"
        )
        for name, value in settings.items():
            patch.setenv(name, value)
        loaded, _, _ = await load(ROOT)
    return loaded


def app_over(house: House) -> App:
    """Wire the use cases over the fakes, with the real doors."""
    return App(
        intake=Intake(doors(SECRETS), house.deliveries, house.queue, house.clock),
        walker=house.walker,
        sweeper=house.sweeper,
        checker=house.checker,
        abandoner=house.abandoner,
        feed_watcher=house.feed_watcher,
        registry_watcher=house.watcher,
        rounds=house.rounds,
        relay=house.notices,
        messenger=house.messenger,
        announcer=house.announcer,
        hook_inspector=house.hook_inspector,
        sealer=Sealer(house.register, MemoryDigests(), house.clock),
        readiness=house.readiness,
        expirer=Expirer(house.register, house.queue, house.clock),
        approvals=None,
        canary=retired(house),
    )


@dataclass(frozen=True, slots=True)
class Platform:
    """Invokes the app's functions as the platform does."""

    worker: Worker
    house: House

    async def http(self, name: str, *, headers: dict[str, str], body: bytes, route: dict[str, str]) -> Answer:
        """Invoke an HTTP function."""
        request = Request("POST", "http://127.0.0.1/api", tuple(headers.items()), (), body)
        call = Invocation(self.worker.function(name), to_message(request, route_values=route))
        return to_answer((await self.worker.invoke(call)).returned)

    async def queue(self, name: str, content: str) -> None:
        """Invoke a queue function with one message."""
        metadata: dict[str, Message] = {"Id": text("m-1"), "DequeueCount": text("1")}
        await self.worker.invoke(Invocation(self.worker.function(name), text(content), metadata))

    async def timer(self, name: str) -> None:
        """Invoke a timer function."""
        payload = Message(json=timer_payload(last=None, following=START))
        await self.worker.invoke(Invocation(self.worker.function(name), payload))


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], App]], None]:
    """Replace what every trigger asks for the application."""

    def replace(provide: Callable[[], App]) -> None:
        for room in (approvals, audits, canary, checks, health, hooks, notices, poison, sweeps, watches):
            monkeypatch.setattr(room, "app", provide)

    return replace


@pytest.fixture
def platform(worker: Worker, install: Callable[[Callable[[], App]], None]) -> Platform:
    """The app over a fresh house."""
    house = House()
    install(lambda: app_over(house))
    return Platform(worker, house)
