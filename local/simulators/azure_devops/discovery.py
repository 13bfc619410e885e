"""What Microsoft's own client asks first: which areas there are, and where each resource is.

Source: https://learn.microsoft.com/azure/devops/extend/develop/work-with-urls; ids from the client's own code.
"""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import Response
from starlette.routing import Route

from local.simulators.azure_devops.api_versions import PREVIEW, STANDARD, Versions
from local.simulators.azure_devops.calls import Call, Site
from local.simulators.azure_devops.routing import scoped_routes

_FEEDS: Final = "{project}/_apis/{area}/Feeds/{feedId}"
_PACKAGES: Final = "{project}/_apis/packaging/feeds/{feedId}/{area}"

AREAS: Final = (
    ("7ab4e64e-c4d8-4f50-ae73-5ef2e21642a5", "Packaging"),
    ("4c83cfc1-f33a-477e-a789-29d38ffca52e", "npm"),
    ("b3be7473-68ea-4a81-bfc7-9530baaa19ad", "nuget"),
    ("6f7f8c07-ff36-473c-bcf3-bd6cc9b6c066", "maven"),
    ("92f0314b-06c5-46e0-abe7-15fd9d13276a", "pypi"),
    ("71f96160-8701-4914-aed9-c44b89f20ccd", "cargo"),
    ("8a3d49b8-91f0-46ef-b33d-dda338c25db3", "IMS"),
    ("bb1e7ec9-e901-4b68-999a-de7012b920f8", "Graph"),
)

# Location id, area, resource, route template. A segment that is nothing but {name} is optional.
LOCATIONS: Final = (
    ("e81700f7-3be2-46de-8624-2eb35882fcaa", "Location", "ResourceAreas", "_apis/{resource}/{areaId}"),
    ("c65009a7-474a-4ad1-8b42-7d852107ef8c", "Packaging", "Feeds", "{project}/_apis/{area}/{resource}/{feedId}"),
    ("29ba2dad-389a-4661-b5d3-de76397ca05b", "Packaging", "FeedChanges", "{project}/_apis/{area}/{resource}/{feedId}"),
    ("7a20d846-c929-4acc-9ea2-0d5a7df1b197", "Packaging", "Packages", f"{_FEEDS}/{{resource}}/{{packageId}}"),
    (
        "3b331909-6a86-44cc-b9ec-c1834c35498f",
        "Packaging",
        "Versions",
        f"{_FEEDS}/Packages/{{packageId}}/{{resource}}/{{packageVersionId}}",
    ),
    ("323a0631-d083-4005-85ae-035114dfb681", "Packaging", "PackageChanges", f"{_FEEDS}/{{resource}}"),
    ("be8c1476-86a7-44ed-b19d-aec0e9275cd8", "Packaging", "Permissions", f"{_FEEDS}/{{resource}}"),
    ("a74419ef-b477-43df-8758-3cd1cd5f56c6", "Packaging", "GlobalPermissions", "_apis/{area}/{resource}"),
    (
        "0aaeabd4-85cd-4686-8a77-8d31c15690b8",
        "Packaging",
        "Provenance",
        f"{_FEEDS}/Packages/{{packageId}}/Versions/{{packageVersionId}}/{{resource}}",
    ),
    ("42a8502a-6785-41bc-8c16-89477d930877", "Packaging", "Views", f"{_FEEDS}/{{resource}}/{{viewId}}"),
    ("2704e72c-f541-4141-99be-2004b50b05fa", "Packaging", "Packages", f"{_FEEDS}/RecycleBin/Packages/{{packageId}}"),
    (
        "e27a45d3-711b-41cb-a47a-ae669b6e9076",
        "npm",
        "upstreaming",
        f"{_PACKAGES}/packages/{{packageName}}/{{resource}}",
    ),
    (
        "9859c187-f6ec-41b0-862d-8003b3b404e0",
        "npm",
        "upstreaming",
        f"{_PACKAGES}/packages/@{{packageScope}}/{{unscopedPackageName}}/upstreaming",
    ),
    (
        "b41eec47-6472-4efa-bcd5-a2c5607b66ec",
        "nuget",
        "upstreaming",
        f"{_PACKAGES}/packages/{{packageName}}/{{resource}}",
    ),
    (
        "21b8c9a7-7080-45be-a5ba-e50bb4c18130",
        "pypi",
        "upstreaming",
        f"{_PACKAGES}/packages/{{packageName}}/{{resource}}",
    ),
    (
        "fba7ba8c-d1f5-4aeb-8f5d-f017a7d5e719",
        "maven",
        "upstreaming",
        # This one says {feed}, not {feedId}: the client fills it by that name.
        "{project}/_apis/packaging/feeds/{feed}/{area}/groups/{groupId}/artifacts/{artifactId}/{resource}",
    ),
    ("28010c54-d0c0-4c89-a5b0-1c9e188b9fb7", "IMS", "Identities", "_apis/{resource}/{identityId}"),
)

# Discovery itself is asked with whatever version the client knows, or with none.
_ANY: Final = Versions(STANDARD.released | {"5.0", "5.1"}, PREVIEW.known)


def location_json(row: tuple[str, str, str, str]) -> dict[str, Any]:
    """Write one resource's location."""
    identifier, area, resource, template = row
    return {
        "id": identifier,
        "area": area,
        "resourceName": resource,
        "routeTemplate": template,
        "resourceVersion": 1,
        "minVersion": "1.0",
        "maxVersion": "7.2",
        "releasedVersion": "7.1" if area in {"Packaging", "npm", "nuget"} else "0.0",
    }


async def list_locations(call: Call) -> Response:
    """Answer `OPTIONS _apis`: real answers have `value` before `count`."""
    rows = [location_json(row) for row in LOCATIONS]
    return call.answer({"value": rows, "count": len(rows)})


async def list_areas(call: Call) -> Response:
    """Answer all areas: a client that misses one asks the real service, credential and all."""
    url = f"{call.base()}/"
    return call.collection([{"id": one, "name": name, "locationUrl": url} for one, name in AREAS])


async def get_area(call: Call) -> Response:
    """Answer one area by its id."""
    wanted = call.path("area").lower()
    found = next(((one, name) for one, name in AREAS if wanted in (one, name.lower())), None)
    if found is None:
        return call.answer(None)
    return call.answer({"id": found[0], "name": found[1], "locationUrl": f"{call.base()}/"})


def routes(site: Site) -> list[Route]:
    """Return the routes of this part."""
    return [
        *scoped_routes(site, "/_apis", {"OPTIONS": list_locations}, versions=_ANY),
        *scoped_routes(site, "/_apis/resourceareas", {"GET": list_areas}, versions=_ANY),
        *scoped_routes(site, "/_apis/resourceareas/{area}", {"GET": get_area}, versions=_ANY),
    ]
