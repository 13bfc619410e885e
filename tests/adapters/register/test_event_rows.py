"""Events and notices as rows: an event word for word, a notice as long as people read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.register.documents import pack, unpack
from shared.adapters.register.event_rows import event_of, read_event, read_notice, write_event, write_notice
from shared.domain.audit import AuditEvent, flaws, seal, subject_of
from shared.domain.cases import CaseEvent, CaseState
from shared.domain.notices import Notice, NoticeKind
from shared.errors import TooLarge, UnexpectedAnswer
from tests.contract.storage.samples import FEED, NAME, notice, opening

_EVENT = opening().event
_TIMES = st.datetimes(timezones=st.just(UTC))
_FACTS = st.dictionaries(st.text(), st.text(), max_size=4)
_EVENTS = st.builds(
    AuditEvent,
    st.integers(1, 2**40),
    st.sampled_from(CaseEvent),
    st.sampled_from(CaseState),
    _TIMES,
    st.text(),
    _FACTS,
    st.text(),
    st.text(),
)
_NOTICES = st.builds(Notice, st.text(), st.sampled_from(NoticeKind), st.just(FEED), st.text(), _TIMES, _FACTS)


@given(_EVENTS)
def test_event_survives(event: AuditEvent) -> None:
    """Every field of every event is read back as it was."""
    assert read_event(write_event(event)) == event


def test_hash_still_fits_after_reading() -> None:
    """The chain is verified on what was stored, so nothing in an event may be cut."""
    subject = subject_of(FEED, NAME)
    event = seal(subject, replace(_EVENT, details={"long": "é\U0001f4e6" * 20_000, "lone": "\ud800"}))
    read = read_event(write_event(event))
    assert flaws(subject, [read], sequence=1, head=event.digest) == ()


def test_event_that_fits_no_row_is_refused() -> None:
    """What cannot be kept whole is not kept at all."""
    with pytest.raises(TooLarge):
        write_event(replace(_EVENT, details={"long": "x" * 500_000}))


@pytest.mark.parametrize("field", sorted(unpack(write_event(_EVENT))))
@pytest.mark.parametrize("junk", [None, [], "\x00"])
def test_junk_in_an_event_is_refused(field: str, junk: object) -> None:
    """A field of another type is refused; a text may be any text."""
    document = {**unpack(write_event(_EVENT)), field: junk}
    if field in {"cause", "previous", "digest"} and isinstance(junk, str):
        assert isinstance(event_of(document), AuditEvent)
        return
    with pytest.raises(UnexpectedAnswer, match="stored event"):
        event_of(document)


@given(_NOTICES)
def test_notice_survives(notice: Notice) -> None:
    """Every field of every notice is read back as it was."""
    assert read_notice(write_notice(notice)) == notice


def test_long_fact_is_cut() -> None:
    """A notice goes to people: a fact that nobody reads to its end does not stop it."""
    read = read_notice(write_notice(notice("n", fact="x" * 500_000)))
    assert len(read.facts["fact"]) == 4_000


def test_foreign_notice_is_refused() -> None:
    """A row that is no notice is not ours."""
    with pytest.raises(UnexpectedAnswer, match="stored notice"):
        read_notice(pack({}))
