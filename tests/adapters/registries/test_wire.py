"""Tests of what all registries' wire files share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.outbound.messages import Answer
from shared.adapters.registries.wire import (
    NOT_SHOWN,
    Remembered,
    base_of,
    by_own_account,
    read_accounts,
    read_line,
    read_moment,
    read_names,
    read_repository,
    read_text,
    unknown_status,
)
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


@pytest.mark.parametrize(
    ("told", "repository"),
    [
        ("git+https://code.example.test/acme/ui.git", "https://code.example.test/acme/ui"),
        ("https://code.example.test/acme/ui/", "https://code.example.test/acme/ui"),
        ("git+ssh://git@code.example.test/acme/ui.git", "ssh://git@code.example.test/acme/ui"),
        ("git://code.example.test/acme/ui.git", "git://code.example.test/acme/ui"),
        ("git@code.example.test:acme/ui.git", "git@code.example.test:acme/ui"),
        ("github:acme/ui", "github:acme/ui"),
        ("acme/ui", "acme/ui"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("https://code.example.test/a b", None),
        ("https://c\u043ede.example.test/acme", None),
        ("https://" + "x" * 200, None),
        ("", None),
        (7, None),
    ],
)
def test_a_repository_is_an_address_or_none(told: object, repository: str | None) -> None:
    """Nothing that runs when it is clicked, nothing that looks like another address."""
    assert read_repository(told) == repository


@pytest.mark.parametrize(
    ("told", "line"),
    [
        (" Bills\n\tpeople. ", "Bills people."),
        ("x" * 300, "x" * 200),
        ("a\u202eb\x00c\ud800d", "abcd"),
        ("\u00a0", ""),
        (7, ""),
        (None, ""),
    ],
)
def test_a_line_is_cut_and_printable(told: object, line: str) -> None:
    """What could hide or turn around the words beside it is left out."""
    assert read_line(told) == line


def test_accounts_are_exact() -> None:
    """Each once, in order, bounded; one that is not printable is left out rather than mended into another."""
    assert read_accounts(["b", "a", "b", None]) == ("b", "a")
    many = read_accounts(map(str, range(1000)))
    assert (len(many), many[-1]) == (20, NOT_SHOWN)
    assert read_accounts(map(str, range(20))) == tuple(map(str, range(20)))


@pytest.mark.parametrize("odd", [7, "", "a\u200b", ["a"], "x" * 201])
def test_an_account_that_cannot_be_shown_is_not_forgotten(odd: object) -> None:
    """Beside accounts of ours, it may be the stranger's who publishes too."""
    assert read_accounts(["ours", odd]) == ("ours", NOT_SHOWN)


def test_names_by_own_account_are_marked() -> None:
    """Whoever publishes could write somebody else's."""
    assert by_own_account(["Alice", None, "Alice", ""]) == ("Alice (by its own account)",)


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
