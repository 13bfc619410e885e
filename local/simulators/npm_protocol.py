"""The npm registry's wire, pure: what the public registry's simulator and the npm side of a feed share.

Source: https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from local.simulators.npm_protocol_archives import integrity
from shared.errors import UntrustedInput

ABBREVIATED: Final = "application/vnd.npm.install-v1+json"

# https://semver.org/#is-there-a-suggested-regular-expression-regex-to-check-a-semver-string
_SEMVER: Final = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?")
_INSTALL_SCRIPTS: Final = frozenset({"preinstall", "install", "postinstall"})
# What an abbreviated document keeps of a manifest.
_ABBREVIATED_KEYS: Final = (
    *("name", "version", "deprecated", "dependencies", "optionalDependencies", "devDependencies", "bin", "dist"),
    *("bundleDependencies", "peerDependencies", "peerDependenciesMeta", "directories", "engines", "cpu", "os", "libc"),
    *("funding", "acceptDependencies"),
)


@dataclass(frozen=True, slots=True)
class NpmRelease:
    """One published version: the manifest as published, the tarball, who and when."""

    manifest: Mapping[str, Any]
    tarball: bytes
    published_at: datetime
    publisher: str

    @property
    def has_install_script(self) -> bool:
        """Whether installing it runs code of its own."""
        return bool(_INSTALL_SCRIPTS & set(self.manifest.get("scripts") or {}))


@dataclass(frozen=True, slots=True)
class NpmPackage:
    """A package as its documents are made from: releases by version in the order of publishing.

    `gone` = when versions that are no longer there were published: `time` still tells of them.
    """

    name: str
    releases: Mapping[str, NpmRelease]
    dist_tags: Mapping[str, str]
    maintainers: tuple[str, ...] = ()
    modified: datetime | None = None
    gone: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NpmPublish:
    """What `npm publish` sends."""

    name: str
    version: str
    manifest: Mapping[str, Any]
    tarball: bytes
    dist_tags: Mapping[str, str]


def semver_key(version: str) -> tuple[object, ...]:
    """Return a sort key under SemVer's precedence; a text that is no version sorts before all versions.

    Source: https://semver.org/#spec-item-11
    """
    match = _SEMVER.fullmatch(version)
    if match is None:
        return (-1, -1, -1, 0, ())
    major, minor, patch, prerelease = match.groups()
    identifiers = tuple(
        (0, int(part), "") if part.isdigit() else (1, 0, part) for part in (prerelease or "").split(".") if part
    )
    return (int(major), int(minor), int(patch), prerelease is None, identifiers)


def latest_version(versions: Iterable[str]) -> str | None:
    """Return the highest release, or the highest prerelease where there is no release."""
    return max(versions, key=lambda version: ("-" not in version, semver_key(version)), default=None)


def tarball_name(name: str, version: str) -> str:
    """Return the file name of a tarball: the scope is not part of it."""
    return f"{name.rpartition('/')[2]}-{version}.tgz"


def tarball_path(name: str, version: str) -> str:
    """Return where a registry serves the tarball, below its root, with a leading slash."""
    return f"/{name}/-/{tarball_name(name, version)}"


def split_path(path: str) -> tuple[str, tuple[str, ...]]:
    """Split a decoded path below a registry's root into the package's name and what follows it.

    `/@scope/name/-/name-1.0.0.tgz` gives `@scope/name` and `("-", "name-1.0.0.tgz")`.
    """
    parts = path.strip("/").split("/")
    length = 2 if parts[0].startswith("@") and len(parts) > 1 else 1
    return "/".join(parts[:length]), tuple(parts[length:])


def read_publish(body: bytes, *, expected: str) -> NpmPublish:
    """Read the document that `npm publish` PUTs to the address of the `expected` package.

    Raises:
        UntrustedInput: not such a document, or the tarball does not match its digest.
    """
    try:
        document = json.loads(body)
        ((version, manifest),) = document["versions"].items()
        attachments = document["_attachments"]
        (data,) = (attachments[file]["data"] for file in attachments if file.endswith(".tgz"))
        tarball = base64.b64decode(data, validate=True)
        publish = NpmPublish(str(document["name"]), version, dict(manifest), tarball, dict(document["dist-tags"]))
        announced = manifest.get("dist", {}).get("integrity")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error) as error:
        raise UntrustedInput("this is no document of npm publish with one version and its tarball") from error
    if _SEMVER.fullmatch(version) is None or (publish.name, manifest.get("name")) != (expected, expected):
        raise UntrustedInput("the manifest's name and version do not fit the document and its address")
    if announced not in (None, integrity(tarball)["integrity"]):
        raise UntrustedInput("the tarball does not match its announced digest")
    return publish


def timestamp(moment: datetime) -> str:
    """Write a time as npm does: UTC with milliseconds and a Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def full_packument(package: NpmPackage, *, tarball_url: Callable[[str], str]) -> dict[str, Any]:
    """Make the full document; `tarball_url` gives the address of a version's tarball."""
    manifests = {version: _manifest(package, version, tarball_url(version)) for version in package.releases}
    latest = manifests.get(package.dist_tags.get("latest", ""), {})
    return {
        "_id": package.name,
        "_rev": _revision(package),
        "name": package.name,
        "description": latest.get("description", ""),
        "dist-tags": dict(package.dist_tags),
        "versions": manifests,
        "time": _times(package),
        "maintainers": [_person(name) for name in package.maintainers],
        "readme": "",
    }


def abbreviated_packument(package: NpmPackage, *, tarball_url: Callable[[str], str]) -> dict[str, Any]:
    """Make the document that installing needs: no `time`, no people, no scripts."""
    versions: dict[str, dict[str, Any]] = {}
    for version, release in package.releases.items():
        full = _manifest(package, version, tarball_url(version))
        versions[version] = {str(key): full[key] for key in _ABBREVIATED_KEYS if key in full}
        if release.has_install_script:
            versions[version]["hasInstallScript"] = True
    modified = _times(package).get("modified")
    return {"name": package.name, "dist-tags": dict(package.dist_tags), "versions": versions, "modified": modified}


def _manifest(package: NpmPackage, version: str, tarball_url: str) -> dict[str, Any]:
    release = package.releases[version]
    dist = {**release.manifest.get("dist", {}), **integrity(release.tarball), "tarball": tarball_url}
    return {
        **release.manifest,
        "_id": f"{package.name}@{version}",
        "dist": dist,
        "_npmUser": _person(release.publisher),
        "maintainers": [_person(name) for name in package.maintainers],
    }


def _person(name: str) -> dict[str, str]:
    return {"name": name, "email": f"{name}@people.example.test"}


def _times(package: NpmPackage) -> dict[str, str]:
    published = {version: release.published_at for version, release in package.releases.items()}
    moments = {**package.gone, **published}
    if not moments:
        return {}
    modified = package.modified or max(moments.values())
    versions = {version: timestamp(moment) for version, moment in moments.items()}
    return {"created": timestamp(min(moments.values())), "modified": timestamp(modified), **versions}


def _revision(package: NpmPackage) -> str:
    told = json.dumps([sorted(package.releases), sorted(package.dist_tags.items())])
    return f"{len(package.releases)}-{hashlib.sha256(told.encode()).hexdigest()[:32]}"
