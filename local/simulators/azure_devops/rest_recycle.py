"""Versions by name: delete one, see it in the recycle bin, restore or purge it."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from starlette.responses import Response
from starlette.routing import Route

from local.simulators.azure_devops.calls import Call, Site
from local.simulators.azure_devops.errors import bad_request, not_found
from local.simulators.azure_devops.feeds import Feed
from local.simulators.azure_devops.packages import HeldVersion, Package
from local.simulators.azure_devops.people import DELETE
from local.simulators.azure_devops.publishing import delete, purge, restore, version_not_found
from local.simulators.azure_devops.render_packages import package_json, version_json
from local.simulators.azure_devops.routing import Handler, scoped_routes
from local.simulators.azure_devops.spelling import normalize_version

type Find = Callable[[Call, Feed], tuple[Package, HeldVersion]]


def _finder(protocol: str, read_name: Callable[[Call], str]) -> Find:
    def find(call: Call, feed: Feed) -> tuple[Package, HeldVersion]:
        name, version = read_name(call), call.path("version")
        package = feed.package(protocol, name)
        held = package.versions.get(normalize_version(protocol, version)) if package else None
        if package is None or held is None:
            raise version_not_found(name, version)
        return package, held

    return find


def _handlers(find: Find) -> dict[str, Handler]:
    async def get_version(call: Call) -> Response:
        feed = call.feed()
        package, version = find(call, feed)
        return call.answer(version_json(call, feed, package, version))

    async def delete_version(call: Call) -> Response:
        feed = call.feed(DELETE)
        package, version = find(call, feed)
        delete(call.world, feed, package, version)
        return call.answer(version_json(call, feed, package, version))

    return {"GET": get_version, "DELETE": delete_version}


def _bin_handlers(find: Find) -> dict[str, Handler]:
    def recycled(call: Call, feed: Feed) -> tuple[Package, HeldVersion]:
        package, version = find(call, feed)
        if version.live:
            raise version_not_found(package.name, version.version)
        return package, version

    async def get_recycled(call: Call) -> Response:
        feed = call.feed()
        package, version = recycled(call, feed)
        return call.answer(version_json(call, feed, package, version))

    async def restore_version(call: Call) -> Response:
        feed = call.feed(DELETE)
        if (await call.body()).get("deleted") is not False:
            raise bad_request("VssServiceException", 'The body must be {"deleted": false}.')
        restore(call.world, feed, *recycled(call, feed))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def purge_version(call: Call) -> Response:
        feed = call.feed(DELETE)
        purge(call.world, feed, *recycled(call, feed))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    return {"GET": get_recycled, "PATCH": restore_version, "DELETE": purge_version}


async def list_recycled(call: Call) -> Response:
    """Answer `Get Recycle Bin Packages`: packages with deleted versions."""
    feed = call.feed()
    rows = []
    for package in feed.packages.values():
        deleted = [version for version in package.versions.values() if not version.live]
        if deleted:
            rows.append(package_json(call, feed, package, deleted, urls=True))
    return call.collection(rows)


async def get_recycled_package(call: Call) -> Response:
    """Answer `Get Recycle Bin Package`."""
    feed = call.feed()
    for package in feed.packages.values():
        deleted = [version for version in package.versions.values() if not version.live]
        if deleted and package.id == call.path("package").lower():
            return call.answer(package_json(call, feed, package, deleted, urls=True))
    raise not_found("PackageNotFoundException", f"The package with ID '{call.path('package')}' doesn't exist.")


def routes(site: Site) -> list[Route]:
    """Return the routes of this part; npm's lack the word `packages` outside the recycle bin."""
    base = "/_apis/packaging/feeds/{feed}"
    table: tuple[tuple[str, str, Callable[[Call], str]], ...] = (
        ("npm", "npm/@{scope}/{name}", lambda call: f"@{call.path('scope')}/{call.path('name')}"),
        ("npm", "npm/{name}", lambda call: call.path("name")),
        ("pypi", "pypi/packages/{name}", lambda call: call.path("name")),
        ("nuget", "nuget/packages/{name}", lambda call: call.path("name")),
    )
    found = [
        *scoped_routes(site, f"{base}/recyclebin/packages", {"GET": list_recycled}),
        *scoped_routes(site, f"{base}/recyclebin/packages/{{package}}", {"GET": get_recycled_package}),
    ]
    for protocol, path, read_name in table:
        find = _finder(protocol, read_name)
        rest = path.removeprefix(f"{protocol}/").removeprefix("packages/")
        found += scoped_routes(site, f"{base}/{path}/versions/{{version}}", _handlers(find))
        found += scoped_routes(
            site, f"{base}/{protocol}/recyclebin/packages/{rest}/versions/{{version}}", _bin_handlers(find)
        )
    return found
