"""What npm's documents tell of a package beside its being there.

Whoever publishes writes the manifest (scripts, repository, description), and the registry compares it with no tarball;
accounts and times are the registry's own words.

Source: https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from shared.adapters.registries.wire import read_accounts, read_line, read_moment, read_names, read_repository
from shared.domain.twins import PublicTwin

_SCRIPTS: Final = ("preinstall", "install", "postinstall")
# What stands in a list of scripts where it is told that there is one, but not which.
UNNAMED_SCRIPT: Final = "unnamed"
# Keys of `time` that are no versions.
_NO_VERSIONS: Final = frozenset({"created", "modified", "unpublished"})
# What can be no account's name, so that it is counted as one that is not shown.
_NO_ACCOUNT: Final = ""
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


def add_details(twin: PublicTwin, document: Mapping[str, Any]) -> PublicTwin:
    """Add what a document, full or abbreviated, tells of the package.

    What runs and when it came is told of all versions, since any of them may be installed; words are those of the
    twin's latest version.
    """
    versions, times = _mapping(document.get("versions")), document.get("time")
    # Only the full document has times, and only what has times can miss versions.
    moments = _moments(times) if isinstance(times, dict) else None
    latest = twin.latest_version or ""
    manifest = _mapping(versions.get(latest))
    return replace(
        twin,
        first_published=read_moment(_mapping(times).get("created")),
        latest_published=max((moments or {}).values(), default=None),
        maintainers=read_names(document.get("maintainers")),
        publishers=read_accounts(_accounts(document, versions, moments)),
        install_scripts=_install_scripts(versions.values(), twin, is_full=moments is not None),
        repository=_repository(manifest.get("repository")) or _repository(document.get("repository")),
        description=read_line(manifest.get("description")) or read_line(document.get("description")),
        releases=len(versions.keys() | (moments or {}).keys()) or None,
        withdrawn=None if moments is None or not versions else len(moments.keys() - versions.keys()),
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _moments(times: Mapping[str, Any]) -> Mapping[str, datetime]:
    read = ((version, read_moment(at)) for version, at in times.items() if version not in _NO_VERSIONS)
    return {version: at for version, at in read if at is not None}


def _accounts(
    document: Mapping[str, Any], versions: Mapping[str, Any], moments: Mapping[str, datetime] | None
) -> Iterator[object]:
    """Return who published, newest version first, then who may publish.

    The abbreviated document names nobody; in the full one a version that names no account was published by somebody
    all the same.
    """
    if moments is not None:
        for version in sorted(versions, key=lambda one: moments.get(one, _LONG_AGO), reverse=True):
            user = _mapping(_mapping(versions[version]).get("_npmUser"))
            # A version that came from a trusted workflow names the service that ran it, the same for everybody: whose
            # workflow it was is not told.
            yield _NO_ACCOUNT if "trustedPublisher" in user else user.get("name") or _NO_ACCOUNT
    people = document.get("maintainers")
    yield from (_mapping(person).get("name") for person in (people if isinstance(people, list) else ()))


def _install_scripts(versions: Iterable[object], twin: PublicTwin, *, is_full: bool) -> tuple[str, ...] | None:
    """Return what any version runs on installation.

    The abbreviated document tells that something runs, never that nothing does; neither does a full one of which a
    part cannot be read.
    """
    manifests = [_mapping(version) for version in versions]
    scripts = {name for manifest in manifests for name in _mapping(manifest.get("scripts"))}
    named = tuple(name for name in _SCRIPTS if name in scripts)
    if named:
        return named
    if twin.install_scripts or any(manifest.get("hasInstallScript") is True for manifest in manifests):
        return twin.install_scripts or (UNNAMED_SCRIPT,)
    readable = all(manifest and isinstance(manifest.get("scripts", {}), dict) for manifest in manifests)
    return () if is_full and manifests and readable else None


def _repository(told: object) -> str | None:
    return read_repository(told.get("url") if isinstance(told, dict) else told)
