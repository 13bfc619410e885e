"""Seals: only ours open, each for its purpose, and for a time."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeTimedSerializer

from shared.adapters.seals import CLOCKS_DIFFER_BY, LONGEST, Seals
from shared.errors import BadLink, ConfigurationError
from tests.fakes.times import START, SettableClock

KEY: Final = "sample-key-of-thirty-two-characters"
OLD_KEY: Final = "sample-key-of-last-year-with-enough-of-them"
HOUR: Final = timedelta(hours=1)

_JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def seals(*keys: str, clock: SettableClock | None = None) -> Seals:
    """Return seals of these keys, newest first."""
    return Seals(keys or (KEY,), clock or SettableClock())


@given(_JSON)
def test_what_is_sealed_is_opened_again(document: Any) -> None:  # noqa: ANN401  # JSON
    """Any document of JSON's types, as text that needs no escaping in an address."""
    text = seals().seal("shown", document)
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", text)
    assert seals().open("shown", text, HOUR) == document


def test_long_documents_are_compressed() -> None:
    """A form carries the evidence that it shows."""
    assert len(seals().seal("shown", ["the same sentence"] * 1000)) < 500


def test_a_seal_serves_one_purpose() -> None:
    """What a form carries is no link."""
    with pytest.raises(BadLink, match="no csrf of ours"):
        seals().open("csrf", seals().seal("shown", 1), HOUR)


def test_old_keys_verify_and_the_newest_signs() -> None:
    """Keys are changed without breaking what is on its way."""
    rotated = seals(KEY, OLD_KEY)
    assert rotated.open("shown", seals(OLD_KEY).seal("shown", 1), HOUR) == 1
    assert seals(KEY).open("shown", rotated.seal("shown", 2), HOUR) == 2
    with pytest.raises(BadLink):
        seals(OLD_KEY).open("shown", rotated.seal("shown", 2), HOUR)


@pytest.mark.parametrize(
    ("later", "expired"),
    [
        (timedelta(0), False),
        (HOUR, False),
        (HOUR + timedelta(seconds=1), True),
        (timedelta(days=4000), True),
        (-CLOCKS_DIFFER_BY, False),
        (-CLOCKS_DIFFER_BY - timedelta(seconds=1), True),
    ],
)
def test_its_time_is_told_by_the_clock_given(later: timedelta, *, expired: bool) -> None:
    """From a little before, for clocks that differ, until its age is reached."""
    clock = SettableClock()
    text = seals(clock=clock).seal("shown", 1)
    clock.advance(later)
    opened = seals(clock=clock).inspect("shown", text, HOUR)
    assert (opened.document, opened.sealed_at, opened.expired) == (1, START, expired)
    if expired:
        with pytest.raises(BadLink, match="from 2025-03-01 12:00 UTC, and its time is over"):
            seals(clock=clock).open("shown", text, HOUR)


@pytest.mark.parametrize("document", [1, "a longer text, and another one, and another one, and another one"])
def test_every_changed_character_breaks_it(document: object) -> None:
    """Also where base64 has bits to spare: one seal is written in one way."""
    text = seals().seal("shown", document)
    for place, character in enumerate(text):
        for other in set("ABCDwxyz0189-_.=") - {character}:
            with pytest.raises(BadLink):
                seals().open("shown", f"{text[:place]}{other}{text[place + 1 :]}", HOUR)


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_junk_is_refused(text: str) -> None:
    """Lone surrogates too: nothing but our error comes out."""
    for junk in (text, f"{text}.awOfyw.{'A' * 43}", f".{text}.{text}.{'A' * 43}"):
        with pytest.raises(BadLink):
            seals().inspect("shown", junk, HOUR)


@given(st.from_regex(r"\A\.?[A-Za-z0-9_-]{1,40}\.[A-Za-z0-9_-]{1,40}\.[A-Za-z0-9_-]{42}A\Z"))
def test_junk_of_the_right_shape_is_refused(text: str) -> None:
    """Whatever time it claims."""
    with pytest.raises(BadLink, match="or it was changed"):
        seals().inspect("shown", text, HOUR)


def test_the_length_is_limited_before_anything_is_read() -> None:
    """Nobody makes us work on megabytes."""
    text = seals().seal("shown", "x")
    assert seals().inspect("shown", text, HOUR, longest=len(text)).document == "x"
    with pytest.raises(BadLink):
        seals().inspect("shown", text, HOUR, longest=len(text) - 1)
    with pytest.raises(BadLink):
        seals().open("shown", "A" * LONGEST + text, HOUR)


def test_another_program_with_our_key_seals_otherwise() -> None:
    """The digest and the derivation of keys are ours, not the library's old defaults."""
    with pytest.raises(BadLink):
        seals().open("shown", str(URLSafeTimedSerializer(KEY, salt="feedwarden.shown").dumps(1)), HOUR)


@pytest.mark.parametrize("keys", [(), ("",), (KEY, "")])
def test_nothing_is_sealed_without_a_key(keys: tuple[str, ...]) -> None:
    """At the start, not with the first letter."""
    with pytest.raises(ConfigurationError, match="APPROVAL_KEYS"):
        Seals(keys, SettableClock())


def test_keys_do_not_show() -> None:
    """Not in a log, not in a traceback."""
    assert KEY not in repr(seals())
