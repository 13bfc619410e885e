"""Tests of reading what a NuGet registry tells of a package."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.outbound.messages import Answer
from shared.adapters.registries.nuget_registration import RegistrationReader
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.twins import Presence, PublicTwin
from shared.errors import FeedwardenError, UnexpectedAnswer, UpstreamUnavailable
from tests.adapters.registries.junk import ANSWERS, JSON
from tests.adapters.registries.talk import Talk, talk

_FIRST: Final = datetime(2026, 8, 1, 10, tzinfo=UTC)
_URL: Final = "https://nuget.example.test/registration/acme.billing/index.json"
_PAGE: Final = "https://nuget.example.test/registration/acme.billing/page/1.0.0/2.0.0.json"
_LEAF: Final = "https://nuget.example.test/catalog/data/acme.billing.1.0.0.json"
_READER: Final = RegistrationReader(_URL, PackageName.of(Ecosystem.NUGET, "Acme.Billing"), "NuGet registry")
_TWIN: Final = PublicTwin(Presence.PRESENT, latest_version="99.0.0")
_HIDDEN: Final = {"listed": False, "published": "1900-01-01T00:00:00+00:00"}


def _json(document: object, status: int = 200) -> Answer:
    return Answer(status, {}, json.dumps(document).encode())


def _leaf(version: str, **more: object) -> dict[str, Any]:
    entry = {
        "@id": _LEAF,
        "id": "Acme.Billing",
        "version": version,
        "listed": True,
        "published": "2026-08-01T10:00:00+00:00",
        "authors": "mallory",
        **more,
    }
    return {"catalogEntry": entry}


def _index(*leaves: object) -> Answer:
    return _json({"count": 1, "items": [{"@id": _PAGE, "items": list(leaves)}]})


def _read(*lines: Answer | FeedwardenError, count: int = 1) -> Talk:
    return talk(_READER.add_details(_TWIN, count=count), *lines)


@pytest.mark.parametrize(
    ("leaves", "first", "latest", "maintainers"),
    [
        ([_leaf("1.0.0")], _FIRST, "1.0.0", ("mallory",)),
        (
            [_leaf("1.0.0"), _leaf("99.0.0", published="2026-08-02T10:00:00Z", authors="eve")],
            _FIRST,
            "99.0.0",
            ("eve",),
        ),
        ([_leaf("1.0.0"), _leaf("99.0.0", **_HIDDEN)], _FIRST, "1.0.0", ("mallory",)),
        ([_leaf("1.0.0", authors=["a", 7, "b"])], _FIRST, "1.0.0", ("a", "b")),
        ([_leaf("1.0.0", authors=None)], _FIRST, "1.0.0", ()),
        ([_leaf("1.0.0", id="acme.BILLING")], _FIRST, "1.0.0", ("mallory",)),
        ([{"catalogEntry": {"id": "Acme.Billing", "version": "1.0.0"}}], None, "1.0.0", ()),
        ([_leaf("1.0.0"), "junk", {"catalogEntry": _LEAF}, _leaf("2.0.0", id="other")], _FIRST, "1.0.0", ("mallory",)),
        ([_leaf("1.0.0"), _leaf("2.0.0", id="-"), _leaf("3.0.0", id=7), _leaf("")], _FIRST, "1.0.0", ("mallory",)),
        ([_leaf("no version", authors="x")], _FIRST, "no version", ("x",)),
    ],
)
def test_listed(leaves: Sequence[object], first: datetime | None, latest: str, maintainers: tuple[str, ...]) -> None:
    """Since when, the newest listed version, and whom it names; authors are free text, and marked so."""
    twin = _read(_index(*leaves)).twin
    assert (twin.presence, twin.detail) == (Presence.PRESENT, "")
    assert (twin.first_published, twin.latest_version) == (first, latest)
    assert twin.maintainers == tuple(f"{name} (by its own account)" for name in maintainers)


@pytest.mark.parametrize("hidden", [_HIDDEN, {"listed": False}, {"published": "1900-01-01T00:00:00Z"}])
def test_all_unlisted_is_a_tombstone(hidden: dict[str, object]) -> None:
    """By the word or by the year 1900."""
    lines = [_json({"created": "2026-07-01T10:00:00Z"})] if "published" in hidden else []
    twin = _read(_index(_leaf("1.0.0", **hidden)), *lines).twin
    assert (twin.presence, twin.detail) == (Presence.TOMBSTONE, "every version is unlisted")
    assert twin.latest_version == "99.0.0"
    assert twin.maintainers == ("mallory (by its own account)",)


def test_versions_that_are_not_told_may_be_listed() -> None:
    """The flat container knows more versions than the registration: no tombstone yet."""
    twin = _read(_index(_leaf("1.0.0", listed=False)), count=2).twin
    assert twin.presence is Presence.PRESENT


@pytest.mark.parametrize(
    ("line", "first"),
    [
        (_json({"created": "2026-07-01T10:00:00.1234567Z"}), datetime(2026, 7, 1, 10, 0, 0, 123456, tzinfo=UTC)),
        (_json({"created": "2026-09-01T10:00:00Z"}), _FIRST),
        (_json({"created": "1900-01-01T00:00:00Z"}), _FIRST),
        (_json({}), _FIRST),
        (_json({}, status=404), _FIRST),
        (UpstreamUnavailable("no answer in time", service="NuGet registry"), _FIRST),
    ],
)
def test_a_hidden_first_date_is_looked_for_in_the_catalog(line: Answer | FeedwardenError, first: datetime) -> None:
    """`created` does not turn 1900; without it the earliest known date stands."""
    told = _read(_index(_leaf("1.0.0", **_HIDDEN), _leaf("2.0.0")), line, count=2)
    assert told.urls == [_URL, _LEAF]
    assert (told.twin.first_published, told.twin.presence) == (first, Presence.PRESENT)


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example.test/leaf.json", "http://nuget.example.test/x", "https://[", 7, "x" * 3000]
)
def test_a_catalog_elsewhere_is_not_asked(address: object) -> None:
    """What a registration names stays on its host."""
    told = _read(_index(_leaf("1.0.0", **{**_HIDDEN, "@id": address})))
    assert told.urls == [_URL]
    assert told.twin.first_published is None


def test_pages_are_followed_where_they_are_not_inlined() -> None:
    """Each once, in order."""
    second = _PAGE.replace("1.0.0/2.0.0", "3.0.0/4.0.0")
    index = _json({"items": [{"@id": _PAGE}, {"@id": second, "items": None}, {"items": [_leaf("5.0.0")]}, "junk"]})
    pages = [_json({"items": [_leaf("1.0.0", listed=False)]}), _json({"items": [_leaf("3.0.0", listed=False)]})]
    told = _read(index, *pages, count=3)
    assert told.urls == [_URL, _PAGE, second]
    assert (told.twin.presence, told.twin.latest_version) == (Presence.PRESENT, "5.0.0")


def test_pages_are_bounded() -> None:
    """A registration without end is read to a limit, and what lies behind may be listed."""
    index = _json({"items": [{"@id": _PAGE}] * 1000})
    page = _json({"items": [_leaf("1.0.0", listed=False)]})
    told = _read(index, *[page] * 32, count=1000)
    assert (len(told.asked), told.twin.presence) == (33, Presence.PRESENT)


@pytest.mark.parametrize("document", [{}, {"items": {}}, {"items": [{"items": []}]}, {"items": [{"items": ["x"]}]}])
def test_an_empty_registration_adds_nothing(document: object) -> None:
    """The twin stays as the flat container told it."""
    assert _read(_json(document)).twin == _TWIN


@pytest.mark.parametrize("address", [None, 7, "https://elsewhere.example.test/page.json", "/page.json"])
def test_a_page_elsewhere_is_not_asked(address: object) -> None:
    """Without it nothing is concluded."""
    with pytest.raises(UnexpectedAnswer):
        _read(_json({"items": [{"@id": address}]}))


@pytest.mark.parametrize("answer", [_json({}, status=404), Answer(200, {}, b"<html>"), _json([])])
def test_an_unreadable_registration_is_unexpected(answer: Answer) -> None:
    """The caller leaves the twin as it was."""
    with pytest.raises(UnexpectedAnswer):
        _read(answer)


_LEAVES: Final = st.lists(st.fixed_dictionaries({"catalogEntry": JSON}) | JSON | st.just(_leaf("1.0.0")), max_size=4)


@given(ANSWERS | _LEAVES.map(lambda leaves: _index(*leaves)))
def test_junk_never_makes_it_absent(answer: Answer) -> None:
    """Whatever comes, it is a twin that counts as present, or our error."""
    try:
        twin = _read(answer).twin
    except UnexpectedAnswer:
        return
    assert twin.presence in (Presence.PRESENT, Presence.TOMBSTONE)
