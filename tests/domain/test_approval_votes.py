"""Votes: how many are needed, and which count."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.approval_rules import ApprovalTerms
from shared.domain.approval_votes import (
    LostVote,
    counted_votes,
    has_asked,
    needed_votes,
    opened_by_person,
    same_grant,
    without,
)
from shared.domain.approvals import Actor, Approval, ApprovalState, Ask, Grant, Vote
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName
from shared.domain.owners import Owns

_NOW: Final = datetime(2026, 8, 1, tzinfo=UTC)
_HOUR: Final = timedelta(hours=1)
_PEOPLE: Final = [Actor("t", name, name) for name in ("ann", "ANN", "ben", "cleo")]


def approval(asking: list[Actor], voting: list[Actor]) -> Approval:
    """Return a request that some asked for, and some agreed to."""
    return Approval(
        approval_id="a1",
        feed=FeedRef("contoso", "p", "f"),
        name=PackageName.of(Ecosystem.PYPI, "contoso-ledger"),
        state=ApprovalState.OPEN,
        opened_at=_NOW,
        link_until=_NOW + _HOUR,
        digest="d",
        pack=None,
        asks=tuple(Ask(who, _NOW, "x") for who in asking),
        votes=tuple(Vote(who, _NOW, "x") for who in voting),
    )


@pytest.mark.parametrize(
    ("needed", "four_eyes", "asked", "expected"),
    [
        (1, False, False, 1),
        (1, False, True, 1),
        (1, True, True, 1),
        (1, True, False, 2),
        (3, True, False, 3),
        (3, True, True, 3),
    ],
)
def test_how_many_have_to_agree(needed: int, four_eyes: bool, asked: bool, expected: int) -> None:  # noqa: FBT001  # a row of the table
    """As the policy says, and two where nobody's eyes but one owner's would see it."""
    terms = ApprovalTerms(needed=needed, four_eyes=four_eyes)
    assert needed_votes(approval(_PEOPLE[:1] if asked else [], []), terms) == expected


def test_who_opened_a_request_is_told_by_its_opening() -> None:
    """Whoever joined later has not, and neither has nobody."""
    by_person = approval(_PEOPLE[:1], [])
    joined = replace(by_person, asks=(Ask(_PEOPLE[0], _NOW + _HOUR, "x"),))
    assert opened_by_person(by_person)
    assert not opened_by_person(joined)
    assert not opened_by_person(approval([], []))
    assert needed_votes(joined, ApprovalTerms(four_eyes=True)) == 2
    both = replace(by_person, asks=(*by_person.asks, *joined.asks))
    assert needed_votes(both, ApprovalTerms(four_eyes=True)) == 1


def test_votes_that_are_lost_are_left_out() -> None:
    """Only these."""
    request = approval([], _PEOPLE)
    lost = (LostVote(request.votes[2], Owns.NO), LostVote(request.votes[0], Owns.UNKNOWN))
    assert without(request, lost).votes == (request.votes[1], request.votes[3])


@given(st.lists(st.sampled_from(_PEOPLE)), st.lists(st.sampled_from(_PEOPLE)), st.booleans())
def test_a_person_counts_once_and_with_four_eyes_not_for_their_own_wish(
    asking: list[Actor],
    voting: list[Actor],
    four_eyes: bool,  # noqa: FBT001  # drawn, not called
) -> None:
    """Whatever the letter case of an id."""
    request = approval(asking, voting)
    counted = [vote.actor.object_id.lower() for vote in counted_votes(request, ApprovalTerms(four_eyes=four_eyes))]
    askers = {who.object_id.lower() for who in asking} if four_eyes else set()
    assert sorted(counted) == sorted({who.object_id.lower() for who in voting} - askers)


def test_nobody_in_particular_has_asked_for_nothing() -> None:
    """An id that was not told is nobody's."""
    assert not has_asked(approval([Actor("", "", "")], []), Actor("", "", ""))


@pytest.mark.parametrize(
    ("known", "proposed", "same"),
    [
        (None, Grant(None, _HOUR), False),
        (Grant(None, _HOUR), Grant(None, _HOUR), True),
        (Grant(None, _HOUR), Grant(None, 2 * _HOUR), False),
        (Grant(None, _HOUR), Grant("2.1", _HOUR), False),
        (Grant("2.1", _HOUR), Grant(None, _HOUR), False),
        (Grant("2.1", _HOUR), Grant("2.1.0", 2 * _HOUR), True),
        (Grant("2.1", _HOUR), Grant("2.2", _HOUR), False),
    ],
)
def test_which_permissions_are_one(known: Grant | None, proposed: Grant, same: bool) -> None:  # noqa: FBT001  # a row of the table
    """One version in two spellings is; the same version for another window is."""
    assert same_grant(replace(approval([], []), grant=known), proposed) is same
