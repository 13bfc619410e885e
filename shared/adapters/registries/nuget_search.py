"""Whose a NuGet package is: accounts stand in the answer of the search resource, and nowhere else.

Search leaves packages out, and is never asked whether one is there.

Source: https://learn.microsoft.com/nuget/api/search-query-service-resource
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from shared.adapters.outbound.messages import Answer, Request, read_object
from shared.adapters.registries.wire import read_accounts
from shared.domain.names import PackageName
from shared.domain.twins import PublicTwin
from shared.errors import RefusedName

# A result repeats every version; a registry that does not know `packageid:` answers with what resembles the id.
_MOST_BYTES: Final = 2 * 1024 * 1024
_MOST_RESULTS: Final = 5


def search_request(search: str, name: PackageName, *, service: str) -> Request:
    """Ask for one package by its id, whatever versions it has."""
    query = {
        "q": f"packageid:{name.spelling}",
        "prerelease": "true",
        "semVerLevel": "2.0.0",
        "skip": "0",
        "take": str(_MOST_RESULTS),
    }
    return Request(f"{search}?{urlencode(query)}", service, max_bytes=_MOST_BYTES)


def add_owners(answer: Answer, twin: PublicTwin, name: PackageName, *, service: str) -> PublicTwin:
    """Add the owners, one text or a list by the documents.

    Raises:
        UnexpectedAnswer: no readable result.
    """
    if answer.status != HTTPStatus.OK:
        return twin
    results = read_object(answer, service=service).get("data")
    for result in results[:_MOST_RESULTS] if isinstance(results, list) else ():
        if isinstance(result, dict) and _is_about(result.get("id"), name):
            owners = result.get("owners")
            return replace(twin, publishers=read_accounts(owners if isinstance(owners, list) else [owners]))
    return twin


def _is_about(spelling: object, name: PackageName) -> bool:
    try:
        return isinstance(spelling, str) and PackageName.of(name.ecosystem, spelling) == name
    except RefusedName:
        return False
