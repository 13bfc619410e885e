"""Tests of reading Cargo's sparse index."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.outbound.messages import Answer
from shared.adapters.registries.cargo import Cargo, index_path, read_crate, spellings
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.twins import Presence, PublicTwin
from shared.errors import AddressRefused, UnexpectedAnswer
from tests.adapters.registries.basics import basics
from tests.adapters.registries.junk import ANSWERS, JSON
from tests.adapters.registries.talk import Talk, talk

_NOW: Final = datetime(2026, 8, 1, 10, tzinfo=UTC)
_NAME: Final = PackageName.of(Ecosystem.CARGO, "Acme-Billing")
_BASE: Final = "https://crates.example.test"
_DASHED: Final = f"{_BASE}/ac/me/acme-billing"
_UNDERSCORED: Final = f"{_BASE}/ac/me/acme_billing"
_CONFIG: Final = Answer(200, {}, b'{"dl": "https://crates.example.test/dl", "api": null}')
_MISSING: Final = Answer(404, {}, b"<Error><Code>NoSuchKey</Code></Error>")


def _release(version: str, **more: object) -> dict[str, Any]:
    return {"name": "acme_billing", "vers": version, "deps": [], "cksum": "0", "features": {}, "yanked": False, **more}


def _crate(*releases: Mapping[str, Any]) -> Answer:
    return Answer(200, {}, b"".join(json.dumps(release).encode() + b"\n" for release in releases))


def _look_up(*lines: Answer, location: str = f"sparse+{_BASE}/", name: PackageName = _NAME) -> Talk:
    return talk(Cargo(lambda: _NOW).look_up(name, location), *lines)


@pytest.mark.parametrize("location", [f"sparse+{_BASE}/", f"sparse+{_BASE}", f"{_BASE}/", _BASE, f" sparse+{_BASE}// "])
def test_the_question(location: str) -> None:
    """The location may be marked as sparse, with a trailing slash or none."""
    told = _look_up(_crate(_release("1.0.0")), location=location)
    assert told.urls == [_DASHED]


@pytest.mark.parametrize(
    ("spelling", "path"),
    [("a", "1/a"), ("ab", "2/ab"), ("abc", "3/a/abc"), ("abcd", "ab/cd/abcd"), ("a-b", "3/a/a-b")],
)
def test_a_crate_s_place_depends_on_its_length(spelling: str, path: str) -> None:
    """Short names have folders of their own."""
    assert index_path(spelling) == path


@pytest.mark.parametrize(
    ("spelling", "asked"),
    [
        ("serde", ("serde",)),
        ("Acme-Billing", ("acme-billing", "acme_billing")),
        ("acme_billing", ("acme_billing", "acme-billing")),
        ("acme-core_utils", ("acme-core_utils", "acme-core-utils", "acme_core_utils")),
    ],
)
def test_the_spellings(spelling: str, asked: tuple[str, ...]) -> None:
    """The given one first: it is what a build would ask for."""
    assert spellings(PackageName.of(Ecosystem.CARGO, spelling)) == asked


@pytest.mark.parametrize(
    ("releases", "latest", "first"),
    [
        ([_release("1.0.0", pubtime="2026-08-01T10:00:00Z")], "1.0.0", _NOW),
        ([_release("1.9.0"), _release("1.10.0"), _release("2.0.0-rc.1")], "1.10.0", None),
        ([_release("1.0.0"), _release("99.0.0", yanked=True)], "1.0.0", None),
        ([_release("1.0.0", yanked="true")], "1.0.0", None),
        ([_release("1.0.0", name="ACME-billing")], "1.0.0", None),
        ([{"name": "acme_billing"}], None, None),
        (
            [
                _release("1.0.0", pubtime="2026-08-02T10:00:00Z", yanked=True),
                _release("0.9.0", pubtime="2026-08-01T10:00:00Z"),
                _release("0.8.0", pubtime=7),
            ],
            "0.9.0",
            _NOW,
        ),
    ],
)
def test_present(releases: list[dict[str, Any]], latest: str | None, first: datetime | None) -> None:
    """At least one version that is not yanked."""
    expected = PublicTwin(Presence.PRESENT, first_published=first, latest_version=latest)
    assert basics(read_crate(_crate(*releases), _NAME)) == expected


def test_what_is_told_beside() -> None:
    """The published spelling, when the latest version came, and how many are yanked."""
    lines = [_release("1.0.0", yanked=True), _release("2.0.0", pubtime="2026-08-01T10:00:00Z"), _release("1.9.0")]
    twin = read_crate(_crate(*lines), _NAME)
    assert (twin.latest_published, twin.releases, twin.withdrawn, twin.name) == (_NOW, 3, 1, "acme_billing")
    assert (twin.publishers, twin.install_scripts, twin.repository) == ((), None, None)


def test_tombstone() -> None:
    """Every version yanked: the name is taken all the same."""
    twin = read_crate(_crate(_release("1.0.0", yanked=True), _release("1.1.0", yanked=True)), _NAME)
    assert (twin.presence, twin.latest_version) == (Presence.TOMBSTONE, "1.1.0")
    assert "yanked" in twin.detail


@pytest.mark.parametrize("status", [404, 410, 451])
def test_absent_in_every_spelling(status: int) -> None:
    """The three documented statuses, each spelling asked, and the index shown to be one."""
    gone = Answer(status, {}, b"whatever the content network writes")
    told = _look_up(gone, gone, _CONFIG)
    assert told.twin == PublicTwin(Presence.ABSENT)
    assert told.urls == [_DASHED, _UNDERSCORED, f"{_BASE}/config.json"]


def test_the_other_spelling_is_found() -> None:
    """A registry holds one spelling only, and it is the same crate."""
    told = _look_up(_MISSING, _crate(_release("1.0.0")))
    assert told.twin.presence is Presence.PRESENT


@pytest.mark.parametrize(
    ("lines", "presence"),
    [
        ([Answer(403, {}, b""), _MISSING], Presence.UNKNOWN),
        ([_MISSING, Answer(403, {}, b"")], Presence.UNKNOWN),
        ([Answer(403, {}, b""), _crate(_release("1.0.0"))], Presence.PRESENT),
        ([Answer(200, {}, b""), _crate(_release("1.0.0", yanked=True))], Presence.TOMBSTONE),
    ],
)
def test_one_unclear_spelling_leaves_the_name_unknown(lines: list[Answer], presence: Presence) -> None:
    """Unless another spelling is there."""
    assert _look_up(*lines).twin.presence is presence


@pytest.mark.parametrize(
    "config", [_MISSING, Answer(200, {}, b"<html>"), Answer(200, {}, b"{}"), Answer(200, {}, b'{"dl": 7}')]
)
def test_a_404_counts_at_an_index_only(config: Answer) -> None:
    """A mistyped location answers 404 to everything."""
    with pytest.raises(UnexpectedAnswer):
        _look_up(_MISSING, _MISSING, config)


def test_an_index_is_proven_once_a_day() -> None:
    """Each location for itself; a failed proof is not remembered."""
    now = [_NOW]
    cargo = Cargo(lambda: now[0])
    name = PackageName.of(Ecosystem.CARGO, "acme")
    with pytest.raises(UnexpectedAnswer):
        talk(cargo.look_up(name, _BASE), _MISSING, _MISSING)
    talk(cargo.look_up(name, _BASE), _MISSING, _CONFIG)
    talk(cargo.look_up(name, f"sparse+{_BASE}/"), _MISSING)
    talk(cargo.look_up(name, "https://other.example.test"), _MISSING, _CONFIG)
    now[0] += timedelta(days=1)
    talk(cargo.look_up(name, _BASE), _MISSING, _CONFIG)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(401, {}, b""),
        Answer(403, {}, b"{}"),
        Answer(301, {}, b""),
        Answer(200, {}, b""),
        Answer(200, {}, b"\n\n"),
        _crate(_release("1.0.0", name="other")),
        _crate(_release("1.0.0"), _release("1.0.0", name="other")),
        _crate(_release("1.0.0", name="no crate!")),
        _crate({"vers": "1.0.0"}),
    ],
)
def test_unknown(answer: Answer) -> None:
    """Everything else tells nothing, and says so in words."""
    twin = read_crate(answer, _NAME)
    assert twin.presence is Presence.UNKNOWN
    assert twin.detail


@pytest.mark.parametrize(
    "body", [b"<!DOCTYPE html>", b"\xff", b"[]", b'"acme"', b"{}\n7", b"[" * 100_000, b"\n" * 20_001]
)
def test_no_json_lines_are_unexpected(body: bytes) -> None:
    """A page of HTML with status 200 is what proxies show."""
    with pytest.raises(UnexpectedAnswer):
        read_crate(Answer(200, {}, body), _NAME)


def test_a_location_with_a_query_is_refused() -> None:
    """Its 404 would not be about the crate."""
    with pytest.raises(AddressRefused):
        _look_up(location=f"{_BASE}/?crate=")


@given(
    ANSWERS | st.lists(JSON, max_size=4).map(lambda rows: Answer(200, {}, "\n".join(map(json.dumps, rows)).encode()))
)
def test_junk_is_never_absent_by_accident(answer: Answer) -> None:
    """Whatever comes, it is a twin or our error; absent needs a documented status."""
    try:
        twin = read_crate(answer, _NAME)
    except UnexpectedAnswer:
        return
    assert (twin.presence is Presence.ABSENT) == (answer.status in (404, 410, 451))
    assert twin.detail or twin.presence in (Presence.PRESENT, Presence.ABSENT)
