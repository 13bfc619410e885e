"""Rows that decide about rights are found when somebody rewrites them, in every state that the application leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.adapters.register.approval_flaws import approval_flaws
from shared.adapters.register.conclusions import contradictions
from shared.application.approve.words import approval_details
from shared.application.journal import Entry, Requests
from shared.domain.approvals import Actor, Approval, ApprovalState, Ask, Ending, Grant, Vote
from shared.domain.audit import AuditEvent
from shared.domain.cases import Case, CaseEvent
from shared.domain.feeds import Feed
from tests.application.approve.scenes import A_WEEK, ANN, EXACT, alive, blocked, ended, grant, revoke, stored_case
from tests.application.house import BILLING, House
from tests.application.scenes import request
from tests.fakes import START

_YEAR = timedelta(days=365)
_MALLORY = Actor("tenant-1", "mallory", "Mallory")


async def _granted(allowed: Grant = EXACT) -> tuple[House, Feed]:
    """Return a house in which an owner allowed something, and nothing was done about it yet."""
    house = House(asks=True)
    feed = await blocked(house)
    await grant(house, feed, allowed)
    return house, feed


async def _asked_by_ann() -> tuple[House, Feed]:
    """Return a house in which somebody joined the request."""
    house = House(asks=True)
    feed = await blocked(house)
    asked = await alive(house, feed)
    joined = replace(asked, asks=(Ask(ANN, house.clock(), "please"),))
    entry = Entry(CaseEvent.APPROVAL_ASKED, "request", approval_details(joined, actor=ANN, said="please"))
    stored = await stored_case(house, feed)
    await house.journal.write(stored.case, entry, stored, Requests(moved=(joined,)))
    return house, feed


async def _ended() -> tuple[House, Feed]:
    """Return a house in which an owner took back what was in force, and the switch is closed."""
    house, feed = await _granted(A_WEEK)
    await house.checker.check(request(feed))
    await revoke(house, feed)
    await house.checker.check(request(feed))
    await house.pump(within=timedelta(hours=4))
    return house, feed


async def _completed() -> tuple[House, Feed]:
    """Return a house in which one version was let in."""
    house, feed = await _granted()
    await house.checker.check(request(feed))
    await house.pump(within=timedelta(hours=4))
    assert (await house.case(feed, BILLING)).approved_versions == ("99.0.0",)
    return house, feed


async def _record(house: House, feed: Feed) -> tuple[Case, list[AuditEvent]]:
    events = [event async for event in house.register.events(feed.ref, BILLING)]
    return await house.case(feed, BILLING), events


async def _found(house: House, feed: Feed, *approvals: Approval) -> Sequence[str]:
    case, events = await _record(house, feed)
    return [*contradictions(case, events), *approval_flaws(case, events, approvals)]


def _ballot(approval: Approval, actor: Actor = _MALLORY) -> Approval:
    return replace(approval, votes=(*approval.votes, Vote(actor, approval.opened_at, "mine")))


async def test_forged_open_request_is_found() -> None:
    """A vote that nobody gave, and a time to decide that goes on and on."""
    house = House(asks=True)
    feed = await blocked(house)
    asked = await alive(house, feed)
    assert await _found(house, feed, asked) == []
    for forged in (
        _ballot(replace(asked, grant=A_WEEK)),
        replace(asked, link_until=asked.link_until + timedelta(days=300)),
        replace(asked, asks=(Ask(_MALLORY, asked.opened_at, "please"),)),
        replace(asked, opened_at=asked.opened_at - timedelta(microseconds=1)),
        replace(asked, digest="e" * 64),
    ):
        assert await _found(house, feed, forged)


async def test_forged_permission_is_found() -> None:
    """A window that was widened, another time, another version, and who gave it."""
    house, feed = await _granted()
    given = await alive(house, feed)
    assert await _found(house, feed, given) == []
    assert given.granted_at is not None
    for forged in (
        replace(given, grant=Grant(EXACT.version, _YEAR)),
        replace(given, granted_at=given.granted_at + _YEAR),
        replace(given, grant=Grant("99.0.1", EXACT.period)),
        replace(given, votes=(replace(given.votes[0], emergency=True),)),
        replace(given, saved_before=("99.0.0",)),
        replace(given, reopens=True),
        _ballot(given),
    ):
        assert await _found(house, feed, forged)


async def test_forged_past_is_found() -> None:
    """How a permission ended decides what its package may keep, and when it may be asked for again."""
    house, feed = await _ended()
    over = await ended(house, feed)
    assert over.state is ApprovalState.REVOKED
    assert over.ending is not None
    assert await _found(house, feed, over) == []
    for forged in (
        replace(over, ending=Ending(over.ending.at, None, over.ending.why)),
        replace(over, ending=replace(over.ending, at=over.ending.at + _YEAR)),
        replace(over, ending=None),
        replace(over, state=ApprovalState.COMPLETED, closing_as=ApprovalState.COMPLETED),
        replace(over, until=None),
    ):
        assert await _found(house, feed, forged)


async def test_what_people_wrote_is_not_compared() -> None:
    """Rows shorten names and reasons; they decide about nothing."""
    house, feed = await _ended()
    over = await ended(house, feed)
    assert over.ending is not None
    votes = tuple(replace(vote, reason="…", actor=replace(vote.actor, name="…")) for vote in over.votes)
    assert await _found(house, feed, replace(over, votes=votes, ending=replace(over.ending, why="…"))) == []


async def test_other_evidence_is_found() -> None:
    """Alarms are told from what owners saw: whoever makes that worse keeps a permission from ending."""
    house, feed = await _granted()
    given = await alive(house, feed)
    assert given.pack is not None
    worse = replace(given.pack, twin=replace(given.pack.twin, install_scripts=("postinstall",)))
    assert any("evidence" in flaw for flaw in await _found(house, feed, replace(given, pack=worse)))


async def test_made_up_request_is_found() -> None:
    """A row that no event tells of, though the case names it."""
    house = House(asks=True)
    feed = await blocked(house)
    asked = await alive(house, feed)
    case, events = await _record(house, feed)
    made_up = replace(asked, approval_id="made-up")
    found = list(approval_flaws(replace(case, approval_id="made-up"), events, [asked, made_up]))
    assert "no event tells of approval made-up" in found


@pytest.mark.parametrize("actor", [_MALLORY, replace(ANN, object_id="somebody-else")])
async def test_forged_vote_is_found_after_the_next_event(actor: Actor) -> None:
    """That event tells of the row as it is then, so whoever agreed must have an event of their own."""
    house, feed = await _granted(A_WEEK)
    house.register.alive[feed.ref, BILLING] = _ballot(await alive(house, feed), actor)
    await house.checker.check(request(feed))
    opened = await alive(house, feed)
    assert (opened.state, opened.votes[-1].actor) == (ApprovalState.IN_FORCE, actor)
    [flaw] = await _found(house, feed, opened)
    assert "agreed" in flaw


@pytest.mark.parametrize("asks", [(Ask(_MALLORY, START, "please"),), ()])
async def test_forged_ask_is_found_after_the_next_event(asks: tuple[Ask, ...]) -> None:
    """The same where somebody is put among those who asked, or taken away: they may not agree with four eyes."""
    house, feed = await _asked_by_ann()
    assert await _found(house, feed, await alive(house, feed)) == []
    house.register.alive[feed.ref, BILLING] = replace(await alive(house, feed), asks=asks)
    await grant(house, feed, A_WEEK)
    found = await _found(house, feed, await alive(house, feed))
    assert len(found) == 1 + len(asks)
    assert all("asked" in flaw for flaw in found)


@pytest.mark.parametrize("forged", [("99.0.0", "99.0.1"), ("99.0.1",), ()])
async def test_forged_approved_versions_are_found(forged: tuple[str, ...]) -> None:
    """What an owner let in does not count as contamination."""
    house, feed = await _completed()
    case, events = await _record(house, feed)
    assert list(contradictions(case, events)) == []
    found = list(contradictions(replace(case, approved_versions=forged), events))
    assert any("approved" in flaw for flaw in found), found


async def test_approved_versions_are_found_where_there_were_none() -> None:
    """Nothing let in is a statement too."""
    house = House(asks=True)
    feed = await blocked(house)
    case, events = await _record(house, feed)
    found = list(contradictions(replace(case, approved_versions=("99.0.1",)), events))
    assert any("approved" in flaw for flaw in found), found


async def test_forged_approved_versions_are_found_after_the_next_event() -> None:
    """The next check reads the row, and its event repeats it: only the end of a permission lets versions in."""
    house, feed = await _completed()
    stored = await stored_case(house, feed)
    forged = replace(stored.case, approved_versions=("99.0.0", "99.0.1"))
    await house.journal.write(forged, Entry(CaseEvent.FOUND_PROTECTED, "sweep", {}), stored)
    case, events = await _record(house, feed)
    [flaw] = contradictions(case, events)
    assert "99.0.1" in flaw
    assert str(case.sequence) in flaw


async def test_fewer_approved_versions_are_no_flaw_once_told() -> None:
    """Whoever takes some away loosens nothing; an event tells of it."""
    house, feed = await _completed()
    stored = await stored_case(house, feed)
    fewer = replace(stored.case, approved_versions=())
    await house.journal.write(fewer, Entry(CaseEvent.FOUND_PROTECTED, "sweep", {}), stored)
    assert list(contradictions(*await _record(house, feed))) == []


@pytest.mark.parametrize("text", ["", "[", "[" * 60_000, "{}", "5", "[5]"])
async def test_junk_in_an_event_is_a_flaw(text: str) -> None:
    """Events are read without trust."""
    house, feed = await _completed()
    case, events = await _record(house, feed)
    events[2] = replace(events[2], details={**events[2].details, "approved": text})
    assert any("not readable" in flaw for flaw in contradictions(case, events))


def _earlier(events: Sequence[AuditEvent]) -> list[AuditEvent]:
    """Return the events as an earlier release wrote them."""
    said = [
        {word: text for word, text in event.details.items() if word != "approved" and not word.startswith("record ")}
        for event in events
    ]
    return [replace(event, details=details) for event, details in zip(events, said, strict=True)]


async def test_events_of_an_earlier_release_are_no_flaw() -> None:
    """They tell neither of records nor of approved versions, and what they say of an exact version names no window."""
    house, feed = await _granted()
    case, events = await _record(house, feed)
    events = _earlier(events)
    last = events[-1]
    events[-1] = replace(last, details={**last.details, "allows": f"exactly version {EXACT.version}"})
    assert list(contradictions(case, events)) == []
    assert list(approval_flaws(case, events, [await alive(house, feed)])) == []
