"""The key codec: reversible, distinct, and never what Table Storage refuses."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.register import keys
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef
from shared.domain.findings import Likeness
from shared.domain.names import PackageName
from shared.domain.public_sources import PublicSource
from shared.errors import TooLarge, UnexpectedAnswer

# Lone surrogates are among them: JSON can carry them, and Python's strings too.
_ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))
_REFUSED = re.compile(r"[/\\#?%+'\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@given(_ANY_TEXT)
def test_every_text_survives(text: str) -> None:
    """What was escaped is read back as it was."""
    assert keys.unescape(keys.escape(text)) == text


@given(_ANY_TEXT)
def test_nothing_refused_is_left(text: str) -> None:
    """An escaped text holds neither what the service refuses nor our separator."""
    escaped = keys.escape(text)
    assert not _REFUSED.search(escaped)
    assert keys.SEPARATOR not in escaped
    escaped.encode("utf-8")


@given(st.lists(_ANY_TEXT, max_size=4), st.lists(_ANY_TEXT, max_size=4))
def test_distinct_parts_make_distinct_keys(left: list[str], right: list[str]) -> None:
    """Two keys are equal only where all their parts are."""
    # No key is made of no parts, and one empty part is no key either way.
    left, right = ["kind", *left], ["kind", *right]
    try:
        assert (keys.key(*left) == keys.key(*right)) == (left == right)
    except TooLarge:
        assert sum(map(len, [*left, *right])) > 80


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("@scope/name", "@scope=2Fname"),
        ("a|b", "a=7Cb"),
        ("a%2Fb", "a=252Fb"),
        ("a=2Fb", "a=3D2Fb"),
        ("Näme.名前", "Näme.名前"),
        ("\x9f", "=9F"),
        ("\ud800", "=uD800"),
        ("", ""),
    ],
)
def test_escaped_form(text: str, escaped: str) -> None:
    """Names stay readable; stored keys depend on this form, so it never changes."""
    assert keys.escape(text) == escaped


@pytest.mark.parametrize("part", ["=", "=2f", "=ZZ", "a/b", "=41", "=u0041", "a|b", "%2F"])
def test_foreign_key_is_refused(part: str) -> None:
    """A part that we never write is not guessed at."""
    with pytest.raises(UnexpectedAnswer):
        keys.unescape(part)


@pytest.mark.parametrize("fitting", ["x" * 507, "名" * 507, "\U0001f4e6" * 253 + "x"])
def test_key_length_counts_as_the_service_counts(fitting: str) -> None:
    """512 UTF-16 units are taken; one more is refused with a sentence that says why."""
    assert keys.key("kind", fitting)
    with pytest.raises(TooLarge, match="longer than 1024 bytes"):
        keys.key("kind", fitting + "x")


def test_rows_of_a_case() -> None:
    """The published layout of the register."""
    feed, name = FeedRef("contoso", None, "f/1"), PackageName(Ecosystem.NPM, "@s/n", "@s/n")
    assert keys.feed_partition(feed) == "contoso|-|f=2F1"
    assert keys.feed_partition(FeedRef("contoso", "p", "f")) == "contoso|p|f"
    assert keys.case_row(name) == "case|npm|@s=2Fn"
    assert keys.event_row(name, 7) == "event|npm|@s=2Fn|0000000007"
    assert keys.outbox_row("id-1") == "outbox|id-1"
    assert keys.names_row(name, feed) == "@s=2Fn|contoso|-|f=2F1"
    partition = keys.names_partition(name)
    assert re.fullmatch(r"npm\|[0-9a-f]{2}", partition)


def test_rows_of_public_names_and_look_alikes() -> None:
    """Their published layout: two names as long as npm takes fit into one key where a digest stands for one."""
    source = PublicSource.at(Ecosystem.NPM, "https://npm.example.test/")
    assert re.fullmatch(r"npm\|[0-9a-f]{64}", keys.public_names_partition(source))
    assert keys.public_names_partition(source) != keys.public_names_partition(
        PublicSource.at(Ecosystem.PYPI, "https://npm.example.test")
    )
    public, internal = (PackageName(Ecosystem.NPM, text, text) for text in ("y" * 214, "@a/" + "x" * 211))
    assert re.fullmatch(r"lookalike\|npm\|[0-9a-f]{2}", keys.look_alikes_partition(public))
    row = keys.look_alikes_row(public, Likeness.SCOPE_JOINED, internal, FeedRef("o" * 50, "p" * 36, "f" * 36))
    assert row.startswith("y" * 214 + "|scope-joined|")


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=20))
def test_range_from_a_row_holds_it(text: str) -> None:
    """Every key that a name can have lies in it, as the service compares: in UTF-16."""
    row = keys.key(text, "rest")
    first, last = keys.from_row(row)
    assert first == row
    assert (row.encode("utf-16-be", "surrogatepass") < last.encode("utf-16-be")) == (not text.startswith("\ufffd"))


@given(_ANY_TEXT, _ANY_TEXT)
def test_range_below_a_prefix_holds_exactly_its_keys(prefix: str, other: str) -> None:
    """The range of one name holds no row of a name that begins alike."""
    prefix, other = prefix[:50], other[:50]
    first, last = keys.below(keys.key(prefix))
    row = keys.key(other, "rest")
    assert (first <= row < last) == (prefix == other)


def test_numbers_sort_as_texts() -> None:
    """The ninth event stands before the tenth and the hundredth."""
    name = PackageName(Ecosystem.PYPI, "n", "n")
    rows = [keys.event_row(name, number) for number in (9, 10, 99, 100, 1_000_000)]
    assert rows == sorted(rows)
