"""Tests of reading PyPI's simple index."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import given

from shared.adapters.outbound.messages import Answer
from shared.adapters.registries.pypi import PYPI
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.twins import Presence, PublicTwin
from shared.errors import UnexpectedAnswer
from tests.adapters.registries.basics import basics
from tests.adapters.registries.junk import ANSWERS

_NAME: Final = PackageName.of(Ecosystem.PYPI, "Acme.Billing")
_FILE: Final = {"filename": "acme_billing-1.0.tar.gz", "upload-time": "2026-08-02T10:00:00.000000Z", "yanked": False}
_OLDER: Final = {"filename": "acme_billing-0.9.tar.gz", "upload-time": "2026-08-01T10:00:00.000000Z", "yanked": "bad"}
_FIRST: Final = datetime(2026, 8, 1, 10, tzinfo=UTC)


def _project(**more: object) -> dict[str, Any]:
    return {
        "meta": {"_last-serial": 101, "api-version": "1.4"},
        "name": "acme-billing",
        "versions": ["0.9", "1.0"],
        "project-status": {"status": "active"},
        "files": [_FILE, _OLDER],
        **more,
    }


def _without(key: str) -> dict[str, Any]:
    return {name: value for name, value in _project().items() if name != key}


def _read(document: object, *, status: int = 200, kind: str = "application/vnd.pypi.simple.v1+json") -> PublicTwin:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return PYPI.read(Answer(status, {"content-type": kind}, body), _NAME)


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("https://python.example.test/", "https://python.example.test/simple/acme-billing/"),
        ("https://python.example.test", "https://python.example.test/simple/acme-billing/"),
        ("https://python.example.test/simple/", "https://python.example.test/simple/acme-billing/"),
        ("https://python.example.test/mirror/", "https://python.example.test/mirror/simple/acme-billing/"),
    ],
)
def test_the_question(location: str, url: str) -> None:
    """The canonical name, with its trailing slash, below the simple index: no redirect is needed."""
    request = PYPI.request(_NAME, location)
    assert request.url == url
    assert request.headers["accept"] == "application/vnd.pypi.simple.v1+json"
    assert PYPI.details is not None
    details = PYPI.details.request(_NAME, location)
    assert details.url == url.replace("/simple/acme-billing/", "/pypi/acme-billing/json")
    assert details.max_bytes == 8 * 1024 * 1024


@pytest.mark.parametrize(
    ("document", "latest", "first"),
    [
        (_project(), "1.0", _FIRST),
        (_project(name="Acme_Billing"), "1.0", _FIRST),
        (_project(**{"project-status": {"status": "archived"}}), "1.0", _FIRST),
        (_project(**{"project-status": {"state": "deprecated"}}), "1.0", _FIRST),
        (_project(**{"project-status": {"status": "a word of the future"}}), "1.0", _FIRST),
        (_project(**{"project-status": "active"}), "1.0", _FIRST),
        (_without("project-status"), "1.0", _FIRST),
        (_without("versions"), None, _FIRST),
        (_project(versions=["1.0", "2.0rc1"]), "1.0", _FIRST),
        (_project(versions=["2.0rc1", "2.0b3", "2.0.dev1"]), "2.0rc1", _FIRST),
        (_project(versions=["1.10", "1.9", "legacy-version", 7, None, "1" * 500]), "1.10", _FIRST),
        (_project(versions=["1!0.1", "2026.8"]), "1!0.1", _FIRST),
        (_project(versions=["no version"]), None, _FIRST),
        (_project(versions="1.0"), None, _FIRST),
        (_project(files=[_OLDER]), "1.0", _FIRST),
        (_project(files=[{"filename": "acme_billing-1.0.tar.gz"}, "junk", {"upload-time": 7}]), "1.0", None),
        (_project(meta={"api-version": "1.99"}), "1.0", _FIRST),
    ],
)
def test_present(document: Mapping[str, Any], latest: str | None, first: datetime | None) -> None:
    """Files on the index, yanked ones too, of a project that is not in quarantine."""
    assert basics(_read(document)) == PublicTwin(Presence.PRESENT, first_published=first, latest_version=latest)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (_project(files=[], versions=[]), "no release"),
        (_project(files=[], versions=[], **{"project-status": {"status": "quarantined"}}), "quarantine"),
        (_project(**{"project-status": {"state": "quarantined"}}), "quarantine"),
        (_project(files=[], versions=[], **{"project-status": {"status": "archived"}}), "no release"),
    ],
)
def test_tombstone(document: Mapping[str, Any], words: str) -> None:
    """The name is taken, and nothing installs."""
    twin = _read(document)
    assert twin.presence is Presence.TOMBSTONE
    assert words in twin.detail


@pytest.mark.parametrize("kind", ["text/plain", "text/plain; charset=UTF-8"])
def test_absent(kind: str) -> None:
    """The index's own short 404 is the documented one."""
    assert _read(b"404 Not Found\n", status=404, kind=kind) == PublicTwin(Presence.ABSENT)


@pytest.mark.parametrize(
    ("document", "status", "kind"),
    [
        (b"<html>404 Not Found</html>", 404, "text/html"),
        (b"404 Not Found", 404, "text/html"),
        (b"404 Not Found", 404, ""),
        (b"404 page not found", 404, "text/plain"),
        (b"default backend - 404", 404, "text/plain"),
        (b"", 404, "text/plain"),
        ({"message": "Not Found"}, 404, "application/json"),
        (b"404 Not Found", 410, "text/plain"),
        (b"404 Not Found", 403, "text/plain"),
        (b"404 Not Found", 503, "text/plain"),
        (b"", 301, "text/plain"),
        (_project(name="other"), 200, "application/json"),
        (_project(name="-"), 200, "application/json"),
        (_project(name=None), 200, "application/json"),
        (_without("files"), 200, "application/json"),
        (_project(files={}), 200, "application/json"),
        (_project(meta={"api-version": "2.0"}), 200, "application/json"),
        (_project(meta={}), 200, "application/json"),
        (_without("meta"), 200, "application/json"),
        ({}, 200, "application/json"),
    ],
)
def test_unknown(document: object, status: int, kind: str) -> None:
    """Everything else tells nothing, and says so in words."""
    twin = _read(document, status=status, kind=kind)
    assert twin.presence is Presence.UNKNOWN
    assert twin.detail


@pytest.mark.parametrize("body", [b"<!DOCTYPE html>", b"404 Not Found", b"[]", b""])
def test_no_json_object_is_unexpected(body: bytes) -> None:
    """A page of HTML with status 200 is what proxies show."""
    with pytest.raises(UnexpectedAnswer):
        _read(body)


@given(ANSWERS)
def test_junk_is_never_absent_by_accident(answer: Answer) -> None:
    """Whatever comes, it is a twin or our error; absent needs the documented 404."""
    try:
        twin = PYPI.read(answer, _NAME)
    except UnexpectedAnswer:
        return
    if twin.presence is Presence.ABSENT:
        assert (answer.status, answer.media_type, answer.body.strip()) == (404, "text/plain", b"404 Not Found")
    assert twin.detail or twin.presence in (Presence.PRESENT, Presence.ABSENT)
