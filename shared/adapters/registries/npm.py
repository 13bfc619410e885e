"""The npm registry's wire: is a package of that name there?

Source: https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from shared.adapters.outbound.messages import Answer, Request, read_object
from shared.adapters.registries.npm_details import add_details
from shared.adapters.registries.precedence import highest
from shared.adapters.registries.version_lists import read_version_list
from shared.adapters.registries.wire import (
    MoreDetails,
    RegistryWire,
    base_of,
    is_present,
    read_moment,
    read_names,
    read_text,
    unknown_status,
)
from shared.domain.names import PackageName
from shared.domain.twin_signs import PLACEHOLDER_DETAIL
from shared.domain.twins import Presence, PublicTwin, unknown_twin

_SERVICE: Final = "npm registry"
_ABBREVIATED: Final = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*"
# The full document tells who, when and what runs, and can be huge; without it the package is still known to be there.
_FULL_BYTES: Final = 10 * 1024 * 1024
# The version of the registry's placeholders; it was seen with suffixes (.1, .2, .6). Anyone can publish one of that
# number: whose it is and what it runs stands in the full document.
_PLACEHOLDER: Final = re.compile(r"0\.0\.1-security(?:\.[0-9]+)?")


def _request(name: PackageName, location: str) -> Request:
    # Only the slash of a scoped name is encoded: https://github.com/npm/npm-package-arg
    url = f"{base_of(location)}/{quote(name.spelling, safe="@!~*'()")}"
    return Request(url, _SERVICE, {"accept": _ABBREVIATED})


def _full_request(name: PackageName, location: str) -> Request:
    return replace(_request(name, location), headers={"accept": "application/json"}, max_bytes=_FULL_BYTES)


def _read(answer: Answer, name: PackageName) -> PublicTwin:
    match answer.status:
        case HTTPStatus.OK:
            return _read_document(read_object(answer, service=_SERVICE), name)
        case HTTPStatus.NOT_FOUND:
            return _read_missing(read_object(answer, service=_SERVICE))
        case _:
            return unknown_status(answer)


def _read_document(document: Mapping[str, Any], name: PackageName) -> PublicTwin:
    if document.get("name") != name.spelling:
        return unknown_twin("the registry answered about another package")
    if _unpublished(document):
        return _gone(document)
    versions = document.get("versions")
    if not isinstance(versions, dict):
        return unknown_twin("the registry's document lists no versions")
    twin = add_details(replace(_twin(document), name=name.spelling), document)
    if not versions:
        return replace(twin, presence=Presence.TOMBSTONE, detail="every version was unpublished", latest_version=None)
    if all(_PLACEHOLDER.fullmatch(version) for version in versions):
        return replace(twin, presence=Presence.TOMBSTONE, detail=PLACEHOLDER_DETAIL)
    return twin


def _read_missing(document: Mapping[str, Any]) -> PublicTwin:
    """Read a 404: only the registry's own words count; a proxy's or a CDN's 404 says nothing about the package."""
    if _unpublished(document):
        return _gone(document)
    error = document.get("error")
    # CouchDB, from which the registry descends, wrote "not_found".
    if isinstance(error, str) and error.lower().replace("_", " ") == "not found":
        return PublicTwin(Presence.ABSENT)
    return unknown_twin("the registry answered 404, but not in its documented words")


def _unpublished(document: Mapping[str, Any]) -> bool:
    times = document.get("time")
    return not document.get("versions") and isinstance(times, dict) and bool(times.get("unpublished"))


def _gone(document: Mapping[str, Any]) -> PublicTwin:
    """Return the tombstone of a whole package; it was seen with status 404 and with 200."""
    twin = _twin(document)
    unpublished = document["time"]["unpublished"]
    people = read_names(unpublished.get("maintainers")) if isinstance(unpublished, dict) else ()
    return replace(
        twin, presence=Presence.TOMBSTONE, detail="the package was unpublished", latest_version=None, maintainers=people
    )


def _twin(document: Mapping[str, Any]) -> PublicTwin:
    times = document.get("time")
    created = read_moment(times.get("created")) if isinstance(times, dict) else None
    # A registry that says that everything was unpublished leaves the versions out.
    versions = read_version_list(document.get("versions") or {})
    return PublicTwin(Presence.PRESENT, first_published=created, latest_version=_latest(document), versions=versions)


def _latest(document: Mapping[str, Any]) -> str | None:
    """Return the highest version that is there: whoever publishes sets the tag `latest`, and ranges do not ask it."""
    tags, versions = document.get("dist-tags"), document.get("versions")
    tagged = read_text(tags.get("latest")) if isinstance(tags, dict) else None
    there = versions if isinstance(versions, dict) else ()
    return highest(filter(None, (tagged, *map(read_text, there)))) or tagged


def _has_details(twin: PublicTwin) -> bool:
    return is_present(twin) or twin.detail == PLACEHOLDER_DETAIL


def _add_details(answer: Answer, twin: PublicTwin) -> PublicTwin:
    if answer.status != HTTPStatus.OK:
        return twin
    document = read_object(answer, service=_SERVICE)
    # Another package's details must not pass for those of this one.
    return add_details(twin, document) if document.get("name") == twin.name else twin


NPM: Final = RegistryWire(_SERVICE, _request, _read, MoreDetails(_full_request, _add_details, _has_details))
