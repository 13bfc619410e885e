"""The switch of each package: Get and Set Upstreaming Behavior, for five protocols."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from starlette.responses import Response
from starlette.routing import Route

from local.simulators.azure_devops.api_versions import NEWEST_ONLY, PREVIEW_SWITCH, RELEASED_SWITCH
from local.simulators.azure_devops.calls import Call, Site
from local.simulators.azure_devops.errors import bad_request, feed_not_found, media_type_not_supported, not_found
from local.simulators.azure_devops.feeds import ALLOW, AUTO
from local.simulators.azure_devops.people import ADMINISTER
from local.simulators.azure_devops.routing import Handler, scoped_routes
from local.simulators.azure_devops.spelling import can_be_a_name

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


def _name(call: Call, protocol: str, read_name: ReadName) -> str:
    """Return the package that the path names, which the feed need not hold but which must be able to exist.

    Raises:
        AzureError: 404, no such package can be, or the path names a view: the switch belongs to the whole feed.
    """
    feed, name = call.path("feed"), read_name(call)
    if "@" in feed:
        raise feed_not_found(feed)
    if not can_be_a_name(protocol, name):
        raise not_found("PackageNotFoundException", f"There can be no {protocol} package '{name}'.")
    return name


def _require_json(call: Call) -> None:
    """Refuse a body that is not declared as plain JSON, as the framework does before anybody looks at it."""
    media_type = call.request.headers.get("content-type", "").partition(";")[0].strip()
    if media_type.lower() != "application/json":
        raise media_type_not_supported(call.request.method, media_type)


def _getter(protocol: str, read_name: ReadName) -> Handler:
    async def get_behavior(call: Call) -> Response:
        """Answer at once what was set last; a package that the feed never saw has the default."""
        name = _name(call, protocol, read_name)
        switch = call.feed().switch(protocol, name)
        return call.answer({"versionsFromExternalUpstreams": switch.told})

    return get_behavior


def _setter(protocol: str, read_name: ReadName) -> Handler:
    async def set_behavior(call: Call) -> Response:
        """Set the switch; what is listed and served follows after the propagation."""
        _require_json(call)
        name = _name(call, protocol, read_name)
        feed = call.feed(ADMINISTER)
        value = read_behavior((await call.body()).get("versionsFromExternalUpstreams"))
        world = call.world
        switch = feed.own_switch(protocol, name)
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
