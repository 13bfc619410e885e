"""From a request to its handler: routes in any letter case, api-versions, and how refusals are answered."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.simulators.azure_devops.api_versions import STANDARD, Versions, agreed_version
from local.simulators.azure_devops.callers import challenge, read_caller, stranger_answer
from local.simulators.azure_devops.calls import Call, Site
from local.simulators.azure_devops.errors import AzureError, NotSignedIn
from local.simulators.azure_devops.world import Organization

type Handler = Callable[[Call], Awaitable[Response]]


class AnyCaseRoute(Route):
    """A route whose fixed segments match in any letter case, with or without a slash at the end."""

    def __init__(self, path: str, endpoint: Callable[[Request], Awaitable[Response]]) -> None:
        super().__init__(path, endpoint, methods=["GET", "PUT", "POST", "PATCH", "DELETE", "OPTIONS"])
        self.path_regex = re.compile(self.path_regex.pattern.removesuffix("$") + "/?$", re.IGNORECASE)


def unknown_route(request: Request) -> Response:
    """Return what the service says where no controller listens."""
    message = f"The controller for path '{request.url.path}' was not found or does not implement IController."
    return JSONResponse({"count": 1, "value": {"Message": message}}, HTTPStatus.NOT_FOUND)


def method_not_supported(request: Request) -> Response:
    """Return what the service says where a controller listens, but not to that method."""
    message = f"The requested resource does not support http method '{request.method}'."
    return JSONResponse({"count": 1, "value": {"Message": message}}, HTTPStatus.METHOD_NOT_ALLOWED)


def _organization(site: Site, request: Request) -> Organization:
    organization = site.world.organization(request.path_params["organization"])
    if organization is None:
        # The real service tells nobody whether an organization exists.
        raise NotSignedIn(offered=True)
    return organization


async def answer_call(site: Site, request: Request, handler: Handler, *, versions: Versions | None = None) -> Response:
    """Run one handler. `versions` None = the install side: no api-version, and 401 for strangers."""
    try:
        organization = _organization(site, request)
        caller = read_caller(organization, request, pat_as_bearer=versions is None)
        named = request.path_params.get("project")
        project = organization.project(named) if named else None
        version = agreed_version(request, versions) if versions else ""
        return await handler(Call(site, request, organization, project, caller, version))
    except NotSignedIn as error:
        if versions is None:
            return challenge()
        status = site.world.behavior.bad_credential_status
        return stranger_answer(request, error, bad_credential_status=status)
    except AzureError as error:
        return JSONResponse(error.body(), error.status, media_type="application/json; charset=utf-8")


def scoped_routes(
    site: Site,
    path: str,
    handlers: Mapping[str, Handler],
    *,
    versions: Versions = STANDARD,
    encoded_slash: bool = False,
) -> list[Route]:
    """Make the routes of one REST resource, for the organization's scope and for a project's.

    `encoded_slash` false refuses %2F inside a segment: the documentation gives an npm scope a segment of its own.
    """

    async def endpoint(request: Request) -> Response:
        raw = request.scope.get("raw_path", b"").lower()
        handler = handlers.get("GET" if request.method == "HEAD" else request.method)
        if b"%2f" in raw and not encoded_slash:
            return unknown_route(request)
        if handler is None:
            return method_not_supported(request)
        return await answer_call(site, request, handler, versions=versions)

    prefixes = ("/{organization}", "/{organization}/{project}")
    return [AnyCaseRoute(f"{prefix}{path}", endpoint) for prefix in prefixes]
