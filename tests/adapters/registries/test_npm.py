"""Tests of reading the npm registry."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import given

from shared.adapters.outbound.messages import Answer
from shared.adapters.registries.npm import NPM
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.twins import Presence, PublicTwin
from shared.errors import AddressRefused, UnexpectedAnswer
from tests.adapters.registries.basics import basics
from tests.adapters.registries.junk import ANSWERS

_NAME: Final = PackageName.of(Ecosystem.NPM, "left-pad")
_CREATED: Final = datetime(2026, 8, 1, 10, tzinfo=UTC)
_HTML: Final = b"<!DOCTYPE html><title>404</title>"


def _read(document: object, *, status: int = 200) -> PublicTwin:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return NPM.read(Answer(status, {"content-type": "application/json"}, body), _NAME)


def _abbreviated(*versions: str, latest: str | None = None, **more: object) -> dict[str, Any]:
    tags = {"latest": latest} if latest else {}
    return {"name": "left-pad", "dist-tags": tags, "versions": {version: {} for version in versions}, **more}


_UNPUBLISHED: Final = {
    "name": "left-pad",
    "time": {
        "created": "2026-08-01T10:00:00.000Z",
        "1.0.0": "2026-08-01T10:00:00.000Z",
        "unpublished": {"name": "left-pad", "time": "2026-08-02T10:00:00.000Z", "maintainers": [{"name": "alice"}]},
    },
}


@pytest.mark.parametrize(
    ("spelling", "location", "url"),
    [
        ("left-pad", "https://npm.example.test/", "https://npm.example.test/left-pad"),
        ("left-pad", "https://npm.example.test", "https://npm.example.test/left-pad"),
        ("left-pad", "https://npm.example.test/group/npm/", "https://npm.example.test/group/npm/left-pad"),
        ("@acme/ui", "https://npm.example.test/", "https://npm.example.test/@acme%2Fui"),
        ("Old!~*'()", "https://npm.example.test/", "https://npm.example.test/Old!~*'()"),
    ],
)
def test_the_question(spelling: str, location: str, url: str) -> None:
    """The name stands behind the location, the slash of a scope encoded; the small document is asked for."""
    request = NPM.request(PackageName.of(Ecosystem.NPM, spelling), location)
    assert request.url == url
    assert request.headers["accept"].startswith("application/vnd.npm.install-v1+json")


def test_the_second_question_is_for_the_full_document() -> None:
    """The same address, another form, a limit of its own."""
    assert NPM.details is not None
    request = NPM.details.request(_NAME, "https://npm.example.test/")
    assert (request.url, request.headers["accept"]) == ("https://npm.example.test/left-pad", "application/json")
    assert request.max_bytes == 10 * 1024 * 1024


@pytest.mark.parametrize(
    ("document", "twin"),
    [
        (_abbreviated("1.0.0", "1.1.0", latest="1.1.0"), PublicTwin(Presence.PRESENT, latest_version="1.1.0")),
        (_abbreviated("1.0.0"), PublicTwin(Presence.PRESENT, latest_version="1.0.0")),
        (_abbreviated("1.0.0") | {"dist-tags": ["latest"]}, PublicTwin(Presence.PRESENT, latest_version="1.0.0")),
        (_abbreviated("1.0.0") | {"dist-tags": {"latest": 7}}, PublicTwin(Presence.PRESENT, latest_version="1.0.0")),
        # Whoever publishes chooses the tag; a range takes what is highest.
        (_abbreviated("1.0.0", "99.0.0", latest="1.0.0"), PublicTwin(Presence.PRESENT, latest_version="99.0.0")),
        (_abbreviated("1.0.0", "99.0.0-rc.1"), PublicTwin(Presence.PRESENT, latest_version="99.0.0-rc.1")),
        (_abbreviated("1.0.0", latest="2.0.0"), PublicTwin(Presence.PRESENT, latest_version="2.0.0")),
        (_abbreviated("x" * 300, "one", latest="two"), PublicTwin(Presence.PRESENT, latest_version="two")),
        (_abbreviated("one"), PublicTwin(Presence.PRESENT)),
        # A registry that sends the full document whatever was asked for.
        (
            _abbreviated(
                "1.0.0",
                latest="1.0.0",
                time={"created": "2026-08-01T10:00:00.000Z"},
                maintainers=[{"name": "alice", "email": "a@people.example.test"}],
            ),
            PublicTwin(Presence.PRESENT, "", _CREATED, "1.0.0", ("alice",)),
        ),
        # A real package whose last version carries the placeholder's number, beside versions that install.
        (
            _abbreviated("1.0.0", "0.0.1-security", latest="0.0.1-security"),
            PublicTwin(Presence.PRESENT, latest_version="1.0.0"),
        ),
        (
            _abbreviated("0.0.1-security.x", latest="0.0.1-security.x"),
            PublicTwin(Presence.PRESENT, latest_version="0.0.1-security.x"),
        ),
        # `unpublished` left over beside live versions: the versions count.
        (
            _abbreviated("2.0.0", time={"unpublished": {"time": "x"}}),
            PublicTwin(Presence.PRESENT, latest_version="2.0.0"),
        ),
    ],
)
def test_present(document: Mapping[str, Any], twin: PublicTwin) -> None:
    """At least one version that is not the registry's placeholder."""
    assert basics(_read(document)) == twin


