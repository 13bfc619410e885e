"""The JSON API of a Python index: what a project says of itself, and whose it is. Never asked for being there.

Source: https://github.com/pypi/warehouse/blob/main/warehouse/legacy/api/json.py
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import Version
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from local.simulators.pypi_about import PypiAbout
from local.simulators.pypi_protocol import PypiFile, PypiProject
from local.simulators.pypi_registry_state import PypiRegistry


def pypi_project_routes(registry: PypiRegistry) -> list[Route]:
    """Return the route of the projects' documents."""

    async def project(request: Request) -> Response:
        spelling = request.path_params["name"]
        name = canonicalize_name(spelling)
        if spelling != name:
            return RedirectResponse(f"/pypi/{name}/json", status_code=301)
        found = registry.projects.get(name)
        # What is in quarantine and what has no release is not there, though the name is taken.
        if found is None or not found.offered.files:
            return JSONResponse({"message": "Not Found"}, status_code=404)
        return JSONResponse(project_document(registry, found))

    return [Route("/pypi/{name}/json", project)]


def project_document(registry: PypiRegistry, project: PypiProject) -> dict[str, Any]:
    """Return a project's document, told by its latest release that is not yanked."""
    releases = {version: [one for one in project.files if one.version == version] for version in project.versions}
    latest = max(releases, key=lambda version: (not _is_yanked(releases[version]), *_rank(version)))
    return {
        "info": _info(project, latest, releases[latest], registry.about.get((project.normalized, latest), PypiAbout())),
        "last_serial": project.last_serial,
        "ownership": {"organization": None, "roles": _roles(registry, project.normalized)},
        "releases": {version: [_file(file) for file in files] for version, files in releases.items()},
        "urls": [_file(file) for file in releases[latest]],
        "vulnerabilities": [],
    }


def _rank(version: str) -> tuple[bool, Version]:
    return not Version(version).is_prerelease, Version(version)


def _is_yanked(files: Sequence[PypiFile]) -> bool:
    return all(file.yanked is not None for file in files)


def _roles(registry: PypiRegistry, name: str) -> list[dict[str, str]]:
    owner = [{"role": "Owner", "user": registry.owners[name]}] if name in registry.owners else []
    return owner + [{"role": "Maintainer", "user": user} for user in registry.maintainers.get(name, ())]


def _info(project: PypiProject, version: str, files: Sequence[PypiFile], about: PypiAbout) -> dict[str, Any]:
    return {
        "name": project.name,
        "version": version,
        "summary": about.summary or None,
        "author": about.author or None,
        "author_email": None,
        "maintainer": None,
        "maintainer_email": None,
        "home_page": about.home_page or None,
        "project_urls": dict(about.project_urls) or None,
        "description": "",
        "yanked": _is_yanked(files),
        "yanked_reason": files[0].yanked or None,
    }


def _file(file: PypiFile) -> dict[str, Any]:
    return {
        "filename": file.filename,
        "packagetype": "bdist_wheel" if file.filename.endswith(".whl") else "sdist",
        "digests": {"sha256": file.sha256},
        "size": len(file.content),
        "upload_time_iso_8601": file.uploaded_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "requires_python": file.requires_python,
        "yanked": file.yanked is not None,
        "yanked_reason": file.yanked or None,
    }
