"""Tests of what all registries' wire files share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.outbound.messages import Answer
from shared.adapters.registries.wire import Remembered, base_of, read_moment, read_names, read_text, unknown_status
from shared.domain.twins import Presence
from shared.errors import AddressRefused


@pytest.mark.parametrize(
    ("location", "base"),
    [
        ("https://registry.example.test", "https://registry.example.test"),
        ("https://registry.example.test/", "https://registry.example.test"),
        (" https://registry.example.test/npm// ", "https://registry.example.test/npm"),
    ],
)
def test_a_location_loses_its_trailing_slashes(location: str, base: str) -> None:
    """Paths are appended to what is left."""
    assert base_of(location) == base


@pytest.mark.parametrize("location", ["https://registry.example.test/?q=", "https://registry.example.test/#a"])
def test_a_location_that_would_swallow_the_path_is_refused(location: str) -> None:
    """Otherwise another page's 404 could be taken for an answer about the package."""
    with pytest.raises(AddressRefused):
        base_of(location)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "sign-in"),
        (403, "refuses"),
        (429, "fewer requests"),
        (500, "trouble"),
        (599, "trouble"),
        (302, "answered 302"),
        (304, "answered 304"),
        (451, "answered 451"),
        (299, "answered 299"),
    ],
)
def test_a_status_is_told_in_words(status: int, words: str) -> None:
    """No such status says anything about the package."""
    twin = unknown_status(Answer(status, {}, b""))
    assert twin.presence is Presence.UNKNOWN
    assert words in twin.detail


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-08-01T10:00:00.000Z", datetime(2026, 8, 1, 10, tzinfo=UTC)),
        ("2026-08-01T10:00:00.000000Z", datetime(2026, 8, 1, 10, tzinfo=UTC)),
        ("2026-08-01T12:00:00+02:00", datetime(2026, 8, 1, 10, tzinfo=UTC)),
        ("2026-08-01T10:00:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        ("", None),
        ("2026" * 100, None),
        (1785578400, None),
        (None, None),
    ],
)
def test_a_date_is_read_or_none(value: Any, moment: datetime | None) -> None:  # noqa: ANN401  # outside data
    """Only a date with a zone is one."""
    assert read_moment(value) == moment


def test_texts_and_names_are_bounded() -> None:
    """What strangers wrote is repeated to people only within sensible lengths."""
    assert read_text("1.0.0") == "1.0.0"
    assert [read_text(value) for value in ("", "x" * 201, 7, None)] == [None] * 4
    people = [{"name": "alice"}, {"name": 7}, {"email": "x"}, "bob", {"name": "x" * 201}, {"name": "carol"}]
    assert read_names(people) == ("alice", "carol")
    assert len(read_names([{"name": "alice"}] * 1000)) == 20
    assert read_names({"name": "alice"}) == ()


@given(st.text())
def test_junk_dates_raise_nothing(text: str) -> None:
    """No text raises."""
    moment = read_moment(text)
    assert moment is None or moment.tzinfo is UTC


def test_what_was_learned_is_kept_for_its_time() -> None:
    """Then it is to be learned again; what is learned again counts from then on."""
    now = [datetime(2026, 8, 1, tzinfo=UTC)]
    learned = Remembered[str](lambda: now[0])
    assert learned.get("a") is None
    learned.keep("a", "x")
    now[0] += timedelta(hours=23)
    assert learned.get("a") == "x"
    now[0] += timedelta(hours=1)
    assert learned.get("a") is None
    learned.keep("a", "y")
    assert learned.get("a") == "y"


def test_what_was_learned_takes_bounded_room() -> None:
    """The longest kept one goes; learning one again makes nobody go."""
    learned = Remembered[int](lambda: datetime(2026, 8, 1, tzinfo=UTC), most=2)
    for number, location in enumerate("abac"):
        learned.keep(location, number)
    assert [learned.get(location) for location in "abc"] == [2, None, 3]
