"""Who owns the feed is asked again where it counts: of whoever decides, and of everybody who agreed before."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final

import pytest

from shared.application.approve.answers import Choice
from shared.domain.approval_rules import ApprovalTerms
from shared.domain.approval_votes import LostVote
from shared.domain.approvals import ApprovalState, Grant
from shared.domain.feeds import FeedRef
from shared.domain.letter_facts import facts_of
from shared.domain.owners import FeedOwners, Ownership, Owns
from shared.errors import DecisionRefused, NotAnOwner, StaleWrite
from tests.application.approve.desk import DAY, Desk
from tests.application.approve.stand_ins import OLGA, ORA, OWEN, OWNERS, actor
from tests.fakes import FakeOwners, person

_S: Final = ApprovalState
TWO: Final = ApprovalTerms(needed=2)
THREE: Final = ApprovalTerms(needed=3)
WITHOUT_OLGA: Final = FeedOwners((person("owen"), person("ora")))


@dataclass(slots=True)
class FadingOwners(FakeOwners):
    """Owners who are so for a number of questions, and then no more."""

    left: int = 1
    default: FeedOwners = field(default_factory=lambda: OWNERS)

    async def is_owner(self, feed: FeedRef, *, tenant: str, object_id: str) -> Ownership:
        """Answer, and count."""
        known = await FakeOwners.is_owner(self, feed, tenant=tenant, object_id=object_id)
        self.left -= 1
        return known if self.left >= 0 else Ownership(Owns.NO, "not an owner of the feed any more")


@dataclass(slots=True)
class DoubtfulOwners(FakeOwners):
    """Owners of whom one cannot be made out."""

    doubtful: str = OLGA.object_id
    at_once: int = 0
    most_at_once: int = 0

    async def is_owner(self, feed: FeedRef, *, tenant: str, object_id: str) -> Ownership:
        """Answer after everybody else had a turn."""
        await self.faults.begin("is_owner", feed=feed)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        if tenant == OLGA.tenant and object_id == self.doubtful:
            return Ownership(Owns.UNKNOWN, "the permissions could not be read")
        return Ownership(Owns.YES, "an owner")


async def votes(desk: Desk) -> list[str]:
    """Return who has agreed, as it is on record."""
    approval = await desk.alive()
    assert approval is not None
    return [vote.actor.name for vote in approval.votes]


async def test_a_vote_of_somebody_who_is_no_owner_any_more_does_not_count() -> None:
    """Days later another owner agrees: they are one of two, and the record says why."""
    desk = Desk(TWO)
    token = await desk.opened()
    await desk.decided(token, OLGA)
    desk.clock.advance(3 * DAY)
    desk.owners.default = WITHOUT_OLGA
    approval = await desk.decided(token, OWEN)
    assert approval.state is _S.OPEN
    assert await votes(desk) == ["Owen"]
    told = await desk.details()
    assert told["note"] == "Olga agreed, but does not own the feed now."
    letter = list(desk.register.waiting.values())[-1]
    assert ("Note", told["note"]) in facts_of(letter)
    assert (told["votes"], told["more needed"], told["agreed"]) == ("1 of 2", "1", "Owen")
    assert desk.queued() == []
    assert (await desk.decided(token, ORA)).state is _S.GRANTED
    assert "note" not in await desk.details()


async def test_where_it_cannot_be_made_out_the_vote_does_not_count() -> None:
    """Not knowing loosens nothing; the words tell it from a role that was lost."""
    desk = Desk(TWO)
    token = await desk.opened()
    await desk.decided(token, OLGA)
    desk.owners = DoubtfulOwners(default=OWNERS)
    assert (await desk.decided(token, OWEN)).state is _S.OPEN
    expected = "Olga agreed, but whether they own the feed could not be made out now."
    assert (await desk.details())["note"] == expected


async def test_what_somebody_without_the_role_agreed_to_binds_nobody() -> None:
    """Whoever owns the feed now may want something else."""
    desk = Desk(TWO)
    token = await desk.opened()
    await desk.decided(token, OLGA, Choice.ALLOW_VERSION, version="3.2.1")
    desk.owners.default = WITHOUT_OLGA
    approval = await desk.decided(token, OWEN, days=2)
    assert (approval.state, approval.grant) == (_S.OPEN, Grant(None, 2 * DAY))


async def test_a_refusal_says_whose_vote_is_lost() -> None:
    """So that whoever agreed already knows why it is not enough."""
    desk = Desk(THREE)
    token = await desk.opened()
    await desk.decided(token, OLGA)
    await desk.decided(token, OWEN)
    desk.owners.default = WITHOUT_OLGA
    with pytest.raises(DecisionRefused, match=r"agreed to this already.*Olga agreed, but does not own the feed now"):
        await desk.decided(token, OWEN)


async def test_votes_that_hold_are_asked_about_a_few_at_once() -> None:
    """Nobody's role is asked about without need, and nobody waits for one after the other."""
    desk = Desk(ApprovalTerms(needed=9))
    token = await desk.opened()
    owners = DoubtfulOwners(default=OWNERS, doubtful="")
    desk.owners = owners
    for number in range(8):
        await desk.decided(token, actor(f"n{number}"))
    assert (await desk.decided(token, actor("n8"))).state is _S.GRANTED
    assert 1 < owners.most_at_once <= 4


@pytest.mark.parametrize("choice", [Choice.ALLOW_PERIOD, Choice.DECLINE])
async def test_a_role_that_is_lost_during_the_decision_decides_nothing(choice: Choice) -> None:
    """Asked before the check, and again after it: minutes can lie between."""
    desk = Desk()
    token = await desk.opened()
    before = await desk.story()
    desk.owners = FadingOwners(left=1)
    with pytest.raises(NotAnOwner, match="any more"):
        await desk.decided(token, OLGA, choice)
    assert await desk.story() == before
    assert len(desk.checker.asked) == (choice is Choice.ALLOW_PERIOD)


async def test_each_attempt_asks_again() -> None:
    """A case that moved meanwhile is a new decision."""
    desk = Desk()
    token = await desk.opened()
    desk.register.faults.fail("commit", StaleWrite("once"))
    desk.owners = FadingOwners(left=2)
    with pytest.raises(NotAnOwner):
        await desk.decided(token, OLGA)
    assert await votes(desk) == []


async def test_the_page_says_whose_vote_is_lost() -> None:
    """Before anybody decides, by who owned the feed a minute ago; nothing of it is written."""
    desk = Desk(TWO)
    token = await desk.opened()
    await desk.decided(token, OLGA)
    assert (await desk.seen(token, OWEN)).lost == ()
    desk.owners.default = WITHOUT_OLGA
    view = await desk.seen(token, OWEN)
    assert view.lost == (LostVote(view.approval.votes[0], Owns.NO),)
    desk.owners.default = FeedOwners((person("owen"),), ("a group could not be read",))
    assert [one.owns for one in (await desk.seen(token, OWEN)).lost] == [Owns.UNKNOWN]
    assert await votes(desk) == ["Olga"]


async def test_of_what_is_granted_no_vote_is_lost() -> None:
    """It was decided by those who owned the feed then."""
    desk = Desk()
    token = await desk.opened()
    await desk.decided(token, OLGA)
    desk.owners.default = WITHOUT_OLGA
    assert (await desk.seen(token, OWEN)).lost == ()
