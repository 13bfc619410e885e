"""Which `api-version` each resource takes, and what the service says to the others.

Source: https://learn.microsoft.com/azure/devops/integrate/concepts/rest-api-versioning, and the table of
    upstreaming endpoints in the service's published specifications (6.1 to 7.2)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from local.simulators.azure_devops.errors import bad_request

_SHAPE: Final = re.compile(r"(\d+\.\d+)(?:-preview(?:\.(\d+))?)?")


@dataclass(frozen=True, slots=True)
class Versions:
    """`released` may be asked for plainly; `known` with `-preview`, released ones too; `preview` is its number."""

    released: frozenset[str]
    known: frozenset[str]
    preview: str = "1"


_ALL = frozenset({"6.0", "6.1", "7.0", "7.1", "7.2"})

STANDARD: Final = Versions(frozenset({"6.0", "7.0", "7.1"}), _ALL)
RELEASED_SWITCH: Final = Versions(frozenset({"7.0", "7.1"}), _ALL - {"6.0"})
PREVIEW_SWITCH: Final = Versions(frozenset(), _ALL - {"6.0"})
NEWEST_ONLY: Final = Versions(frozenset(), frozenset({"7.2"}))
PREVIEW: Final = Versions(frozenset(), _ALL | {"5.0", "5.1"})
PREVIEW_3: Final = Versions(frozenset(), _ALL, preview="3")


def requested_version(request: Request) -> str | None:
    """Read the version from the query or, as Microsoft's own clients send it, from the Accept header."""
    for name, value in request.query_params.items():
        if name.lower() == "api-version":
            return value
    found = re.search(r"api-version\s*=\s*([^;,\s]+)", request.headers.get("accept", ""), re.IGNORECASE)
    return found.group(1) if found else None


def agreed_version(request: Request, versions: Versions) -> str:
    """Return the version that the answer is made for.

    Raises:
        AzureError: 400, the version is missing, unknown, or lacks its `-preview`.
    """
    text = requested_version(request)
    if text is None:
        if request.method not in {"GET", "HEAD", "OPTIONS"}:
            raise bad_request(
                "VssVersionNotSpecifiedException",
                f'No api-version was supplied for the "{request.method}" request. The version must be supplied either'
                ' as part of the Accept header (e.g. "application/json; api-version=1.0") or as a query parameter'
                ' (e.g. "?api-version=1.0").',
            )
        return max(versions.released) if versions.released else f"{max(versions.known)}-preview.1"
    return _checked(text, versions)


def _checked(text: str, versions: Versions) -> str:
    shape = _SHAPE.fullmatch(text.lower())
    if shape is None or shape.group(1) not in versions.known or shape.group(2) not in (None, versions.preview):
        raise bad_request(
            "VssVersionOutOfRangeException",
            f"The requested REST API version of {text} is out of range for this server. The latest REST API version"
            f" this server supports is {max(versions.known)}.",
        )
    if "preview" not in text.lower() and shape.group(1) not in versions.released:
        raise bad_request(
            "VssInvalidPreviewVersionException",
            f'The requested version "{text}" of the resource is under preview. The -preview flag must be supplied in'
            f' the api-version for such requests. For example: "{shape.group(1)}-preview"',
        )
    return text