@pytest.mark.parametrize(
    ("document", "status", "words"),
    [
        (_abbreviated("0.0.1-security", latest="0.0.1-security"), 200, "placeholder"),
        (_abbreviated("0.0.1-security.6", latest="0.0.1-security.6"), 200, "placeholder"),
        (_abbreviated("0.0.1-security", "0.0.1-security.1"), 200, "placeholder"),
        (_abbreviated(), 200, "every version"),
        (_UNPUBLISHED, 200, "unpublished"),
        (_UNPUBLISHED, 404, "unpublished"),
        ({**_UNPUBLISHED, "versions": {}}, 200, "unpublished"),
        ({"name": "left-pad", "time": {"unpublished": True}}, 200, "unpublished"),
    ],
)
def test_tombstone(document: Mapping[str, Any], status: int, words: str) -> None:
    """A name that is or was taken, with the reason in words."""
    twin = _read(document, status=status)
    assert twin.presence is Presence.TOMBSTONE
    assert words in twin.detail


def test_a_tombstone_tells_what_it_knows() -> None:
    """When the package began, and whose it was."""
    twin = _read(_UNPUBLISHED, status=404)
    assert (twin.first_published, twin.maintainers, twin.latest_version) == (_CREATED, ("alice",), None)


@pytest.mark.parametrize("document", [{"error": "Not found"}, {"error": "not_found", "reason": "document not found"}])
def test_absent(document: Mapping[str, Any]) -> None:
    """Only the registry's documented words in a 404 say that there is no such package."""
    assert _read(document, status=404) == PublicTwin(Presence.ABSENT)


@pytest.mark.parametrize(
    ("document", "status"),
    [
        ({"error": "Not found"}, 200),
        ({"error": "Not found"}, 403),
        ({"error": "Not found"}, 410),
        ({"error": "Not found"}, 503),
        ({"error": "no such route"}, 404),
        ({"errors": [{"status": 404, "message": "Not found"}]}, 404),
        ({"error": ["Not found"]}, 404),
        ({"message": "Not found"}, 404),
        ({}, 404),
        ({"name": "other", "versions": {"1.0.0": {}}}, 200),
        ({"versions": {"1.0.0": {}}}, 200),
        ({"name": "left-pad"}, 200),
        ({"name": "left-pad", "versions": ["1.0.0"]}, 200),
        ({"name": "left-pad", "versions": ["1.0.0"], "time": {"unpublished": {}}}, 200),
        (b"", 429),
        (b"", 401),
        (b"", 304),
    ],
)
def test_unknown(document: object, status: int) -> None:
    """Everything else tells nothing, and says so in words."""
    twin = _read(document, status=status)
    assert twin.presence is Presence.UNKNOWN
    assert twin.detail


@pytest.mark.parametrize("status", [200, 404])
@pytest.mark.parametrize("body", [_HTML, b"", b"[]", b'"Not found"', b"\xff\xfe"])
def test_no_json_object_is_unexpected(body: bytes, status: int) -> None:
    """A page of a CDN or a proxy is no answer about the package, least of all its 404."""
    with pytest.raises(UnexpectedAnswer):
        _read(body, status=status)


@pytest.mark.parametrize(
    ("status", "document", "expected"),
    [
        (
            200,
            {"name": "left-pad", "time": {"created": "2026-08-01T10:00:00Z"}, "maintainers": [{"name": "alice"}]},
            (_CREATED, ("alice",)),
        ),
        (200, {"name": "left-pad", "time": [], "maintainers": None}, (None, ())),
        (200, {"name": "other", "maintainers": [{"name": "alice"}]}, (None, ())),
        (404, {"error": "Not found"}, (None, ())),
    ],
)
def test_details_only_add(status: int, document: Mapping[str, Any], expected: tuple[Any, Any]) -> None:
    """The full document adds people and dates, and never changes the presence."""
    assert NPM.details is not None
    twin = PublicTwin(Presence.PRESENT, latest_version="1.0.0", name="left-pad")
    told = NPM.details.read(Answer(status, {}, json.dumps(document).encode()), twin)
    assert (told.presence, told.latest_version) == (Presence.PRESENT, "1.0.0")
    assert (told.first_published, told.maintainers) == expected


def test_a_location_with_a_query_is_refused() -> None:
    """Its 404 would not be about the package."""
    with pytest.raises(AddressRefused):
        NPM.request(_NAME, "https://npm.example.test/?package=")


@given(ANSWERS)
def test_junk_is_never_absent_by_accident(answer: Answer) -> None:
    """Whatever comes, it is a twin or our error; absent needs a 404 in the documented words."""
    try:
        twin = NPM.read(answer, _NAME)
    except UnexpectedAnswer:
        return
    if twin.presence is Presence.ABSENT:
        assert answer.status == 404
        assert json.loads(answer.body)["error"].lower() in ("not found", "not_found")
    assert twin.detail or twin.presence in (Presence.PRESENT, Presence.ABSENT)


@given(ANSWERS)
def test_junk_details_change_no_presence(answer: Answer) -> None:
    """The second question cannot make a present package anything else."""
    assert NPM.details is not None
    try:
        twin = NPM.details.read(answer, PublicTwin(Presence.PRESENT, latest_version="1.0.0", name="left-pad"))
    except UnexpectedAnswer:
        return
    assert twin.presence is Presence.PRESENT
