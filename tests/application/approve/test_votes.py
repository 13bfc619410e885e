"""Several have to agree: four eyes, n of m, emergencies, and votes that no longer hold."""

from __future__ import annotations

from typing import Final

import pytest

from shared.application.approve.answers import Choice
from shared.domain.approval_rules import ApprovalTerms
from shared.domain.approvals import Actor, ApprovalState, Ask, Grant
from shared.domain.cases import CaseEvent
from shared.domain.letter_words_instead import is_emergency
from shared.domain.notices import NoticeKind
from shared.errors import AlreadyDecided, BadField, DecisionRefused
from tests.application.approve.desk import DAY, Desk
from tests.application.approve.stand_ins import ANN, OLGA, ORA, OWEN
from tests.domain import packs
from tests.fakes import START

_S, _E = ApprovalState, CaseEvent
TWO: Final = ApprovalTerms(needed=2)
FOUR_EYES: Final = ApprovalTerms(four_eyes=True)
EMERGENCIES: Final = ApprovalTerms(needed=3, break_glass=True)
NEWER: Final = packs.pack(packs.twin(latest_version="4.0.0"))


def asked(who: Actor = ANN) -> Ask:
    """Return what somebody asked for."""
    return Ask(who, START, "needed")


async def agreed(desk: Desk) -> list[Actor]:
    """Return who has agreed so far to the request that is open."""
    approval = await desk.alive()
    assert approval is not None
    return [vote.actor for vote in approval.votes]


async def test_the_second_of_two_grants() -> None:
    """The first is an event, and a letter to the others; nothing is carried out yet."""
    desk = Desk(TWO)
    token = await desk.opened()
    first = await desk.decided(token, OLGA)
    assert (first.state, first.grant, first.granted_at) == (_S.OPEN, Grant(None, 7 * DAY), None)
    assert desk.queued() == []
    assert [notice.kind for notice in desk.register.waiting.values()][-1] is NoticeKind.APPROVAL_ASKED
    told = await desk.details()
    assert (told["votes"], told["more needed"], told["class"]) == ("1 of 2", "1", "unrelated-older")
    second = await desk.decided(token, OWEN)
    assert (second.state, [vote.actor for vote in second.votes]) == (_S.GRANTED, [OLGA, OWEN])
    assert (await desk.story())[-2:] == [_E.APPROVAL_SUPPORTED, _E.APPROVAL_GRANTED]
    told = await desk.details()
    assert told["agreed"] == "Olga, Owen"
    assert "more needed" not in told


async def test_one_owner_is_not_two() -> None:
    """The second vote of the same person, in whatever letter case, changes nothing."""
    desk = Desk(TWO)
    token = await desk.opened()
    await desk.decided(token, OLGA)
    with pytest.raises(DecisionRefused, match="agreed to this already"):
        await desk.decided(token, Actor("TENANT-1", "OID-OLGA", "Olga again"))
    assert await agreed(desk) == [OLGA]


async def test_whoever_was_alone_so_far_may_think_again() -> None:
    """Their vote is about the other permission then."""
    desk = Desk(TWO)
    token = await desk.opened()
    await desk.decided(token, OLGA)
    changed = await desk.decided(token, OLGA, Choice.ALLOW_VERSION, version="3.2.1")
    assert changed.grant == Grant("3.2.1", TWO.exact_window)
    assert await agreed(desk) == [OLGA]


async def test_votes_are_for_one_permission() -> None:
    """Nobody's vote carries what somebody else proposes; the refusal says who agreed to what."""
    desk = Desk(TWO)
    token = await desk.opened()
    await desk.decided(token, OLGA, Choice.ALLOW_VERSION, version="3.2.1")
    for other in (Choice.ALLOW_PERIOD, Choice.ALLOW_VERSION):
        with pytest.raises(DecisionRefused, match=r"Olga agreed to exactly version 3\.2\.1"):
            await desk.decided(token, OWEN, other, version="3.2.0")
    assert await agreed(desk) == [OLGA]
    same = await desk.decided(token, OWEN, Choice.ALLOW_VERSION, version="3.2.1+again")
    assert same.state is _S.GRANTED


async def test_votes_on_other_evidence_are_dropped() -> None:
    """Whoever agreed before has to look again; so has whoever would have been the second."""
    desk = Desk(TWO)
    token = await desk.opened()
    await desk.decided(token, OLGA)
    await desk.found(NEWER)
    after = await desk.decided(token, OWEN, days=1)
    assert (after.state, after.digest, after.pack) == (_S.OPEN, NEWER.digest(), NEWER)
    assert await agreed(desk) == [OWEN]
    assert (await desk.decided(token, OLGA, days=1)).state is _S.GRANTED


async def test_whoever_asked_is_not_whoever_agrees() -> None:
    """With four eyes; the others are enough."""
    desk = Desk(FOUR_EYES)
    token = await desk.opened(asked(OLGA), asked(ANN))
    with pytest.raises(DecisionRefused, match="asked for this yourself"):
        await desk.decided(token, OLGA)
    assert await agreed(desk) == []
    assert (await desk.decided(token, OWEN)).state is _S.GRANTED


