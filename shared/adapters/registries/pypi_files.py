"""What a project's files on the simple index tell of its releases.

Source: https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from packaging.version import Version

from shared.adapters.registries.wire import read_moment, read_text

# Reading a version takes long enough that a page of a hundred thousand would hold up everybody else.
_MOST_FILES: Final = 20_000
_ARCHIVES: Final = (".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz")


@dataclass(frozen=True, slots=True)
class PypiReleases:
    """A project's releases; `count` and `withdrawn` None = not told, or not countable."""

    latest: str | None
    first_published: datetime | None
    latest_published: datetime | None
    count: int | None
    withdrawn: int | None


def read_releases(versions: object, files: Sequence[object]) -> PypiReleases:
    """Read the list of versions and that of files; the project is at least as old as its oldest file still there.

    The newest file counts, of whatever release: one that is added to an old release is installed as well.
    """
    told = _versions(versions)
    objects = [file for file in files if isinstance(file, dict)]
    # The highest release, or the highest prerelease where there is no release.
    latest = max(told, key=lambda version: (not version.is_prerelease, version), default=None)
    uploads = _by_version(objects) if len(objects) <= _MOST_FILES else None
    moments = _moments(objects)
    return PypiReleases(
        latest=None if latest is None else str(latest),
        first_published=min(moments, default=None),
        latest_published=max(moments, default=None),
        count=len(set(told)) if isinstance(versions, list) else None,
        withdrawn=None if uploads is None or not told else sum(_is_yanked(uploads.get(one, ())) for one in set(told)),
    )


def _versions(told: object) -> list[Version]:
    read = map(_version, told) if isinstance(told, list) else ()
    return [version for version in read if version is not None]


def _version(value: object) -> Version | None:
    text = read_text(value)
    try:
        return None if text is None else Version(text)
    except ValueError:
        return None


def _by_version(files: Sequence[Mapping[str, Any]]) -> Mapping[Version, Sequence[Mapping[str, Any]]]:
    sorted_files = defaultdict[Version, list[Mapping[str, Any]]](list)
    for file in files:
        version = _version(_version_text(file.get("filename")))
        if version is not None:
            sorted_files[version].append(file)
    return sorted_files


def _version_text(filename: object) -> str | None:
    """Return what stands for the version: https://packaging.python.org/en/latest/specifications/binary-distribution-format/."""
    name = read_text(filename) or ""
    archive = next((suffix for suffix in _ARCHIVES if name.endswith(suffix)), None)
    if archive is not None:
        return name.removesuffix(archive).rpartition("-")[2]
    parts = name.split("-")
    return parts[1] if len(parts) > 1 else None


def _is_yanked(files: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether a release is withdrawn: by PEP 592 a file is yanked by a reason, too, even by an empty one."""
    return bool(files) and all(file.get("yanked") not in (None, False) for file in files)


def _moments(files: Sequence[Mapping[str, Any]]) -> Sequence[datetime]:
    moments = (read_moment(file.get("upload-time")) for file in files)
    return [moment for moment in moments if moment is not None]
