"""Documents in entities: split where they are long, refused where they are not ours."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.adapters.register.documents import (
    LONGEST,
    PART,
    cut_list,
    cut_text,
    pack,
    read_mapping,
    read_number,
    read_text,
    read_texts,
    read_time,
    unpack,
    write_time,
)
from shared.errors import TooLarge, UnexpectedAnswer

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@settings(max_examples=40)
@given(st.dictionaries(st.text(), _JSON))
def test_document_survives(document: dict[str, object]) -> None:
    """What was packed is unpacked."""
    assert unpack(pack(document)) == document


@pytest.mark.parametrize("length", [0, PART - 9, PART - 8, PART, 3 * PART])
def test_long_document_is_split(length: int) -> None:
    """No property is longer than the service takes, wherever the text is cut."""
    document = {"a": "é" * (length // 6) + "x" * (length % 6)}
    entity = pack(document)
    assert all(len(value) <= 32_768 for value in entity.values() if isinstance(value, str))
    assert unpack(entity) == document


def test_document_that_fits_no_row_is_refused() -> None:
    """The limit is told before the service is asked."""
    assert pack({"a": "x" * (LONGEST - 8)})
    with pytest.raises(TooLarge, match="do not fit"):
        pack({"a": "x" * (LONGEST - 7)})


@pytest.mark.parametrize(
    "entity",
    [
        {},
        {"schema": 2, "body": "{}"},
        {"schema": "1", "body": "{}"},
        {"schema": 1},
        {"schema": 1, "body": 7},
        {"schema": 1, "body": "[]"},
        {"schema": 1, "body": "{"},
        {"schema": 1, "body": "[" * 32_000},
        {"schema": 1, **{f"body{n or ''}": "[" * 32_768 for n in (0, *range(2, 15))}},
        {"schema": 1, "body2": "{}"[:1]},
    ],
    ids=lambda entity: str(entity)[:30],
)
def test_foreign_row_is_refused(entity: dict[str, object]) -> None:
    """Another schema, no JSON, too deep, too long: all are rows that we did not write."""
    with pytest.raises(UnexpectedAnswer):
        unpack(entity)


def test_cuts_show() -> None:
    """A shortened text ends with an ellipsis; a shortened list keeps whole texts."""
    assert cut_text("abc", 3) == "abc"
    assert cut_text("abcd", 3) == "ab…"
    assert cut_list(["aa", "bb", "cc"], 10) == ["aa", "bb"]
    assert cut_list(["aa"], 4) == []


def test_only_aware_times_are_written() -> None:
    """A time without its zone is a mistake of the caller."""
    with pytest.raises(ValueError, match="aware"):
        write_time(datetime(2025, 3, 1))  # noqa: DTZ001  # the very thing under test


@pytest.mark.parametrize("value", ["2025-03-01T12:00:00", "yesterday", 5, None])
def test_only_aware_times_are_read(value: object) -> None:
    """What is no aware ISO time is refused."""
    with pytest.raises((ValueError, TypeError)):
        read_time(value)


@pytest.mark.parametrize("value", [None, 1, [], {}])
def test_no_text(value: object) -> None:
    """Nothing is turned into a text."""
    with pytest.raises(TypeError):
        read_text(value)


@pytest.mark.parametrize("value", [None, "abc", [1], [None], {}])
def test_no_texts(value: object) -> None:
    """A list of texts holds texts only; a text is no list of its letters."""
    with pytest.raises(TypeError):
        read_texts(value)


@pytest.mark.parametrize("value", [None, [], {"a": 1}, {1: "a"}])
def test_no_mapping(value: object) -> None:
    """A mapping holds texts only."""
    with pytest.raises(TypeError):
        read_mapping(value)


@pytest.mark.parametrize("value", [None, "1", 1.0, True])
def test_no_number(value: object) -> None:
    """Truth values and fractions are no numbers of anything."""
    with pytest.raises(TypeError):
        read_number(value)
