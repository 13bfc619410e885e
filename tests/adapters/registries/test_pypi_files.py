"""Tests of reading releases out of a project's files."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import given

from shared.adapters.registries.pypi_files import PypiReleases, read_releases
from tests.adapters.registries.junk import JSON

_FIRST: Final = datetime(2026, 8, 1, 10, tzinfo=UTC)


def _file(name: str, *, day: int = 1, yanked: object = False) -> dict[str, Any]:
    return {"filename": name, "upload-time": f"2026-08-{day:02}T10:00:00Z", "yanked": yanked}


def test_releases_are_told_apart_by_their_files_names() -> None:
    """The newest file counts, of whatever release; a release is withdrawn where all its files are."""
    files = [
        _file("acme_billing-1.0-py3-none-any.whl", yanked="broken"),
        _file("acme-billing-1.0.tar.gz", yanked=True),
        _file("acme_billing-2.0.post1-py3-none-any.whl", day=5),
        _file("acme_billing-2.0.post1.zip", day=4, yanked=True),
        _file("acme_billing-0.9-py2.7.egg", day=6, yanked=""),
    ]
    expected = PypiReleases("2.0.post1", _FIRST, datetime(2026, 8, 6, 10, tzinfo=UTC), count=3, withdrawn=2)
    assert read_releases(["0.9", "1.0", "2.0-1"], files) == expected


@pytest.mark.parametrize(
    ("versions", "files", "expected"),
    [
        (None, [], PypiReleases(None, None, None, None, None)),
        ([], [], PypiReleases(None, None, None, 0, None)),
        (["1.0", "1.0.0", 7], [{"filename": "acme"}, "junk"], PypiReleases("1.0", None, None, 1, 0)),
        (["1.0"], [_file("acme-2.0.tar.gz", yanked=True)], PypiReleases("1.0", _FIRST, _FIRST, 1, 0)),
    ],
)
def test_what_is_not_told_is_empty(versions: object, files: list[object], expected: PypiReleases) -> None:
    """A release without files that can be recognised is not withdrawn."""
    assert read_releases(versions, files) == expected


def test_too_many_files_are_not_sorted_by_release() -> None:
    """Their names are not read, and nothing is said of what needs them."""
    files = [_file("acme-1.0.tar.gz", yanked=True)] * 20_001
    assert read_releases(["1.0"], files) == PypiReleases("1.0", _FIRST, _FIRST, 1, None)


@given(JSON, JSON)
def test_junk_raises_nothing(versions: object, files: object) -> None:
    """Never more is withdrawn than there is."""
    releases = read_releases(versions, files if isinstance(files, list) else [files])
    assert (releases.withdrawn or 0) <= (releases.count or 0)
