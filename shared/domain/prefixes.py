"""Prefixes of names that are ours: npm scopes, beginnings of NuGet ids, Maven groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName


def _under_scope(name: PackageName, prefix: str) -> bool:
    return name.npm_scope is not None and f"@{name.npm_scope}" == prefix


def _under_id_prefix(name: PackageName, prefix: str) -> bool:
    # Whole parts only: `Contoso.` does not speak of `ContosoX`.
    return name.canonical.startswith(prefix.lower().rstrip(".") + ".")


def _under_group(name: PackageName, prefix: str) -> bool:
    group, _ = name.maven_coordinates
    return group == prefix or group.startswith(f"{prefix}.")


_UNDER: Final[Mapping[Ecosystem, Callable[[PackageName, str], bool]]] = MappingProxyType(
    {Ecosystem.NPM: _under_scope, Ecosystem.NUGET: _under_id_prefix, Ecosystem.MAVEN: _under_group}
)


def prefix_of(name: PackageName, prefixes: Iterable[str]) -> str | None:
    """Return the prefix that a name stands under; None where there is none, or its ecosystem has no prefixes."""
    under = _UNDER.get(name.ecosystem)
    if under is None:
        return None
    return next((prefix for prefix in prefixes if under(name, prefix)), None)
