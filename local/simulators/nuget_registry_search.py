"""The search of a public NuGet registry: the only resource that tells the accounts that own a package.

Source: https://learn.microsoft.com/nuget/api/search-query-service-resource
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.simulators.nuget_registry_state import NuGetPackage, NuGetRegistry, NuGetRelease

_BY_ID: Final = "packageid:"
_USUAL: Final = 20
_MOST: Final = 1000


class NuGetSearch:
    """Search over one registry: what is unlisted, and prereleases where nobody asks for them, are never found."""

    def __init__(self, registry: NuGetRegistry) -> None:
        """Keep what is searched."""
        self._registry = registry

    async def answer(self, request: Request) -> Response:
        """Answer a search for `packageid:` an id, or for the letters of one."""
        query = request.query_params
        prerelease = query.get("prerelease") == "true"
        found = [
            _result(package, releases)
            for package in self._registry.packages.values()
            if _fits(package.spelling.lower(), query.get("q", "").strip().lower())
            and (releases := _visible(package, prerelease=prerelease, semver2=query.get("semVerLevel") == "2.0.0"))
        ]
        skip, take = _number(query, "skip", usual=0), min(_number(query, "take", usual=_USUAL), _MOST)
        return JSONResponse({"totalHits": len(found), "data": found[skip : skip + take]})


def _fits(name: str, wanted: str) -> bool:
    return name == wanted.removeprefix(_BY_ID).strip() if wanted.startswith(_BY_ID) else wanted in name


def _visible(package: NuGetPackage, *, prerelease: bool, semver2: bool) -> list[NuGetRelease]:
    listed = (release for release in package.releases if release.listed)
    return [
        release
        for release in listed
        if (prerelease or "-" not in release.version) and (semver2 or not _needs_semver2(release.version))
    ]


def _needs_semver2(version: str) -> bool:
    """Tell whether older clients cannot read it: https://learn.microsoft.com/nuget/concepts/package-versioning."""
    return "+" in version or "." in version.partition("-")[2]


def _result(package: NuGetPackage, releases: list[NuGetRelease]) -> dict[str, Any]:
    last = releases[-1]
    return {
        "@type": "Package",
        "id": package.spelling,
        "version": last.version,
        "description": last.description,
        "authors": [last.authors],
        "owners": list(package.owners),
        "projectUrl": last.project_url,
        "verified": False,
        "totalDownloads": 0,
        "versions": [{"version": release.version, "downloads": 0} for release in releases],
    }


def _number(query: Mapping[str, str], name: str, *, usual: int) -> int:
    text = query.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < len(str(_MOST)) * 2 else usual
