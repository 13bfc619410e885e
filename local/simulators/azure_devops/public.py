"""Ask a public registry for its versions of a package, at the location of an upstream source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urljoin

import httpx

from local.simulators.azure_devops.spelling import normalize_name, normalize_version
from local.simulators.npm_protocol import tarball_name
from local.simulators.pypi_protocol import SIMPLE_JSON
from local.simulators.pypi_protocol_upload import file_version
from shared.errors import UntrustedInput


class SourceDown(Exception):
    """The registry gave no usable answer: it is not known what it has."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file that a registry serves."""

    name: str
    url: str
    sha256: str | None = None
    requires_python: str | None = None


@dataclass(frozen=True, slots=True)
class RemoteVersion:
    """A version that a registry has."""

    version: str
    files: tuple[RemoteFile, ...]
    manifest: Mapping[str, Any] = field(default_factory=dict)


async def _get(client: httpx.AsyncClient, url: str, *, accept: str) -> httpx.Response | None:
    """Return the answer, or None where the registry says that it has no such thing."""
    try:
        answer = await client.get(url, headers={"Accept": accept}, follow_redirects=True)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SourceDown(url) from error
    if answer.status_code == HTTPStatus.NOT_FOUND:
        return None
    if answer.status_code != HTTPStatus.OK:
        raise SourceDown(f"{url}: {answer.status_code}")
    return answer


def _npm_versions(document: dict[str, Any]) -> list[RemoteVersion]:
    found = []
    for version, manifest in (document.get("versions") or {}).items():
        file = RemoteFile(tarball_name(str(document["name"]), version), str(manifest["dist"]["tarball"]))
        found.append(RemoteVersion(version, (file,), manifest))
    return found


def _pypi_versions(document: dict[str, Any], page: str) -> list[RemoteVersion]:
    by_version: dict[str, list[RemoteFile]] = {}
    for file in document.get("files") or ():
        name = str(file["filename"])
        try:
            version = str(file_version(name)[1])
        except UntrustedInput:
            continue  # eggs and other relics, which installers pass over too
        if file.get("yanked"):
            continue
        hashes = file.get("hashes") or {}
        remote = RemoteFile(name, urljoin(page, str(file["url"])), hashes.get("sha256"), file.get("requires-python"))
        by_version.setdefault(normalize_version("pypi", version), []).append(remote)
    return [RemoteVersion(version, tuple(files)) for version, files in by_version.items()]


async def public_versions(client: httpx.AsyncClient, *, protocol: str, location: str, name: str) -> list[RemoteVersion]:
    """Return what a registry has of a package; of protocols without an install side here, nothing.

    Raises:
        SourceDown: no usable answer.
    """
    base = location.rstrip("/")
    page = f"{base}/{quote(name, safe='@')}" if protocol == "npm" else f"{base}/simple/{normalize_name('pypi', name)}/"
    if protocol not in {"npm", "pypi"}:
        return []
    answer = await _get(client, page, accept="application/json" if protocol == "npm" else SIMPLE_JSON)
    try:
        if answer is None:
            return []
        document = answer.json()
        return _npm_versions(document) if protocol == "npm" else _pypi_versions(document, str(answer.url))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SourceDown(f"{page}: not the documented shape") from error


async def fetch_file(client: httpx.AsyncClient, file: RemoteFile) -> bytes:
    """Return the bytes of a file.

    Raises:
        SourceDown: they were not to be had.
    """
    answer = await _get(client, file.url, accept="*/*")
    if answer is None:
        raise SourceDown(f"{file.url}: gone")
    return answer.content
