"""Tests of reading what npm's documents tell of a package that is there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import given

from shared.adapters.registries.npm_details import UNNAMED_SCRIPT, add_details
from shared.adapters.registries.wire import NOT_SHOWN
from shared.domain.twins import Presence, PublicTwin
from tests.adapters.registries.junk import JSON

_TWIN: Final = PublicTwin(Presence.PRESENT, latest_version="2.0.0", name="left-pad")
_SECOND: Final = datetime(2026, 8, 2, 10, tzinfo=UTC)


def _full(manifest: object = None, **more: object) -> dict[str, Any]:
    return {
        "name": "left-pad",
        "versions": {
            "1.0.0": {"name": "left-pad", "_npmUser": {"name": "alice"}},
            "2.0.0": {"name": "left-pad", "_npmUser": {"name": "mallory"}} if manifest is None else manifest,
        },
        "time": {
            "created": "2026-08-01T10:00:00.000Z",
            "modified": "2026-08-09T10:00:00.000Z",
            "0.9.0": "2026-08-01T10:00:00.000Z",
            "1.0.0": "2026-08-01T11:00:00.000Z",
            "2.0.0": "2026-08-02T10:00:00.000Z",
        },
        "maintainers": [{"name": "bob", "email": "b@people.example.test"}, {"name": "alice"}],
        **more,
    }


def _read(manifest: object = None, **more: object) -> PublicTwin:
    return add_details(_TWIN, _full(manifest, **more))


def test_a_full_document() -> None:
    """Accounts newest first, each once, then those who may publish; a version that is gone is counted as withdrawn."""
    twin = _read()
    assert twin.publishers == ("mallory", "alice", "bob")
    assert twin.maintainers == ("bob", "alice")
    assert (twin.first_published, twin.latest_published) == (datetime(2026, 8, 1, 10, tzinfo=UTC), _SECOND)
    assert (twin.releases, twin.withdrawn) == (3, 1)
    assert (twin.presence, twin.latest_version, twin.name) == (Presence.PRESENT, "2.0.0", "left-pad")


def test_an_abbreviated_document() -> None:
    """It has no times: how many versions are gone is not told."""
    twin = add_details(_TWIN, {"name": "left-pad", "versions": {"1.0.0": {}, "2.0.0": {}}})
    assert (twin.releases, twin.withdrawn, twin.publishers, twin.install_scripts) == (2, None, (), None)


@pytest.mark.parametrize(
    "manifest",
    [
        {"_npmUser": {"name": "A workflow service", "trustedPublisher": {"id": "workflows"}}},
        {"_npmUser": {"trustedPublisher": None}},
        {"_npmUser": {"name": None}},
        {"_npmUser": "mallory"},
        {"name": "left-pad"},
        {},
    ],
)
def test_a_version_that_names_no_account_is_somebodys(manifest: object) -> None:
    """Of a workflow only the service is named, the same for everybody: a stranger's must not pass for ours."""
    assert _read(manifest).publishers == (NOT_SHOWN, "alice", "bob")


def test_any_version_may_be_installed() -> None:
    """What runs, and when the last one came, is told of all of them."""
    twin = _read(
        versions={
            "2.0.0": {"scripts": {"postinstall": "x"}},
            "1.0.0": {"scripts": {"preinstall": "x"}},
            "0.1.0": {"name": "left-pad", "hasInstallScript": True},
        },
        time={"created": "2026-08-01T10:00:00Z", "2.0.0": "2026-08-01T10:00:00Z", "0.1.0": "2026-08-02T10:00:00Z"},
    )
    assert (twin.install_scripts, twin.latest_published) == (("preinstall", "postinstall"), _SECOND)


def test_that_nothing_runs_is_told_by_every_version() -> None:
    """One that cannot be read may run something."""
    assert _read(versions={"1.0.0": {"name": "left-pad"}, "2.0.0": {"name": "left-pad"}}).install_scripts == ()
    assert _read(versions={"1.0.0": 7, "2.0.0": {"name": "left-pad"}}).install_scripts is None
    assert _read(versions={}).install_scripts is None


