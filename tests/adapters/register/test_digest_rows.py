"""Packed digests: what goes in comes out, and a row that is not whole is refused."""

from __future__ import annotations

import hashlib
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.register.digest_rows import (
    MOST,
    bucket_of,
    gather,
    holds,
    pack_digests,
    place_of,
    row_of,
    unpack_digests,
)
from shared.errors import TooLarge, UnexpectedAnswer
from tests.contract.storage.samples import named

_DIGESTS = st.sets(st.integers(0, 2**64 - 1), max_size=40)
_JUNK = st.none() | st.booleans() | st.integers() | st.text() | st.binary(max_size=80)


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_place_is_the_front_of_the_hash(text: str) -> None:
    """Three digits choose the row and the next sixteen are kept; stored rows depend on it, so it never changes."""
    digits = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    bucket, digest = place_of(named(text))
    assert row_of(bucket) == digits[:3]
    assert f"{digest:016x}" == digits[3:19]
    assert bucket_of(row_of(bucket)) == bucket


@given(_DIGESTS)
def test_digests_survive(digests: set[int]) -> None:
    """They are read back sorted."""
    assert unpack_digests(pack_digests(digests)) == array("Q", sorted(digests))


def test_stored_form() -> None:
    """Big-endian, so that bytes sort as numbers do on every machine; written once, it never changes."""
    assert pack_digests({258, 1}) == {
        "schema": 1,
        "count": 2,
        "digests1": b"\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01\x02",
    }


@pytest.mark.parametrize(("count", "properties"), [(8_192, 1), (8_193, 2), (MOST, 13)])
def test_no_property_is_longer_than_the_service_takes(count: int, properties: int) -> None:
    """64 KiB a property, and no more than an entity holds in all."""
    entity = pack_digests(range(count))
    parts = [value for value in entity.values() if isinstance(value, bytes)]
    assert len(parts) == properties
    assert max(map(len, parts)) <= 65_536
    assert sum(map(len, parts)) < 1_000_000
    assert len(unpack_digests(entity)) == count


def test_more_than_an_entity_holds_is_refused() -> None:
    """Nothing is dropped in silence."""
    with pytest.raises(TooLarge, match="100,001"):
        pack_digests(range(MOST + 1))


@given(_DIGESTS, st.integers(0, 2**64 - 1))
def test_holds_what_is_there(digests: set[int], other: int) -> None:
    """The search in sorted digests agrees with the set, at both ends too."""
    kept = array("Q", sorted(digests))
    assert all(holds(kept, digest) for digest in digests)
    assert holds(kept, other) == (other in digests)


def test_gathered_names_are_in_their_rows() -> None:
    """Each name's digest stands under its row, repeated ones too."""
    names = [named(f"n{number % 50}") for number in range(60)]
    gathered = gather(names)
    assert sum(map(len, gathered.values())) == 60
    assert all(place_of(name)[1] in gathered[place_of(name)[0]] for name in names)


_WHOLE = pack_digests(range(9_000))


@pytest.mark.parametrize(
    "damage",
    [
        {"schema": 2},
        {"schema": None},
        {"count": 8_999},
        {"count": None},
        {"count": "9000"},
        {"digests1": None},
        {"digests2": None},
        {"digests2": b""},
        {"digests2": "text"},
        {"digests1": _WHOLE["digests1"][8:] + _WHOLE["digests1"][:8]},
        {"digests2": _WHOLE["digests1"][:6464]},
    ],
    ids=lambda damage: f"{damage!s:.30}",
)
def test_damaged_row_is_refused(damage: dict[str, object]) -> None:
    """A lost part would be taken for names that nobody published."""
    with pytest.raises(UnexpectedAnswer):
        unpack_digests(_WHOLE | damage)


@given(st.dictionaries(st.sampled_from(["schema", "count", "digests1", "digests2"]), _JUNK))
def test_junk_raises_only_our_error(entity: dict[str, object]) -> None:
    """Whatever stands in a row, it is digests or refused."""
    try:
        digests = unpack_digests({"schema": 1} | entity)
    except UnexpectedAnswer:
        return
    assert list(digests) == sorted(set(digests))


@pytest.mark.parametrize("row", [None, "", "xyz", 1.5])
def test_junk_row_keys_are_refused(row: object) -> None:
    """A row that is no number is none of ours."""
    with pytest.raises(UnexpectedAnswer):
        bucket_of(row)
