"""Rows of the names index."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.register import keys
from shared.adapters.register.documents import pack, unpack
from shared.adapters.register.name_rows import read_held, read_look_alike, write_held, write_look_alike
from shared.adapters.register.rows import feed_document, write_feed
from shared.domain.ecosystems import Ecosystem
from shared.domain.findings import Likeness
from shared.domain.names import PackageName
from shared.errors import TooLarge, UnexpectedAnswer
from shared.ports import HeldName
from tests.contract.storage.samples import FEED, NAME, named

_ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))
_DOCUMENT = unpack(write_look_alike(NAME, Likeness.SCOPE_JOINED, FEED))


@given(_ANY_TEXT)
def test_name_is_read_back_from_its_key(canonical: str) -> None:
    """Whatever characters it holds."""
    try:
        row = keys.names_row(named(canonical), FEED)
    except TooLarge:
        return
    held = read_held(write_held(named(canonical), FEED) | {"RowKey": row}, Ecosystem.NPM)
    assert held == HeldName(named(canonical), FEED)
    assert held.name.spelling == canonical


@given(_ANY_TEXT.filter(bool))
def test_spelling_is_read_back(spelling: str) -> None:
    """It is kept beside the feed, where the key does not say it."""
    name = PackageName(Ecosystem.CARGO, "contoso_core", spelling)
    row = {"RowKey": keys.names_row(name, FEED)}
    held = read_held(write_held(name, FEED) | row, Ecosystem.CARGO)
    assert (held, held.name.spelling) == (HeldName(name, FEED), spelling)


def test_row_without_a_spelling_is_canonical() -> None:
    """Rows of the earlier form, and of names that are spelled as their key, hold the feed alone."""
    name = PackageName(Ecosystem.CARGO, "contoso_core", "contoso_core")
    assert write_held(name, FEED) == write_feed(FEED)
    held = read_held(write_feed(FEED) | {"RowKey": keys.names_row(name, FEED)}, Ecosystem.CARGO)
    assert held.name.spelling == "contoso_core"


@pytest.mark.parametrize("junk", [7, [], {}, ""])
def test_junk_for_a_spelling_is_refused(junk: object) -> None:
    """No text, or one that nothing can be asked about."""
    row = pack({"feed": feed_document(FEED), "spelling": junk}) | {"RowKey": keys.names_row(NAME, FEED)}
    with pytest.raises(UnexpectedAnswer):
        read_held(row, Ecosystem.NPM)


@given(st.none() | st.text() | st.integers(), st.binary(max_size=9) | st.none() | st.text())
def test_junk_rows_raise_only_our_error(row: object, body: object) -> None:
    """A key of other parts, an escape that we never write, a body that is none."""
    with pytest.raises(UnexpectedAnswer):
        read_held({"RowKey": row, "schema": 1, "body": body}, Ecosystem.NPM)


@pytest.mark.parametrize("row", ["x", "a|b|c", "a|b|c|d|e", "=|b|c|d", "a/b|c|d|e"])
def test_other_keys_are_no_names(row: str) -> None:
    """Only four parts, each written as we write them."""
    with pytest.raises(UnexpectedAnswer):
        read_held(write_feed(FEED) | {"RowKey": row}, Ecosystem.NPM)


@pytest.mark.parametrize("likeness", Likeness)
def test_look_alike_survives(likeness: Likeness) -> None:
    """The internal name, its feed, and how it is resembled."""
    assert read_look_alike(write_look_alike(NAME, likeness, FEED)) == (HeldName(NAME, FEED), likeness)


@pytest.mark.parametrize("field", sorted(_DOCUMENT))
@pytest.mark.parametrize("junk", [None, [], 7, {}])
def test_junk_in_a_look_alike_is_refused(field: str, junk: object) -> None:
    """A field of another type is refused."""
    with pytest.raises(UnexpectedAnswer):
        read_look_alike(pack(_DOCUMENT | {field: junk}))