@pytest.mark.parametrize(
    ("manifest", "known", "scripts"),
    [
        ({"name": "left-pad"}, None, ()),
        ({"scripts": {}}, None, ()),
        ({"scripts": {"test": "x", "postinstall": "x", "preinstall": ""}}, None, ("preinstall", "postinstall")),
        ({"scripts": {"install": "x"}, "hasInstallScript": True}, (UNNAMED_SCRIPT,), ("install",)),
        ({"scripts": {"test": "x"}}, (UNNAMED_SCRIPT,), (UNNAMED_SCRIPT,)),
        ({"hasInstallScript": True}, None, (UNNAMED_SCRIPT,)),
        ({"scripts": ["postinstall"]}, None, None),
        ({}, None, None),
        ("no manifest", None, None),
    ],
)
def test_install_scripts(manifest: object, known: tuple[str, ...] | None, scripts: tuple[str, ...] | None) -> None:
    """In the registry's order; that nothing runs is told by a whole readable manifest only."""
    twin = PublicTwin(Presence.PRESENT, latest_version="2.0.0", install_scripts=known)
    assert add_details(twin, _full(manifest)).install_scripts == scripts


def test_an_abbreviated_document_never_says_that_nothing_runs() -> None:
    """Only that something does."""
    versions = {"2.0.0": {"hasInstallScript": True}}
    assert add_details(_TWIN, {"versions": versions}).install_scripts == (UNNAMED_SCRIPT,)
    assert add_details(_TWIN, {"versions": {"2.0.0": {"name": "left-pad"}}}).install_scripts is None


@pytest.mark.parametrize(
    ("manifest", "more", "repository", "description"),
    [
        (
            {"repository": {"type": "git", "url": "git+https://code.example.test/acme/ui.git"}, "description": "Pads."},
            {"description": "old"},
            "https://code.example.test/acme/ui",
            "Pads.",
        ),
        ({"repository": "github:acme/ui"}, {}, "github:acme/ui", ""),
        ({}, {"repository": "acme/ui", "description": "x" * 300}, "acme/ui", "x" * 200),
        ({"repository": {"url": 7}, "description": ["x"]}, {}, None, ""),
        ({"repository": ["x"]}, {}, None, ""),
    ],
)
def test_words_of_the_publisher(
    manifest: object, more: dict[str, object], repository: str | None, description: str
) -> None:
    """Those of the latest version, else the document's."""
    twin = _read(manifest, **more)
    assert (twin.repository, twin.description) == (repository, description)


@pytest.mark.parametrize("junk", [{"versions": []}, {"time": 7}, {"maintainers": {}}, {"versions": {"2.0.0": []}}])
def test_one_unreadable_detail_leaves_the_others(junk: dict[str, object]) -> None:
    """Each stands for itself."""
    twin = _read(**junk, description="Pads.")
    assert (twin.presence, twin.description) == (Presence.PRESENT, "Pads.")


def test_publishers_are_bounded() -> None:
    """A package of a thousand accounts names the newest few."""
    versions = {f"1.{minor}.0": {"_npmUser": {"name": f"user{minor}"}} for minor in range(1000)}
    times = {f"1.{minor}.0": f"2026-08-01T10:{minor // 60:02}:{minor % 60:02}Z" for minor in range(1000)}
    publishers = _read(versions=versions, time=times).publishers
    assert (len(publishers), publishers[0]) == (20, "user999")


@given(JSON, JSON)
def test_junk_changes_no_presence(document: object, manifest: object) -> None:
    """Whatever comes, the package is there, and nothing is raised."""
    for told in (_full(manifest), document):
        if isinstance(told, dict):
            twin = add_details(_TWIN, told)
            assert (twin.presence, twin.latest_version, twin.name) == (Presence.PRESENT, "2.0.0", "left-pad")
