"""What is ours by the policy file's word: publishers, repositories, and name prefixes on public registries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from shared.domain.ecosystems import Ecosystem


@dataclass(frozen=True, slots=True)
class Ours:
    """Accounts that publish for us, by ecosystem; repositories as `host/owner`; prefixes of names, by ecosystem.

    A prefix is an npm scope (`@contoso`), the beginning of NuGet ids (`Contoso.`) or a Maven group (`com.contoso`).
    """

    publishers: Mapping[Ecosystem, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    repositories: tuple[str, ...] = ()
    prefixes: Mapping[Ecosystem, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))


NOTHING_OURS = Ours()
