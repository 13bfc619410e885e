"""The life of an approval: the table of moves is complete, and whatever opened the switch leads through closing it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Final

import pytest

from shared.domain.approvals import (
    ALIVE,
    APPROVAL_MOVES,
    SWITCHED,
    Actor,
    Approval,
    ApprovalState,
    Ending,
    Grant,
    closed,
    due_at,
    moved,
)
from shared.domain.approved_versions import came_in, permitted
from shared.domain.cases import CaseEvent
from shared.domain.feeds import FeedRef
from shared.errors import IllegalTransition
from tests.domain.packs import NAME

_S, _E = ApprovalState, CaseEvent
_NOW: Final = datetime(2026, 11, 23, 9, tzinfo=UTC)
_DAY: Final = timedelta(days=1)
_EVENTS: Final = tuple(event for event in CaseEvent if event.value.startswith("approval-"))
_ENDED: Final = frozenset(ApprovalState) - ALIVE - {_S.NEW}


def approval(state: ApprovalState = _S.OPEN, **members: object) -> Approval:
    """Return an approval of version 2.1.0 that stands somewhere."""
    whole = Approval(
        approval_id="a1",
        feed=FeedRef("contoso", "p", "f"),
        name=NAME,
        state=state,
        opened_at=_NOW,
        link_until=_NOW + 7 * _DAY,
        digest="d",
        pack=None,
        grant=Grant("2.1.0", timedelta(hours=1)),
    )
    return replace(whole, **members)  # type: ignore[arg-type]  # the dataclass checks the names


def _reachable(start: ApprovalState) -> set[ApprovalState]:
    seen, fresh = {start}, [start]
    while fresh:
        for target in APPROVAL_MOVES[fresh.pop()].values():
            if target not in seen:
                seen.add(target)
                fresh.append(target)
    return seen


def test_every_state_has_its_row_and_every_event_its_use() -> None:
    """No state is forgotten, and no event of the chain exists that moves no approval."""
    assert set(APPROVAL_MOVES) == set(ApprovalState)
    assert {event for moves in APPROVAL_MOVES.values() for event in moves} == set(_EVENTS)


def test_what_has_ended_stays_ended() -> None:
    """No event leads out of an end, and every end is one."""
    for state in _ENDED:
        assert APPROVAL_MOVES[state] == {}
        assert not approval(state).is_alive


def test_whatever_opened_the_switch_ends_by_closing_it() -> None:
    """From opening and in force nothing leads to an end but closing."""
    for state in SWITCHED:
        assert _reachable(state) & _ENDED == set()
        assert _S.CLOSING in _reachable(state)


@pytest.mark.parametrize(("state", "event"), list(product(ApprovalState, _EVENTS)))
def test_an_event_moves_as_the_table_says_or_is_refused(state: ApprovalState, event: CaseEvent) -> None:
    """The error names both; an end through closing knows where it leads."""
    if event not in APPROVAL_MOVES[state]:
        with pytest.raises(IllegalTransition, match=f"{state} knows no {event}"):
            moved(approval(state), event)
        return
    after = moved(approval(state), event)
    assert after.state is APPROVAL_MOVES[state][event]
    if after.state is _S.CLOSING:
        assert closed(after).state in _ENDED


def test_only_what_is_closing_can_have_been_closed() -> None:
    """A switch that was never opened is not set back."""
    with pytest.raises(IllegalTransition):
        closed(approval(_S.IN_FORCE))
    with pytest.raises(IllegalTransition):
        closed(approval(_S.CLOSING))


@pytest.mark.parametrize(
    ("standing", "due"),
    [
        (approval(_S.OPEN), _NOW + 7 * _DAY),
        (approval(_S.GRANTED, granted_at=_NOW), _NOW),
        (approval(_S.OPENING, granted_at=_NOW), _NOW),
        (approval(_S.IN_FORCE, switched_at=_NOW, until=_NOW + timedelta(hours=1)), _NOW),
        (approval(_S.IN_FORCE, grant=Grant(None, 7 * _DAY), until=_NOW + 7 * _DAY), _NOW + 6 * _DAY),
        (approval(_S.IN_FORCE, grant=Grant(None, 7 * _DAY), until=_NOW + 7 * _DAY, warned=True), _NOW + 7 * _DAY),
        (approval(_S.IN_FORCE, grant=Grant(None, _DAY), until=_NOW + _DAY), _NOW + _DAY),
        (approval(_S.CLOSING, ending=Ending(_NOW, None, "")), _NOW),
        (approval(_S.IN_FORCE, until=None), None),
        (approval(_S.NEW), None),
    ],
)
def test_it_is_known_when_something_is_due(standing: Approval, due: datetime | None) -> None:
    """What only time ends, and what a crash left half done, is found by when it is due."""
    assert due_at(standing, warn_before=_DAY) == due


def test_people_are_the_same_by_tenant_and_object_id_only() -> None:
    """A name, or an id of another tenant, makes nobody the same; nor do two who are not known."""
    ann = Actor("T1", "O1", "Ann")
    assert ann.is_same(Actor("t1", "o1", "Ann of the Boards"))
    assert not ann.is_same(Actor("t2", "o1", "Ann"))
    assert not Actor("", "o1", "").is_same(Actor("", "o1", ""))


def test_a_permission_covers_what_came_in_under_it() -> None:
    """What was saved before is not covered, nor another version than the one, nor anything once it was taken back."""
    exact = approval(saved_before=("1.9.9",))
    saved = ("1.9.9", "2.1.0", "99.0.0")
    assert came_in(exact, saved) == ("2.1.0", "99.0.0")
    assert permitted(exact, saved, _S.COMPLETED) == ("2.1.0",)
    assert permitted(exact, saved, _S.REVOKED) == ()
    assert permitted(exact, saved, _S.LAPSED) == ()
    assert permitted(replace(exact, grant=Grant(None, _DAY)), saved, _S.EXPIRED) == ("2.1.0", "99.0.0")
    assert permitted(replace(exact, grant=None), saved, _S.EXPIRED) == ()
