"""How Azure Artifacts spells protocols, names and versions, and which version is the highest.

Written apart from the product's own naming law on purpose: a mistake there must not hide here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import MappingProxyType
from typing import Any, Final

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from local.simulators.npm_protocol import semver_key

# What the service writes into `protocolType`: mixed case, as real answers have it.
PROTOCOL_TYPES: Final = MappingProxyType(
    {"npm": "Npm", "pypi": "PyPi", "nuget": "NuGet", "maven": "Maven", "cargo": "Cargo", "upack": "UPack"}
)


_NPM_PART: Final = r"[A-Za-z0-9\-_!~*'()][A-Za-z0-9\-_.!~*'()]*"
_NAMES: Final = MappingProxyType(
    {
        "npm": (re.compile(rf"@{_NPM_PART}/{_NPM_PART}|(?!_){_NPM_PART}"), 214),
        "pypi": (re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"), 214),
        "nuget": (re.compile(r"\w+(?:[.-]\w+)*"), 100),
        "maven": (re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]*:[A-Za-z0-9_][A-Za-z0-9_.\-]*"), 255),
        "cargo": (re.compile(r"[A-Za-z][A-Za-z0-9_-]*"), 64),
    }
)


def can_be_a_name(protocol: str, name: str) -> bool:
    """Say whether a package of that protocol can have this name at all."""
    pattern, longest = _NAMES[protocol]
    return len(name) <= longest and pattern.fullmatch(name) is not None


def normalize_name(protocol: str, name: str) -> str:
    """Return the spelling that identifies a package within a feed."""
    match protocol:
        case "pypi":
            return str(canonicalize_name(name))
        case "cargo":
            return name.lower().replace("_", "-")
        case "maven":
            return name
        case _:
            return name.lower()


def normalize_version(protocol: str, version: str) -> str:
    """Return the spelling that identifies a version within a package."""
    if protocol != "pypi":
        return version if protocol == "maven" else version.lower().partition("+")[0]
    try:
        return str(Version(version))
    except InvalidVersion:
        return version.lower()


def _rank(protocol: str, version: str) -> Any:  # noqa: ANN401  # keys of one protocol are compared, never mixed
    if protocol in {"npm", "cargo", "upack"}:
        return semver_key(version)
    if protocol == "pypi":
        try:
            return (1, Version(version))
        except InvalidVersion:
            return (0, Version("0"))
    numbers, _, suffix = version.partition("-")
    return (tuple(int(number) for number in re.findall(r"\d+", numbers)), not suffix, suffix)


def is_prerelease(protocol: str, version: str) -> bool:
    """Say whether installers pass the version over unless they are asked for it."""
    if protocol == "pypi":
        known, parsed = _rank(protocol, version)
        return not known or bool(parsed.is_prerelease)
    return "-" in version.partition("+")[0]


def ascending(protocol: str, versions: Iterable[str]) -> list[str]:
    """Sort versions from the lowest to the highest."""
    return sorted(versions, key=lambda version: _rank(protocol, version))


def highest(protocol: str, versions: Iterable[str]) -> str | None:
    """Return the highest release, or the highest prerelease where there is nothing else."""
    ordered = ascending(protocol, versions)
    releases = [version for version in ordered if not is_prerelease(protocol, version)]
    return next(reversed(releases or ordered), None)
