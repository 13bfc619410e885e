"""Public registries: pure wire files, one client that sends for all of them.

`registries(...)` is what the application is given: every ecosystem has its registry.
"""

from __future__ import annotations

from types import MappingProxyType

from shared.adapters.outbound.guarded import Sender
from shared.adapters.registries.cargo import Cargo
from shared.adapters.registries.client import RegistryClient
from shared.adapters.registries.maven import Maven
from shared.adapters.registries.maven_breaker import CircuitBreaker
from shared.adapters.registries.npm import NPM
from shared.adapters.registries.nuget import NuGet
from shared.adapters.registries.pypi import PYPI
from shared.adapters.registries.wire import Wire
from shared.domain.ecosystems import Ecosystem
from shared.ports import Clock, Registries, Sleep


def registries(sender: Sender, *, clock: Clock, sleep: Sleep) -> Registries:
    """Return every registry that can be asked; `sender` must be one that refuses addresses inside (GuardedClient).

    What registries say of themselves, and who wants to be left alone, is remembered in what is returned: one a process.
    """
    asked: dict[Ecosystem, tuple[Wire, Sender]] = {
        Ecosystem.NPM: (NPM, sender),
        Ecosystem.PYPI: (PYPI, sender),
        Ecosystem.NUGET: (NuGet(clock), sender),
        Ecosystem.MAVEN: (Maven(), CircuitBreaker(sender, clock=clock)),
        Ecosystem.CARGO: (Cargo(clock), sender),
    }
    return MappingProxyType(
        {
            ecosystem: RegistryClient(wire, its_sender, clock=clock, sleep=sleep)
            for ecosystem, (wire, its_sender) in asked.items()
        }
    )
