"""PyPI's wire: is a project of that name there? Only the simple index is asked that.

The JSON API of a project (`/pypi/<name>/json`) answers 404 for projects in quarantine and for projects without a
release, whose names are taken all the same: it is asked for details only.

Source: https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

from shared.adapters.outbound.messages import Answer, Request, read_object
from shared.adapters.registries.pypi_files import read_releases
from shared.adapters.registries.pypi_project import add_project
from shared.adapters.registries.version_lists import read_version_list
from shared.adapters.registries.wire import MoreDetails, RegistryWire, base_of, read_text, unknown_status
from shared.domain.names import PackageName
from shared.domain.twins import Presence, PublicTwin, unknown_twin
from shared.errors import RefusedName

_SERVICE: Final = "Python package index"
_JSON: Final = "application/vnd.pypi.simple.v1+json"
_SIMPLE: Final = "/simple"
# Warehouse answers a missing project below /simple/ with exactly this, as text/plain:
# https://github.com/pypi/warehouse/blob/main/warehouse/views.py
_NOT_FOUND: Final = b"404 Not Found"
# A project's description and all its files stand in the details, too.
_PROJECT_BYTES: Final = 8 * 1024 * 1024


def _request(name: PackageName, location: str) -> Request:
    base = base_of(location)
    # A location may be the site's root or the index itself; asking /simple/simple/… would be a 404 about nothing.
    index = base if base.endswith(_SIMPLE) else base + _SIMPLE
    return Request(f"{index}/{name.canonical}/", _SERVICE, {"accept": _JSON})


def _read(answer: Answer, name: PackageName) -> PublicTwin:
    match answer.status:
        case HTTPStatus.OK:
            return _read_project(read_object(answer, service=_SERVICE), name)
        case HTTPStatus.NOT_FOUND if _is_documented(answer):
            return PublicTwin(Presence.ABSENT)
        case HTTPStatus.NOT_FOUND:
            return unknown_twin("the registry answered 404, but not in its documented form")
        case _:
            return unknown_status(answer)


def _is_documented(answer: Answer) -> bool:
    """Tell the index's own 404 from one of a proxy, a CDN or a wrong address, which say nothing about the project."""
    return answer.media_type == "text/plain" and answer.body.strip() == _NOT_FOUND


def _read_project(document: Mapping[str, Any], name: PackageName) -> PublicTwin:
    if not _is_readable(document):
        return unknown_twin("the registry answered in a newer form than we can read")
    if not _is_about(document, name):
        return unknown_twin("the registry answered about another project")
    files = document.get("files")
    if not isinstance(files, list):
        return unknown_twin("the registry's document lists no files")
    twin = _twin(document, files)
    status = _status(document)
    if status == "quarantined":
        return replace(twin, presence=Presence.TOMBSTONE, detail="the registry put the project in quarantine")
    if not files:
        return replace(twin, presence=Presence.TOMBSTONE, detail="the project has no release")
    return twin


def _twin(document: Mapping[str, Any], files: Sequence[object]) -> PublicTwin:
    releases = read_releases(document.get("versions"), files)
    return PublicTwin(
        Presence.PRESENT,
        first_published=releases.first_published,
        latest_version=releases.latest,
        latest_published=releases.latest_published,
        releases=releases.count,
        withdrawn=releases.withdrawn,
        name=read_text(document.get("name")),
        # Yanked ones, too: whoever pins one exactly is given it (PEP 592).
        versions=read_version_list(document.get("versions")),
    )


def _is_readable(document: Mapping[str, Any]) -> bool:
    """Tell whether we know this form: only a new major version may change what members mean (PEP 691)."""
    meta = document.get("meta")
    version = read_text(meta.get("api-version")) if isinstance(meta, dict) else None
    return version is not None and version.partition(".")[0] == "1"


def _is_about(document: Mapping[str, Any], name: PackageName) -> bool:
    spelling = document.get("name")
    try:
        return isinstance(spelling, str) and PackageName.of(name.ecosystem, spelling) == name
    except RefusedName:
        return False


def _status(document: Mapping[str, Any]) -> str:
    """Return the project's status: PEP 792's text calls the key `state`, its example and the registry `status`."""
    told = document.get("project-status")
    if not isinstance(told, dict):
        return "active"
    return read_text(told.get("status") or told.get("state")) or "active"


def _project_request(name: PackageName, location: str) -> Request:
    site = base_of(location).removesuffix(_SIMPLE)
    return Request(f"{site}/pypi/{name.canonical}/json", _SERVICE, max_bytes=_PROJECT_BYTES)


def _add_project(answer: Answer, twin: PublicTwin) -> PublicTwin:
    return add_project(answer, twin, service=_SERVICE)


PYPI: Final = RegistryWire(_SERVICE, _request, _read, MoreDetails(_project_request, _add_project))
