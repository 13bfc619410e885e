"""Tests of npm's wire as simulators speak it."""

from __future__ import annotations

import base64
import io
import json
import tarfile
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.simulators.npm_protocol import (
    NpmPackage,
    NpmRelease,
    abbreviated_packument,
    full_packument,
    latest_version,
    read_publish,
    semver_key,
    split_path,
    tarball_path,
)
from local.simulators.npm_protocol_archives import build_tarball, integrity
from shared.errors import UntrustedInput

_AT: Final = datetime(2026, 8, 1, 10, 0, 0, 123456, tzinfo=UTC)

# https://semver.org/#spec-item-11, and what surrounds it.
_ASCENDING: Final = [
    "junk",
    "0.0.1-security",
    "0.0.1-security.1",
    "0.0.1-security.2",
    "0.0.1",
    "1.0.0-1",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.2.0",
    "1.10.0",
    "99.0.0",
]


def test_versions_sort_as_semver_says() -> None:
    """Numbers as numbers, prereleases before their release; build metadata does not count."""
    assert all(semver_key(lower) < semver_key(higher) for lower, higher in pairwise(_ASCENDING))
    assert semver_key("1.0.0+build.1") == semver_key("1.0.0")


@pytest.mark.parametrize(
    ("versions", "latest"),
    [(["1.0.0", "2.0.0-rc.1"], "1.0.0"), (["2.0.0-rc.1", "2.0.0-beta"], "2.0.0-rc.1"), ([], None)],
)
def test_the_latest_is_the_highest_release(versions: list[str], latest: str | None) -> None:
    """A prerelease only where there is nothing else."""
    assert latest_version(versions) == latest


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/left-pad", ("left-pad", ())),
        ("/left-pad/1.0.0", ("left-pad", ("1.0.0",))),
        ("/@acme/ui", ("@acme/ui", ())),
        ("/@acme/ui/-/ui-1.0.0.tgz", ("@acme/ui", ("-", "ui-1.0.0.tgz"))),
        ("/@acme", ("@acme", ())),
        ("/", ("", ())),
    ],
)
def test_a_path_is_split(path: str, expected: tuple[str, tuple[str, ...]]) -> None:
    """A scope belongs to the name."""
    assert split_path(path) == expected


def test_a_scoped_tarball_has_the_scope_in_its_path_only() -> None:
    """As the registry names it."""
    assert tarball_path("@acme/ui", "1.0.0") == "/@acme/ui/-/ui-1.0.0.tgz"


def test_a_built_tarball_is_a_package() -> None:
    """Its package.json is the manifest."""
    manifest, tarball = build_tarball("@acme/ui", "1.0.0", scripts={"postinstall": "echo"}, files={"a/b.txt": "hello"})
    with tarfile.open(fileobj=io.BytesIO(tarball)) as archive:
        inside = archive.extractfile("package/package.json")
        assert inside is not None
        assert json.loads(inside.read()) == manifest
        assert "package/a/b.txt" in archive.getnames()
    assert manifest["scripts"] == {"postinstall": "echo"}


def _package() -> NpmPackage:
    releases = {}
    for version, scripts in (("1.0.0", {}), ("2.0.0", {"postinstall": "echo", "test": "echo"})):
        manifest, tarball = build_tarball("@acme/ui", version, scripts=scripts)
        releases[version] = NpmRelease(manifest | {"description": "sample"}, tarball, _AT, "alice")
    return NpmPackage("@acme/ui", releases, {"latest": "2.0.0"}, ("alice",), gone={"0.1.0": _AT})


def _url(version: str) -> str:
    return f"https://npm.example.test{tarball_path('@acme/ui', version)}"


def test_the_full_document() -> None:
    """Times of versions that are gone too, people, and every version with its digests and address."""
    package = _package()
    document = full_packument(package, tarball_url=_url)
    stamp = "2026-08-01T10:00:00.123Z"
    assert document["time"] == dict.fromkeys(["created", "modified", "0.1.0", "1.0.0", "2.0.0"], stamp)
    assert document["maintainers"] == [{"name": "alice", "email": "alice@people.example.test"}]
    version = document["versions"]["1.0.0"]
    assert version["_npmUser"]["name"] == "alice"
    assert version["dist"] == {**integrity(package.releases["1.0.0"].tarball), "tarball": _url("1.0.0")}
    assert document["description"] == "sample"


def test_the_abbreviated_document() -> None:
    """No times, no people, no scripts, but whether there is an install script."""
    document = abbreviated_packument(_package(), tarball_url=_url)
    assert set(document) == {"name", "dist-tags", "versions", "modified"}
    assert "hasInstallScript" not in document["versions"]["1.0.0"]
    assert document["versions"]["2.0.0"]["hasInstallScript"] is True
    assert not {"scripts", "_npmUser", "maintainers", "description"} & set(document["versions"]["2.0.0"])


def test_a_package_without_versions_has_no_times() -> None:
    """There is nothing to date it by."""
    assert full_packument(NpmPackage("left-pad", {}, {}), tarball_url=_url)["time"] == {}


def _document(**more: object) -> dict[str, Any]:
    manifest, tarball = build_tarball("left-pad", "1.0.0")
    manifest["dist"] = integrity(tarball)
    attachment = {"content_type": "application/octet-stream", "data": base64.b64encode(tarball).decode()}
    return {
        "_id": "left-pad",
        "name": "left-pad",
        "dist-tags": {"latest": "1.0.0"},
        "versions": {"1.0.0": manifest},
        "_attachments": {"left-pad-1.0.0.tgz": attachment, "left-pad-1.0.0.sigstore": {"data": "{}"}},
        **more,
    }


def test_a_publication_is_read() -> None:
    """Name, version, tags and tarball."""
    sent = read_publish(json.dumps(_document()).encode(), expected="left-pad")
    assert (sent.name, sent.version, sent.dist_tags) == ("left-pad", "1.0.0", {"latest": "1.0.0"})
    assert integrity(sent.tarball) == sent.manifest["dist"]


@pytest.mark.parametrize(
    "document",
    [
        _document(name="other"),
        _document(versions={}),
        _document(versions={"1.0.0": {"name": "other"}}),
        _document(versions={"1.0.0": {"name": "left-pad", "dist": {"integrity": "sha512-other"}}}),
        _document(versions={"1.0.0": {"name": "left-pad", "dist": []}}),
        _document(versions={"one": {"name": "left-pad"}}),
        _document(versions={"1.0.0": {"name": "left-pad"}, "1.0.1": {"name": "left-pad"}}),
        _document(_attachments={}),
        _document(_attachments={"a.tgz": {"data": "not base64!"}}),
        [],
        None,
    ],
)
def test_what_is_no_publication_is_refused(document: object) -> None:
    """Each with our own error."""
    with pytest.raises(UntrustedInput):
        read_publish(json.dumps(document).encode(), expected="left-pad")


@given(st.binary())
def test_junk_is_refused(body: bytes) -> None:
    """No bytes raise anything else."""
    with pytest.raises(UntrustedInput):
        read_publish(body, expected="left-pad")
