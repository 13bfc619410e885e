"""The switch of each package: Get and Set Upstreaming Behavior, for five protocols."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from starlette.responses import Response
from starlette.routing import Route

from local.simulators.azure_devops.api_versions import NEWEST_ONLY, PREVIEW_SWITCH, RELEASED_SWITCH
from local.simulators.azure_devops.calls import Call, Site
from local.simulators.azure_devops.errors import bad_request
from local.simulators.azure_devops.feeds import ALLOW, AUTO
from local.simulators.azure_devops.people import ADMINISTER
from local.simulators.azure_devops.routing import Handler, scoped_routes

type ReadName = Callable[[Call], str]

_VALUES = {AUTO.lower(): AUTO, ALLOW.lower(): ALLOW}


def _plain(call: Call) -> str:
    return call.path("name")


def _scoped(call: Call) -> str:
    return f"@{call.path('scope')}/{call.path('name')}"


def _maven(call: Call) -> str:
    return f"{call.path('group')}:{call.path('artifact')}"


def read_behavior(value: object) -> str:
    """Return the behavior in its spelling on the wire, whatever letter case it came in.

    Raises:
        AzureError: 400, no such behavior.
    """
    if isinstance(value, str) and value.lower() in _VALUES:
        return _VALUES[value.lower()]
    raise bad_request("VssServiceException", f"The value {value!r} is not valid for 'versionsFromExternalUpstreams'.")


def _getter(protocol: str, read_name: ReadName) -> Handler:
    async def get_behavior(call: Call) -> Response:
        """Answer at once what was set last; a package that the feed never saw has the default."""
        switch = call.feed().switch(protocol, read_name(call))
        return call.answer({"versionsFromExternalUpstreams": switch.told})

    return get_behavior


def _setter(protocol: str, read_name: ReadName) -> Handler:
    async def set_behavior(call: Call) -> Response:
        """Set the switch; what is listed and served follows after the propagation."""
        feed = call.feed(ADMINISTER)
        value = read_behavior((await call.body()).get("versionsFromExternalUpstreams"))
        world = call.world
        switch = feed.own_switch(protocol, read_name(call))
        switch.set(value, now=world.now(), propagation=world.behavior.propagation, by=call.caller.identity.id)
        if world.behavior.set_upstreaming_status == HTTPStatus.NO_CONTENT:
            return Response(status_code=HTTPStatus.NO_CONTENT)
        return call.answer({"versionsFromExternalUpstreams": value}, world.behavior.set_upstreaming_status)

    return set_behavior


def routes(site: Site) -> list[Route]:
    """Return the routes of this part. Universal packages have none."""
    base = "/_apis/packaging/feeds/{feed}"
    table = (
        # An npm scope is a segment of its own behind a literal @, so it must be tried first.
        ("npm", "npm/packages/@{scope}/{name}", _scoped, RELEASED_SWITCH),
        ("npm", "npm/packages/{name}", _plain, RELEASED_SWITCH),
        ("nuget", "nuget/packages/{name}", _plain, RELEASED_SWITCH),
        ("pypi", "pypi/packages/{name}", _plain, PREVIEW_SWITCH),
        ("maven", "maven/groups/{group}/artifacts/{artifact}", _maven, PREVIEW_SWITCH),
        ("cargo", "cargo/packages/{name}", _plain, NEWEST_ONLY),
    )
    found: list[Route] = []
    for protocol, path, read_name, versions in table:
        handlers = {"GET": _getter(protocol, read_name), "PATCH": _setter(protocol, read_name)}
        found += scoped_routes(site, f"{base}/{path}/upstreaming", handlers, versions=versions)
    return found
