"""Public registries: pure wire files, one client that sends for all of them.

`registries(...)` is what the application is given: every ecosystem has its registry.
"""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType
from typing import Final

from shared.adapters.outbound.conditional import ConditionalSender
from shared.adapters.outbound.guarded import Sender
from shared.adapters.outbound.paced import PacedSender
from shared.adapters.registries.cargo import Cargo
from shared.adapters.registries.client import RegistryClient
from shared.adapters.registries.maven import Maven
from shared.adapters.registries.maven_breaker import CircuitBreaker, Rests
from shared.adapters.registries.npm import NPM
from shared.adapters.registries.nuget import NuGet
from shared.adapters.registries.pypi import PYPI
from shared.adapters.registries.wire import Wire
from shared.application.rounds import SPACING
from shared.domain.ecosystems import Ecosystem
from shared.ports import Clock, Registries, Sleep

# A checked package's documents are asked again and again; most are small, and what is larger is asked for whole.
_KEPT_ANSWERS: Final = 256
_LARGEST_KEPT_BODY: Final = 64 * 1024
_MAVEN_SPACING: Final = SPACING[Ecosystem.MAVEN]


def registries(sender: Sender, *, clock: Clock, sleep: Sleep, maven_spacing: timedelta = _MAVEN_SPACING) -> Registries:
    """Return every registry that can be asked; `sender` must be one that refuses addresses inside (GuardedClient).

    What registries say of themselves, and who wants to be left alone, is remembered in what is returned: one a process.
    `maven_spacing` is kept between two requests to one Maven repository.
    """

    def conditional() -> Sender:
        return ConditionalSender(sender, most_answers=_KEPT_ANSWERS, largest_body=_LARGEST_KEPT_BODY)

    asked: dict[Ecosystem, tuple[Wire, Sender]] = {
        Ecosystem.NPM: (NPM, conditional()),
        Ecosystem.PYPI: (PYPI, conditional()),
        Ecosystem.NUGET: (NuGet(clock), conditional()),
        # Conditional requests count against Maven Central's limits like any other.
        Ecosystem.MAVEN: (Maven(), _unhurried(sender, clock=clock, sleep=sleep, spacing=maven_spacing)),
        Ecosystem.CARGO: (Cargo(clock), conditional()),
    }
    return MappingProxyType(
        {
            ecosystem: RegistryClient(wire, its_sender, clock=clock, sleep=sleep)
            for ecosystem, (wire, its_sender) in asked.items()
        }
    )


def _unhurried(sender: Sender, *, clock: Clock, sleep: Sleep, spacing: timedelta) -> Sender:
    """Return a sender that keeps its distance, and leaves alone who asks for it."""
    rests = Rests(clock)
    paced = PacedSender(CircuitBreaker(sender, rests=rests), spacing=spacing, clock=clock, sleep=sleep)
    return CircuitBreaker(paced, rests=rests)
