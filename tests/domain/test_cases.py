"""The life of a case: the table of moves is complete, and nothing in it is a dead end."""

from __future__ import annotations

from itertools import product
from typing import Final

import pytest

from shared.domain.cases import FINDING_OF, TRANSITIONS, CaseEvent, CaseState, next_state
from shared.domain.policy import Protection
from shared.errors import IllegalTransition

_S, _E = CaseState, CaseEvent
_FINDINGS: Final = {event for event in CaseEvent if event.value.startswith("found-")}
_JUDGED: Final = set(CaseState) - {_S.NEW, _S.ENFORCING}
_APPROVALS: Final = {event for event in CaseEvent if event.value.startswith("approval-")}

# What cannot happen, and why; together with the table this is every state with every event.
_IMPOSSIBLE: Final = {
    "no case is opened for a package that is safe": {(_S.NEW, _E.FOUND_SAFE)},
    "only our own change is waited for, and it needs a case": {(_S.NEW, _E.FOUND_PENDING)},
    "an outcome needs an intent on record": {
        (state, outcome) for state in _JUDGED | {_S.NEW} for outcome in (_E.ENFORCEMENT_SENT, _E.ENFORCEMENT_REFUSED)
    },
    "an intent on record is not forgotten for a judgement": {(_S.ENFORCING, finding) for finding in _FINDINGS},
    "an approval is about a case": {(_S.NEW, event) for event in _APPROVALS},
    "nobody decides while the switch is being set back": {(_S.ENFORCING, event) for event in _APPROVALS},
    "the intent is on record already": {(_S.ENFORCING, _E.ENFORCEMENT_INTENDED)},
}


def test_every_state_and_event_is_in_the_table_or_impossible_for_a_reason() -> None:
    """No pair is forgotten, and none is both."""
    possible = {(state, event) for state, moves in TRANSITIONS.items() for event in moves}
    impossible = [pair for pairs in _IMPOSSIBLE.values() for pair in pairs]
    assert len(impossible) == len(set(impossible))
    assert possible.isdisjoint(impossible)
    assert possible | set(impossible) == set(product(CaseState, CaseEvent))


@pytest.mark.parametrize(
    ("state", "event"), [pair for pairs in _IMPOSSIBLE.values() for pair in sorted(pairs)], ids=str
)
def test_an_impossible_event_is_refused(state: CaseState, event: CaseEvent) -> None:
    """The error names both."""
    with pytest.raises(IllegalTransition, match=f"{state} knows no {event}"):
        next_state(state, event)


def test_next_state_is_the_table() -> None:
    """What the table says is what happens."""
    for state, moves in TRANSITIONS.items():
        for event, target in moves.items():
            assert next_state(state, event) is target


def _reachable(start: CaseState) -> set[CaseState]:
    seen, fresh = {start}, [start]
    while fresh:
        for target in TRANSITIONS[fresh.pop()].values():
            if target not in seen:
                seen.add(target)
                fresh.append(target)
    return seen


def test_every_state_is_reached_from_new() -> None:
    """No state exists that no case can be in."""
    assert _reachable(_S.NEW) == set(CaseState)


@pytest.mark.parametrize("state", CaseState)
def test_no_state_is_a_dead_end(state: CaseState) -> None:
    """From everywhere a case can be closed, be found exposed, and be mended."""
    assert {_S.CLOSED, _S.EXPOSED, _S.ENFORCING, _S.PROTECTED} <= _reachable(state)


def test_no_case_becomes_new_again() -> None:
    """New is the state of what has no row, and rows are kept."""
    assert _S.NEW not in {target for moves in TRANSITIONS.values() for target in moves.values()}


def test_an_event_leads_to_one_state_wherever_it_happens() -> None:
    """So the audit chain can be read without knowing where each case stood."""
    for event in set(CaseEvent) - (_APPROVALS - {_E.APPROVAL_OPENING}):
        # A check that is given up leaves an enforcement what it is: its intent still has to be resolved.
        states = {state for state in TRANSITIONS if (state, event) != (CaseState.ENFORCING, CaseEvent.CHECK_ABANDONED)}
        assert len({TRANSITIONS[state][event] for state in states if event in TRANSITIONS[state]}) == 1


@pytest.mark.parametrize("event", sorted(_APPROVALS - {_E.APPROVAL_OPENING}))
def test_what_happens_to_an_approval_moves_no_case(event: CaseEvent) -> None:
    """The checks that follow say how the case stands; only the intent to open the switch is told beforehand."""
    assert {TRANSITIONS[state][event] is state for state in _JUDGED} == {True}


def test_every_verdict_is_a_finding() -> None:
    """Each verdict has its event, and each event of a finding its verdict; drift is judged beside the verdict."""
    assert set(FINDING_OF) == set(Protection)
    assert set(FINDING_OF.values()) == _FINDINGS - {_E.FOUND_DRIFTED}


@pytest.mark.parametrize("state", sorted(_JUDGED))
@pytest.mark.parametrize("verdict", Protection)
def test_any_verdict_can_follow_on_a_judged_case(state: CaseState, verdict: Protection) -> None:
    """A check may find anything at any time, whatever was found before."""
    assert FINDING_OF[verdict] in TRANSITIONS[state]
