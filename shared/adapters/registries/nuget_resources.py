"""Which address of a NuGet registry serves what, as its service index says.

The addresses are as untrusted as the location itself. They may lead to another host, as those of a registry with a
content network in front do: the guarded client checks each like the first address (https, on the public internet).

Source: https://learn.microsoft.com/nuget/api/service-index
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from shared.adapters.registries.wire import base_of, read_text
from shared.errors import AddressRefused, UnexpectedAnswer

_FLAT_CONTAINER: Final = ("PackageBaseAddress/3.0.0",)
# The first has every version; the last two leave out versions of SemVer 2.0.0.
_REGISTRATIONS: Final = (
    "RegistrationsBaseUrl/3.6.0",
    "RegistrationsBaseUrl/Versioned",
    "RegistrationsBaseUrl/3.4.0",
    "RegistrationsBaseUrl",
)
# All of them answer alike; the last two are other names of the second.
_SEARCHES: Final = (
    "SearchQueryService/3.5.0",
    "SearchQueryService",
    "SearchQueryService/3.0.0-rc",
    "SearchQueryService/3.0.0-beta",
)
_LONGEST_ADDRESS: Final = 2048


@dataclass(frozen=True, slots=True)
class NuGetResources:
    """Addresses without trailing slashes; None = the registry serves none."""

    flat_container: str
    registrations: str | None
    search: str | None = None


def read_resources(index: Mapping[str, Any], *, service: str) -> NuGetResources:
    """Read a service index.

    Raises:
        UnexpectedAnswer: it is of another major version, or names no flat container.
        AddressRefused: an address to which no path can be appended.
    """
    version, resources = read_text(index.get("version")), index.get("resources")
    if version is None or version.partition(".")[0] != "3" or not isinstance(resources, list):
        raise UnexpectedAnswer("no service index of NuGet's version 3", service=service)
    addresses = dict(_typed(resources))
    flat_container = _first(addresses, _FLAT_CONTAINER)
    if flat_container is None:
        raise UnexpectedAnswer("its service index names no PackageBaseAddress/3.0.0", service=service)
    return NuGetResources(flat_container, _first(addresses, _REGISTRATIONS), _search(addresses))


def _typed(resources: Iterable[Any]) -> Iterable[tuple[str, str]]:
    for resource in resources:
        if not isinstance(resource, dict):
            continue
        address, kind = resource.get("@id"), resource.get("@type")
        if isinstance(address, str) and len(address) <= _LONGEST_ADDRESS and isinstance(kind, str):
            yield kind, address


def _first(addresses: Mapping[str, str], kinds: Iterable[str]) -> str | None:
    return next((base_of(addresses[kind]) for kind in kinds if kind in addresses), None)


def _search(addresses: Mapping[str, str]) -> str | None:
    try:
        return _first(addresses, _SEARCHES)
    except AddressRefused:
        # It is for details only: without it the registry can still be asked what is there.
        return None
