"""Digests: written and read to the same, refused where not whole, and compared with chains."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.audit import GENESIS, AuditEvent, seal
from shared.domain.cases import CaseEvent, CaseState
from shared.domain.seals import DayDigest, Seal, Stand, breaches, digest_of, lines_of, omission, read_digest
from shared.errors import UnexpectedAnswer

DAY: Final = date(2026, 11, 23)
SUBJECTS: Final = st.text(max_size=40)
SEALS: Final = st.builds(
    Seal, subject=SUBJECTS, sequence=st.integers(1, 10**9), head=st.text("0123456789abcdef", min_size=64, max_size=64)
)


def _chain(length: int, cause: str = "sweep") -> tuple[AuditEvent, ...]:
    events: list[AuditEvent] = []
    for number in range(1, length + 1):
        at = datetime(2026, 11, 23, tzinfo=UTC) + timedelta(minutes=number)
        previous = events[-1].digest if events else GENESIS
        bare = AuditEvent(number, CaseEvent.FOUND_EXPOSED, CaseState.EXPOSED, at, cause, {}, previous, "")
        events.append(seal("subject", bare))
    return tuple(events)


def _sealed(events: tuple[AuditEvent, ...]) -> Seal:
    return Seal("subject", len(events), events[-1].digest)


@given(st.lists(SEALS, max_size=5), st.dictionaries(SUBJECTS, st.text(max_size=40), max_size=5))
def test_what_is_written_is_read(seals: list[Seal], unread: dict[str, str]) -> None:
    """Whatever the subjects hold, every line is one line of ASCII."""
    digest = DayDigest(DAY, {seal.subject: seal for seal in seals}, unread)
    lines = list(lines_of(digest))
    assert all(line.isascii() and line.count("\n") == 1 for line in lines)
    assert read_digest(lines) == digest


@pytest.mark.parametrize("gone", [0, 1, 2, 3])
def test_a_digest_with_a_line_less_is_refused(gone: int) -> None:
    """Head, a seal, or the end: whatever is missing, what is left proves nothing."""
    head = "0" * 64
    lines = list(lines_of(DayDigest(DAY, {"a": Seal("a", 1, head), "b": Seal("b", 2, head)})))
    with pytest.raises(UnexpectedAnswer):
        read_digest(lines[:gone] + lines[gone + 1 :])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"schema": 1', '"schema": 2'),
        ('"day": "2026-11-23"', '"day": "yesterday"'),
        ('"sequence": 1', '"sequence": 0'),
        ('"sequence": 1', '"sequence": true'),
        ('"sequence": 1', '"sequence": "1"'),
        ('"head": "0', '"head": "x'),
        ('"subject": "a"', '"subject": null'),
        ('"subject": "b"', '"subject": "a"'),
        ('"seals": 2', '"seals": 3'),
        ('"unsealed": 1', '"unsealed": 0'),
        ('"unread": "why"', '"unread": 7'),
        (', "unread": "why"', ""),
        ('"subject": "c"', '"subject": "b"'),
        ('"kind": "seal"', '"kind": "seel"'),
        ('"unsealed": 1}\n', '"unsealed": 1}\n{"schema": 1, "kind": "end", "seals": 2, "unsealed": 1}\n'),
        ("{", ""),
    ],
)
def test_a_digest_that_is_none_is_refused(old: str, new: str) -> None:
    """Newer, forged or mistyped: our error, not a guess."""
    head = "0" * 64
    text = "".join(lines_of(DayDigest(DAY, {"a": Seal("a", 1, head), "b": Seal("b", 2, head)}, {"c": "why"})))
    assert old in text
    with pytest.raises(UnexpectedAnswer):
        read_digest(text.replace(old, new).splitlines())


@given(st.lists(st.one_of(st.text(), st.just('{"schema": 1, "kind": "digest", "day": "2026-11-23"}')), max_size=5))
def test_junk_raises_only_our_error(lines: list[str]) -> None:
    """A reader of outside data has one way to fail."""
    with pytest.raises(UnexpectedAnswer):
        read_digest(lines)


def test_a_chain_that_grew_fits() -> None:
    """Events that came since are no breach; none at all is none either."""
    chain = _chain(5)
    assert breaches(_sealed(chain[:3]), chain) == ()
    assert breaches(_sealed(chain), chain) == ()


def test_a_chain_that_was_cut_does_not() -> None:
    """Its end is missing, although what is left is sound in itself."""
    chain = _chain(5)
    assert breaches(_sealed(chain), chain[:4]) == ("it had 5 events when it was sealed, and has 4",)
    assert breaches(_sealed(chain), ()) != ()


def test_a_chain_that_was_written_anew_does_not() -> None:
    """Another history of the same length, sound in itself."""
    (told,) = breaches(_sealed(_chain(3)), _chain(4, cause="nobody"))
    assert "written anew" in told


def test_a_digest_of_the_release_before_is_read() -> None:
    """Its last line does not say how many are unsealed; so were none named."""
    head = "0" * 64
    lines = (
        '{"schema": 1, "kind": "digest", "day": "2026-11-23"}',
        f'{{"schema": 1, "kind": "seal", "subject": "a", "sequence": 1, "head": "{head}"}}',
        '{"schema": 1, "kind": "end", "seals": 1}',
    )
    assert read_digest(lines) == DayDigest(DAY, {"a": Seal("a", 1, head)})


def test_of_two_chains_that_pass_for_one_the_readable_is_sealed() -> None:
    """Whichever comes first; that there are two is told."""
    good, forged = Seal("a", 3, "0" * 64), Seal("a", 1, "1" * 64)
    stands = [Stand("a", forged, "no case"), Stand("a", good)]
    for order in (stands, stands[::-1]):
        digest = digest_of(DAY, order)
        assert digest == DayDigest(DAY, {"a": good}, {"a": "no case; rows in two places"})


@pytest.mark.parametrize(
    ("subject", "begun", "told"),
    [
        ("sealed", None, ""),
        ("unread", DAY, "it could not be sealed: why"),
        ("new", DAY, ""),
        ("new", DAY + timedelta(days=1), ""),
        ("old", DAY - timedelta(days=1), "it was never sealed, and is older than the digest"),
        ("ageless", None, "it was never sealed, and is older than the digest"),
    ],
)
def test_what_a_digest_does_not_have(subject: str, begun: date | None, told: str) -> None:
    """What is older than its day should be in it."""
    digest = DayDigest(DAY, {"sealed": Seal("sealed", 1, "0" * 64)}, {"unread": "why"})
    assert omission(digest, subject, begun) == ((told,) if told else ())
