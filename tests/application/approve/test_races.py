"""Several people at once: one decision wins, the others learn of it, and no vote is lost or counted twice."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.application.approve.answers import Asked, Choice, OwnerDecision
from shared.domain.approval_rules import ApprovalTerms
from shared.domain.approvals import Actor, Approval, ApprovalState
from shared.domain.cases import CaseEvent
from shared.errors import AlreadyDecided, DecisionRefused, StaleWrite
from tests.application.approve.desk import Desk
from tests.application.approve.stand_ins import ANN, OLGA, ORA, OWEN, actor
from tests.domain import packs

_S, _E = ApprovalState, CaseEvent
_PEOPLE: Final = (OLGA, OWEN, ORA)
_DECISIONS: Final = st.sampled_from([Choice.ALLOW_PERIOD, Choice.ALLOW_VERSION, Choice.DECLINE])
_WON: Final = {_E.APPROVAL_GRANTED, _E.APPROVAL_DECLINED}


@dataclass(frozen=True, slots=True)
class Turn:
    """What somebody decides, and how many turns of the others they wait before."""

    choice: Choice
    waits: int


_TURNS: Final = st.lists(st.builds(Turn, _DECISIONS, st.integers(0, 25)), min_size=3, max_size=3)


async def _take(desk: Desk, token: str, who: Actor, turn: Turn) -> Approval | DecisionRefused:
    pack = packs.pack()
    for _ in range(turn.waits):
        await asyncio.sleep(0)
    decision = OwnerDecision(turn.choice, f"{who.name} says so", pack.digest(), pack, version="3.2.1")
    try:
        return await desk.decider.decide(token, who, decision)
    except DecisionRefused as refused:
        return refused


async def _raced(desk: Desk, turns: list[Turn]) -> list[Approval | DecisionRefused]:
    token = await desk.opened()
    taken = (_take(desk, token, who, turn) for who, turn in zip(_PEOPLE, turns, strict=True))
    return list(await asyncio.gather(*taken))


@given(turns=_TURNS)
@settings(max_examples=60, deadline=None)
def test_exactly_one_wins(turns: list[Turn]) -> None:
    """The others are told who decided, and nothing of theirs is on record."""
    desk = Desk()
    answers = asyncio.run(_raced(desk, turns))
    winners = [who for who, answer in zip(_PEOPLE, answers, strict=True) if isinstance(answer, Approval)]
    assert len(winners) == 1
    losers = [answer for answer in answers if not isinstance(answer, Approval)]
    assert all(isinstance(answer, AlreadyDecided) and winners[0].name in str(answer) for answer in losers)
    story = asyncio.run(desk.story())
    assert [event for event in story if event in _WON] == story[-1:]
    assert len(desk.register.alive) + len(desk.register.past) == 1


@given(turns=_TURNS)
@settings(max_examples=60, deadline=None)
def test_no_vote_is_lost(turns: list[Turn]) -> None:
    """Where three have to agree to the same: each is refused, or is on record once."""
    desk = Desk(ApprovalTerms(needed=3))
    answers = asyncio.run(_raced(desk, turns))
    approvals = [*desk.register.alive.values(), *desk.register.past.values()]
    assert len(approvals) == 1
    applied = [who for who, answer in zip(_PEOPLE, answers, strict=True) if isinstance(answer, Approval)]
    if approvals[0].state is _S.DECLINED:
        assert approvals[0].ending is not None
        assert approvals[0].ending.actor in applied
        return
    assert {vote.actor.object_id for vote in approvals[0].votes} == {who.object_id for who in applied}
    assert (approvals[0].state is _S.GRANTED) is (len(applied) == 3)


async def test_whoever_is_never_let_in_is_told_to_try_again() -> None:
    """After three attempts, and nothing is on record."""
    desk = Desk()
    token = await desk.opened()
    desk.register.faults.fail("commit", StaleWrite("again"), times=3)
    turn = Turn(Choice.DECLINE, 0)
    refused = await _take(desk, token, OLGA, turn)
    assert isinstance(refused, DecisionRefused)
    assert not isinstance(refused, AlreadyDecided)
    assert isinstance(await _take(desk, token, OLGA, turn), Approval)


async def test_a_change_of_the_case_in_between_is_looked_at() -> None:
    """The decision is judged again on what is on record then."""
    desk = Desk()
    token = await desk.opened()
    desk.register.faults.fail("commit", StaleWrite("once"))
    assert isinstance(await _take(desk, token, OLGA, Turn(Choice.ALLOW_PERIOD, 0)), Approval)
    assert (await desk.story())[-1] is _E.APPROVAL_GRANTED


@given(waits=st.lists(st.integers(0, 25), min_size=4, max_size=4))
@settings(max_examples=60, deadline=None)
def test_requests_at_once_are_one(waits: list[int]) -> None:
    """Each person is on record once, also one who sends twice."""
    desk = Desk()
    people = (ANN, actor("ben"), actor("cleo"), ANN)

    async def ask(who: Actor, turns: int) -> Asked | DecisionRefused:
        for _ in range(turns):
            await asyncio.sleep(0)
        try:
            return await desk.asker.ask("Payments/core", "npm", "acme-billing", "please", who)
        except DecisionRefused as refused:
            return refused

    async def all_ask() -> list[Asked | DecisionRefused]:
        await desk.collide()
        return list(await asyncio.gather(*(ask(who, turns) for who, turns in zip(people, waits, strict=True))))

    answers = asyncio.run(all_ask())
    taken = [who for who, answer in zip(people, answers, strict=True) if isinstance(answer, Asked)]
    assert len(desk.register.alive) == 1
    (request,) = desk.register.alive.values()
    asking = [ask.actor.object_id for ask in request.asks]
    assert sorted(asking) == sorted({who.object_id for who in taken})
    assert sum(isinstance(answer, Asked) and not answer.merged for answer in answers) == 1
