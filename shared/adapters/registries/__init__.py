"""Public registries: one pure wire file each, one client that sends for all of them.

`registries(...)` is what the application is given. An ecosystem that is not in the mapping has no adapter: the
application takes its names for unknown.
"""

from __future__ import annotations

from types import MappingProxyType

from shared.adapters.outbound.guarded import Sender
from shared.adapters.registries.client import RegistryClient
from shared.adapters.registries.npm import NPM
from shared.adapters.registries.pypi import PYPI
from shared.domain.ecosystems import Ecosystem
from shared.ports import Clock, Registries, Sleep


def registries(sender: Sender, *, clock: Clock, sleep: Sleep) -> Registries:
    """Return every registry that can be asked; `sender` must be one that refuses addresses inside (GuardedClient)."""
    wires = {Ecosystem.NPM: NPM, Ecosystem.PYPI: PYPI}
    return MappingProxyType(
        {ecosystem: RegistryClient(wire, sender, clock=clock, sleep=sleep) for ecosystem, wire in wires.items()}
    )
