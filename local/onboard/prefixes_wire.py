"""Whose a prefix of names is, as far as public registries tell: requests and readers.

npm shows no owner of a scope, and NuGet no reservation, but on packages that are under it: both are searched. What a
search leaves out proves nothing. Publishers and owners are accounts that the registry vouches for.

Source: https://github.com/npm/registry/blob/main/docs/REGISTRY-API.md (search),
https://learn.microsoft.com/nuget/api/search-query-service-resource (`verified`)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlencode

from shared.adapters.outbound.messages import Answer, Request, read_object
from shared.adapters.registries.nuget_resources import read_resources
from shared.adapters.registries.wire import base_of, read_accounts, read_text
from shared.errors import UnexpectedAnswer

NPM, NUGET = "npm registry", "NuGet registry"
_MOST: Final = 50
_MOST_BYTES: Final = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Held:
    """One public package under a prefix: its accounts, and whether the registry marks the prefix as theirs."""

    name: str
    accounts: tuple[str, ...]
    reserved: bool = False


def search_scope(location: str, scope: str) -> Request:
    """Ask npm for packages of a scope, which is written with its @."""
    query = urlencode({"text": f"scope:{scope.removeprefix('@')}", "size": str(_MOST)}, quote_via=quote)
    return Request(f"{base_of(location)}/-/v1/search?{query}", NPM, max_bytes=_MOST_BYTES)


def read_scope(answer: Answer, scope: str) -> tuple[Held, ...]:
    """Read the packages of that very scope. Raises UnexpectedAnswer."""
    rows = _list(answer, "objects", service=NPM)
    packages = [row.get("package") for row in rows if isinstance(row, dict)]
    read = [_npm(package) for package in packages if isinstance(package, dict)]
    return tuple(held for held in read if held.name.startswith(f"{scope}/"))


def _npm(package: Mapping[str, Any]) -> Held:
    publisher = package.get("publisher")
    account = publisher.get("username") if isinstance(publisher, dict) else None
    return Held(read_text(package.get("name")) or "", read_accounts([account]))


def service_index(location: str) -> Request:
    """Ask a NuGet registry where its search is."""
    return Request(base_of(location), NUGET, max_bytes=_MOST_BYTES)


def search_ids(index: Answer, prefix: str) -> Request:
    """Ask for ids that begin with a prefix. Raises UnexpectedAnswer, AddressRefused."""
    if index.status != HTTPStatus.OK:
        raise UnexpectedAnswer(f"its service index answered {index.status}", service=NUGET)
    search = read_resources(read_object(index, service=NUGET), service=NUGET).search
    if search is None:
        raise UnexpectedAnswer("its service index names no search", service=NUGET)
    query = {"q": prefix.rstrip("."), "prerelease": "true", "semVerLevel": "2.0.0", "skip": "0", "take": str(_MOST)}
    return Request(f"{search}?{urlencode(query)}", NUGET, max_bytes=_MOST_BYTES)


def read_ids(answer: Answer, prefix: str) -> tuple[Held, ...]:
    """Read the packages whose ids begin so. Raises UnexpectedAnswer."""
    rows = [row for row in _list(answer, "data", service=NUGET) if isinstance(row, dict)]
    return tuple(held for held in map(_nuget, rows) if held.name.lower().startswith(prefix.lower()))


def _nuget(row: Mapping[str, Any]) -> Held:
    owners = row.get("owners")
    accounts = read_accounts(owners if isinstance(owners, list) else [owners])
    return Held(read_text(row.get("id")) or "", accounts, reserved=row.get("verified") is True)


def _list(answer: Answer, member: str, *, service: str) -> list[Any]:
    if answer.status != HTTPStatus.OK:
        raise UnexpectedAnswer(f"its search answered {answer.status}", service=service)
    rows = read_object(answer, service=service).get(member)
    if not isinstance(rows, list):
        raise UnexpectedAnswer("its search answered without a list", service=service)
    return rows[:_MOST]
