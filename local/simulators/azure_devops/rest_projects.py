"""Projects: list and get.

Source: https://learn.microsoft.com/rest/api/azure/devops/core/projects
"""

from __future__ import annotations

from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from local.simulators.azure_devops.calls import Call, Site
from local.simulators.azure_devops.routing import scoped_routes
from local.simulators.azure_devops.world import Project


def _json(call: Call, project: Project) -> dict[str, Any]:
    url = f"{call.base()}/_apis/projects/{project.id}"
    return {
        "id": project.id,
        "name": project.name,
        "url": url,
        "state": "wellFormed",
        "visibility": project.visibility,
    }


async def list_projects(call: Call) -> Response:
    """Answer every project."""
    return call.collection([_json(call, project) for project in call.organization.projects])


async def get_project(call: Call) -> Response:
    """Answer one project, by its id or name."""
    return call.answer(_json(call, call.organization.project(call.path("wanted"))))


def routes(site: Site) -> list[Route]:
    """Return the routes of this part; the first segment is never a project's."""
    return [
        *scoped_routes(site, "/_apis/projects", {"GET": list_projects})[:1],
        *scoped_routes(site, "/_apis/projects/{wanted}", {"GET": get_project})[:1],
    ]
