"""PyPI's wire: the simple index as HTML and as JSON.

Pure: the same pieces serve the public registry's simulator and the PyPI side of a feed.

Source: https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from typing import Any, Final

from packaging.utils import canonicalize_name
from packaging.version import Version

from local.simulators.pypi_protocol_upload import file_version

SIMPLE_JSON: Final = "application/vnd.pypi.simple.v1+json"
SIMPLE_HTML: Final = "application/vnd.pypi.simple.v1+html"
LEGACY_HTML: Final = "text/html"
API_VERSION: Final = "1.4"

_LATEST: Final[Mapping[str, str]] = {
    "application/vnd.pypi.simple.latest+json": SIMPLE_JSON,
    "application/vnd.pypi.simple.latest+html": SIMPLE_HTML,
    "application/json": SIMPLE_JSON,
    "text/*": LEGACY_HTML,
    "*/*": LEGACY_HTML,
}


@dataclass(frozen=True, slots=True)
class PypiFile:
    """One uploaded file. `yanked` is the reason (it may be empty); None = not yanked."""

    filename: str
    content: bytes
    uploaded_at: datetime
    requires_python: str | None = None
    yanked: str | None = None

    @property
    def version(self) -> str:
        """The version that the file's name tells, in its canonical spelling."""
        return str(file_version(self.filename)[1])

    @property
    def sha256(self) -> str:
        """The digest that installers compare."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class PypiProject:
    """A project as its pages are made from; `name` in any spelling."""

    name: str
    files: tuple[PypiFile, ...] = ()
    status: str = "active"
    last_serial: int = 0

    @property
    def normalized(self) -> str:
        """The name in PEP 503's spelling."""
        return canonicalize_name(self.name)

    @property
    def versions(self) -> tuple[str, ...]:
        """All versions, lowest first."""
        return tuple(str(version) for version in sorted({Version(file.version) for file in self.files}))

    @property
    def offered(self) -> PypiProject:
        """The project as installers may see it: one in quarantine offers nothing."""
        return replace(self, files=()) if self.status == "quarantined" else self


def negotiate(accept: str) -> str | None:
    """Choose the content type of a simple page from an Accept header; None = nothing acceptable (406)."""
    best: tuple[float, str] | None = None
    for part in (accept or "*/*").split(","):
        kind, _, parameters = part.strip().partition(";")
        chosen = _LATEST.get(kind.strip().lower(), kind.strip().lower())
        weight = _weight(parameters)
        if chosen in (SIMPLE_JSON, SIMPLE_HTML, LEGACY_HTML) and weight > (best[0] if best else 0.0):
            best = (weight, chosen)
    return best[1] if best else None


def render_detail(project: PypiProject, *, content_type: str, file_url: Callable[[PypiFile], str]) -> bytes:
    """Render a project's page; `file_url` gives a file's address."""
    if content_type == SIMPLE_JSON:
        return json.dumps(detail_document(project, file_url=file_url)).encode()
    links = (_link(file, file_url(file)) for file in project.offered.files)
    return _page(
        f"Links for {project.normalized}", (f'<meta name="pypi:project-status" content="{project.status}">',), links
    )


def detail_document(project: PypiProject, *, file_url: Callable[[PypiFile], str]) -> dict[str, Any]:
    """Return a project's page as JSON: https://peps.python.org/pep-0691/, PEP 700, PEP 792."""
    offered = project.offered
    return {
        "meta": {"_last-serial": project.last_serial, "api-version": API_VERSION},
        "name": project.normalized,
        "project-status": {"status": project.status},
        "versions": list(offered.versions),
        "files": [_file(file, file_url(file)) for file in offered.files],
    }


def render_index(projects: Iterable[PypiProject], *, content_type: str, last_serial: int) -> bytes:
    """Render the list of all projects; those in quarantine are not on it."""
    listed = sorted((p for p in projects if p.status != "quarantined"), key=lambda project: project.normalized)
    if content_type == SIMPLE_JSON:
        entries = [{"_last-serial": project.last_serial, "name": project.name} for project in listed]
        meta = {"_last-serial": last_serial, "api-version": API_VERSION}
        return json.dumps({"meta": meta, "projects": entries}).encode()
    return _page("Simple index", (), (f'<a href="{p.normalized}/">{escape(p.name)}</a><br>' for p in listed))


def _weight(parameters: str) -> float:
    for parameter in parameters.split(";"):
        key, _, value = parameter.strip().partition("=")
        if key == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def _file(file: PypiFile, url: str) -> dict[str, Any]:
    return {
        "filename": file.filename,
        "url": url,
        "hashes": {"sha256": file.sha256},
        "size": len(file.content),
        "upload-time": file.uploaded_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "requires-python": file.requires_python,
        "yanked": False if file.yanked is None else (file.yanked or True),
        "core-metadata": False,
    }


def _link(file: PypiFile, url: str) -> str:
    attributes = [f'href="{escape(url)}#sha256={file.sha256}"']
    if file.requires_python is not None:
        attributes.append(f'data-requires-python="{escape(file.requires_python)}"')
    if file.yanked is not None:
        attributes.append(f'data-yanked="{escape(file.yanked)}"')
    return f"<a {' '.join(attributes)}>{escape(file.filename)}</a><br>"


def _page(title: str, heads: Iterable[str], lines: Iterable[str]) -> bytes:
    head = "".join((f'<meta name="pypi:repository-version" content="{API_VERSION}">', *heads))
    body = "\n".join(lines)
    head += f"<title>{escape(title)}</title>"
    return f"<!DOCTYPE html>\n<html><head>{head}</head><body>\n{body}\n</body></html>\n".encode()