async def test_without_four_eyes_an_owner_may_ask_and_agree() -> None:
    """It is on record who did both."""
    desk = Desk()
    token = await desk.opened(asked(OLGA))
    assert (await desk.decided(token, OLGA)).state is _S.GRANTED


async def test_where_nobody_asked_four_eyes_are_two_owners() -> None:
    """Feedwarden has no eyes."""
    desk = Desk(FOUR_EYES)
    token = await desk.opened()
    assert (await desk.decided(token, OLGA)).state is _S.OPEN
    assert (await desk.decided(token, OWEN)).state is _S.GRANTED


async def test_whoever_joins_does_not_lower_what_feedwarden_asked_for() -> None:
    """An outsider has no eyes on what the owners decide: two of them are needed still."""
    desk = Desk(FOUR_EYES)
    token = await desk.opened()
    desk.clock.advance(DAY)
    await desk.asker.ask("Payments/core", "npm", "acme-billing", "please", ANN)
    assert (await desk.decided(token, OLGA)).state is _S.OPEN
    assert (await desk.details())["votes"] == "1 of 2"
    assert (await desk.decided(token, OWEN)).state is _S.GRANTED


async def test_what_a_person_opened_needs_one_owner_who_has_not_asked() -> None:
    """Whoever joins them."""
    desk = Desk(FOUR_EYES)
    await desk.collide()
    asked_for = await desk.asker.ask("Payments/core", "npm", "acme-billing", "please", ANN)
    desk.clock.advance(DAY)
    await desk.asker.ask("Payments/core", "npm", "acme-billing", "please", OLGA)
    token = asked_for.address.rpartition("/")[2]
    with pytest.raises(DecisionRefused, match="asked for this yourself"):
        await desk.decided(token, OLGA)
    assert (await desk.decided(token, OWEN)).state is _S.GRANTED


async def test_in_an_emergency_one_owner_is_enough() -> None:
    """It is flagged where it was needed, and only there."""
    desk = Desk(EMERGENCIES)
    token = await desk.opened()
    await desk.decided(token, OLGA, Choice.ALLOW_VERSION, version="3.2.1")
    approval = await desk.decided(token, OWEN, emergency=True)
    assert (approval.state, approval.grant) == (_S.GRANTED, Grant(None, 7 * DAY))
    assert [(vote.actor, vote.emergency) for vote in approval.votes] == [(OWEN, True)]
    assert (await desk.details())["emergency"] == "yes"
    assert is_emergency(list(desk.register.waiting.values())[-1])


async def test_an_emergency_that_is_none_is_not_flagged() -> None:
    """Enough had agreed anyway."""
    desk = Desk(ApprovalTerms(needed=2, break_glass=True))
    token = await desk.opened()
    await desk.decided(token, OLGA)
    approval = await desk.decided(token, OWEN, emergency=True)
    assert [vote.emergency for vote in approval.votes] == [False, False]
    assert "emergency" not in await desk.details()


async def test_an_emergency_keeps_the_votes_for_the_same() -> None:
    """They are part of the story."""
    desk = Desk(EMERGENCIES)
    token = await desk.opened(asked(ANN))
    await desk.decided(token, OLGA)
    approval = await desk.decided(token, ORA, emergency=True)
    assert [(vote.actor, vote.emergency) for vote in approval.votes] == [(OLGA, False), (ORA, True)]


async def test_there_are_emergencies_only_where_the_policy_knows_them() -> None:
    """And never a malicious twin that is refused."""
    desk = Desk(TWO)
    token = await desk.opened()
    with pytest.raises(BadField, match="no emergencies"):
        await desk.decided(token, emergency=True)
    desk.terms = EMERGENCIES
    await desk.found(packs.pack(advisories=packs.MALICIOUS))
    with pytest.raises(DecisionRefused, match="malicious"):
        await desk.decided(token, emergency=True)


async def test_one_owner_declines_for_all() -> None:
    """Whatever others agreed to."""
    desk = Desk(TWO)
    token = await desk.opened()
    await desk.decided(token, OLGA)
    assert (await desk.decided(token, OWEN, Choice.DECLINE)).state is _S.DECLINED
    with pytest.raises(AlreadyDecided, match="declined by Owen"):
        await desk.decided(token, ORA)


async def test_whoever_asks_after_a_vote_has_not_agreed() -> None:
    """The letter about it speaks of somebody who asks, and the votes stay as they are."""
    desk = Desk(TWO)
    await desk.decided(await desk.opened(), OLGA)
    asked_for = await desk.asker.ask("Payments/core", "npm", "acme-billing", "please", ANN)
    assert [vote.actor for vote in asked_for.approval.votes] == [OLGA]
    told = await desk.details()
    assert (told["who"], told["votes"], "more needed" in told) == ("Ann", "1 of 2", False)
