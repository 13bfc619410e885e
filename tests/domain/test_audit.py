"""The audit chain: whatever is done to its events shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.domain.audit import GENESIS, AuditEvent, flaws, seal, subject_of
from shared.domain.cases import CaseEvent, CaseState
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName

# Two cores may be busy with other tests: how long an example takes says nothing.
_PATIENT: Final = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

_SUBJECT: Final = "acme/-/feed/npm/core"
_NOON: Final = datetime(2026, 3, 4, 12, tzinfo=UTC)

type Chain = tuple[AuditEvent, ...]

_CONTENTS: Final = st.tuples(
    st.sampled_from(CaseEvent),
    st.sampled_from(CaseState),
    st.text(max_size=8),
    st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=3),
)


def _chain(contents: Sequence[tuple[CaseEvent, CaseState, str, dict[str, str]]], subject: str = _SUBJECT) -> Chain:
    events: list[AuditEvent] = []
    for number, (kind, state, cause, details) in enumerate(contents, start=1):
        at = _NOON + timedelta(minutes=number)
        previous = events[-1].digest if events else GENESIS
        events.append(seal(subject, AuditEvent(number, kind, state, at, cause, details, previous, digest="")))
    return tuple(events)


_CHAINS: Final = st.lists(_CONTENTS, min_size=2, max_size=5).map(_chain)


def _flaws(events: Sequence[AuditEvent], sound: Chain) -> tuple[str, ...]:
    return flaws(_SUBJECT, events, sequence=len(sound), head=sound[-1].digest)


@_PATIENT
@given(chain=_CHAINS)
def test_a_chain_as_it_was_written_is_sound(chain: Chain) -> None:
    """No flaw is found where none is."""
    assert _flaws(chain, chain) == ()


def test_a_case_without_events_is_sound() -> None:
    """Its head is the genesis hash."""
    assert flaws(_SUBJECT, (), sequence=0, head=GENESIS) == ()


_CHANGED: Final[dict[str, Callable[[Any], object]]] = {
    "sequence": lambda number: number + 1,
    "kind": lambda kind: next(other for other in CaseEvent if other is not kind),
    "state": lambda state: next(other for other in CaseState if other is not state),
    "at": lambda at: at + timedelta(microseconds=1),
    "cause": lambda cause: cause + " ",
    "details": lambda details: {**details, "added": ""},
    "previous": lambda previous: ("1" if previous[0] == "0" else "0") + previous[1:],
    "digest": lambda digest: ("1" if digest[0] == "0" else "0") + digest[1:],
}


def test_every_field_is_tampered_with_below() -> None:
    """A new field must be covered by the hash, and tried."""
    assert set(_CHANGED) == {field.name for field in fields(AuditEvent)}


@pytest.mark.parametrize("name", _CHANGED)
@_PATIENT
@given(chain=_CHAINS, data=st.data())
def test_a_changed_field_is_found(name: str, chain: Chain, data: st.DataObject) -> None:
    """Any field of any event."""
    place = data.draw(st.integers(0, len(chain) - 1))
    changes: dict[str, Any] = {name: _CHANGED[name](getattr(chain[place], name))}
    event = replace(chain[place], **changes)
    assert _flaws((*chain[:place], event, *chain[place + 1 :]), chain)


@_PATIENT
@given(chain=_CHAINS, data=st.data())
def test_a_changed_and_newly_sealed_event_is_found(chain: Chain, data: st.DataObject) -> None:
    """Who can hash but not write all that follows is found at the next event, or at the case's own head."""
    place = data.draw(st.integers(0, len(chain) - 1))
    event = seal(_SUBJECT, replace(chain[place], cause=chain[place].cause + "!"))
    assert _flaws((*chain[:place], event, *chain[place + 1 :]), chain)


@_PATIENT
@given(chain=_CHAINS, data=st.data())
def test_a_removed_event_is_found(chain: Chain, data: st.DataObject) -> None:
    """The first, one between, and the last: a truncated chain too."""
    place = data.draw(st.integers(0, len(chain) - 1))
    assert _flaws((*chain[:place], *chain[place + 1 :]), chain)


@_PATIENT
@given(chain=_CHAINS, kept=st.integers(0, 1))
def test_a_truncated_chain_is_found(chain: Chain, kept: int) -> None:
    """Even where nothing is left of it."""
    assert _flaws(chain[:kept], chain)


@_PATIENT
@given(chain=_CHAINS, data=st.data())
def test_a_doubled_event_is_found(chain: Chain, data: st.DataObject) -> None:
    """An event counts once."""
    place = data.draw(st.integers(0, len(chain) - 1))
    assert _flaws((*chain[: place + 1], *chain[place:]), chain)


@_PATIENT
@given(chain=_CHAINS, data=st.data())
def test_two_swapped_events_are_found(chain: Chain, data: st.DataObject) -> None:
    """Order is part of the chain."""
    place = data.draw(st.integers(0, len(chain) - 2))
    swapped = (*chain[:place], chain[place + 1], chain[place], *chain[place + 2 :])
    assert _flaws(swapped, chain)


@_PATIENT
@given(contents=st.lists(_CONTENTS, min_size=2, max_size=4), data=st.data())
def test_an_event_of_another_case_is_found(
    contents: list[tuple[CaseEvent, CaseState, str, dict[str, str]]], data: st.DataObject
) -> None:
    """Even of a case that lived exactly the same life."""
    chain, other = _chain(contents), _chain(contents, subject="acme/-/feed/npm/other")
    place = data.draw(st.integers(0, len(chain) - 1))
    assert _flaws((*chain[:place], other[place], *chain[place + 1 :]), chain)


def test_each_flaw_is_told_in_words() -> None:
    """The words say which event, and what is wrong with it."""
    chain = _chain([(CaseEvent.FOUND_EXPOSED, CaseState.EXPOSED, "sweep", {})] * 3)
    assert _flaws((chain[0], chain[2]), chain) == (
        "event 2 is numbered 3: one is missing or doubled",
        "event 3 does not follow the one before it",
        "the case knows 3 events, the chain ends at 2, or at another hash",
    )
    changed = replace(chain[1], cause="other")
    assert _flaws((chain[0], changed, chain[2]), chain) == ("event 2 was changed after it was written",)


def test_sealing_keeps_its_own_copy_of_the_details() -> None:
    """Who keeps the mapping cannot change the event behind its hash."""
    details = {"found": "1.0.0"}
    event = seal(
        _SUBJECT,
        AuditEvent(1, CaseEvent.FOUND_EXPOSED, CaseState.EXPOSED, _NOON, "sweep", details, GENESIS, digest=""),
    )
    details["found"] = "2.0.0"
    assert event.details == {"found": "1.0.0"}
    assert flaws(_SUBJECT, (event,), sequence=1, head=event.digest) == ()


def test_no_two_cases_share_a_subject() -> None:
    """Feed, scope, ecosystem and canonical name all tell."""
    refs = [
        FeedRef("acme", None, "f"),
        FeedRef("acme", "p", "f"),
        FeedRef("acme", None, "g"),
        FeedRef("corp", None, "f"),
    ]
    names = [PackageName.of(kind, "core") for kind in (Ecosystem.NPM, Ecosystem.PYPI)]
    names += [PackageName.of(Ecosystem.NPM, "@acme/core")]
    assert len({subject_of(ref, name) for ref in refs for name in names}) == 12
    assert subject_of(refs[0], names[0]) == "acme/-/f/npm/core"
