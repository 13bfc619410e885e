"""The one link of a letter: made when the letter is sent, about its request or its feed's, and nothing without one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from shared.application.notify_messages import Dispatch
from shared.domain.feeds import FeedRef
from shared.domain.letter_groups import group_of
from shared.domain.letter_rules import NoticeRule, Outlet
from shared.domain.letters import Letter
from shared.domain.notices import NoticeKind
from shared.errors import UpstreamUnavailable
from shared.ports import Clock, Link, Links, QueueName, RequestRef
from tests.application.house import BILLING, ENFORCE, House
from tests.domain.letters import APPROVAL, FEED, burst, notice
from tests.fakes import RecordingOutlet


@dataclass(frozen=True, slots=True)
class _Links:
    """Addresses that tell what they name and when they were made."""

    clock: Clock

    def to_request(self, ref: RequestRef) -> str:
        return f"https://guard.example.test/{ref.feed.feed_id}/{ref.name}/{ref.approval_id}?{self.clock():%H%M%S}"

    def to_requests_of(self, feed: FeedRef) -> str:
        return f"https://guard.example.test/{feed.feed_id}"

    def read(self, token: str) -> Link:
        raise AssertionError(token)


class _Desk:
    """A house whose letters are kept, with links or without."""

    def __init__(self, *, linked: bool = True) -> None:
        self.house = House()
        self.mail = RecordingOutlet()
        self.house.letters[Outlet.MAIL] = self.mail
        self.links: Links | None = _Links(self.house.clock) if linked else None

    async def send(self, dispatch: Dispatch) -> Letter:
        messenger = replace(self.house.messenger, links=self.links)
        await messenger.send(dispatch.text())
        return self.mail.sent[-1]


async def test_a_letter_about_a_request_leads_to_it() -> None:
    """To the package in its feed, by the canonical name."""
    letter = await _Desk().send(Dispatch(notice(facts={"request": "r-1"})))
    assert letter.link == f"https://guard.example.test/{FEED.feed_id}/{BILLING}/r-1?120000"
    assert "open the link" in letter.paragraphs[-1]


async def test_the_link_is_made_when_the_letter_is_sent() -> None:
    """An outage of hours does not use up its days."""
    desk = _Desk()
    desk.mail.faults.fail("send", UpstreamUnavailable("no answer", service="test"))
    with pytest.raises(IndexError):
        await desk.send(Dispatch(notice(facts={"request": "r-1"})))
    desk.house.clock.advance(timedelta(hours=1))
    (text,) = desk.house.queue.take(QueueName.NOTICES)
    letter = await desk.send(Dispatch.of(text))
    assert letter.link is not None
    assert letter.link.endswith("?130000")


@pytest.mark.parametrize("request_id", ["", None])
async def test_without_a_request_there_is_no_link(request_id: str | None) -> None:
    """And no word of one."""
    facts = {} if request_id is None else {"request": request_id}
    letter = await _Desk().send(Dispatch(notice(facts=facts)))
    assert letter.link is None
    assert "link" not in " ".join(letter.paragraphs)


async def test_what_is_about_no_package_leads_nowhere() -> None:
    """Although it says that it belongs to a request."""
    row = replace(notice(NoticeKind.WATCH_LOSSY, facts=APPROVAL), subject="contoso/watch-lossy")
    assert (await _Desk().send(Dispatch(row))).link is None


async def test_without_links_nothing_leads_anywhere() -> None:
    """Approvals are not configured: a request in the notice changes nothing, nor in a list of many."""
    desk = _Desk(linked=False)
    members = [replace(one, facts={**one.facts, "request": "r"}) for one in burst(6)]
    for dispatch in (Dispatch(members[0]), Dispatch(members[0], group_of("g", members, told=()))):
        letter = await desk.send(dispatch)
        assert letter.link is None
        assert "link" not in " ".join(letter.paragraphs)


async def test_a_letter_about_many_leads_to_the_list_of_their_feed() -> None:
    """Where any of them has a request, however far the list was cut."""
    desk = _Desk()
    members = burst(2_000)
    assert (await desk.send(Dispatch(members[0], group_of("g", members, told=())))).link is None
    members[-1] = replace(members[-1], facts={**members[-1].facts, "request": "r"})
    letter = await desk.send(Dispatch(members[0], group_of("g", members, told=())))
    assert letter.link == f"https://guard.example.test/{FEED.feed_id}"


@pytest.mark.parametrize("letter", ["x", "\U0001f600"])
async def test_what_decides_survives_however_little_fits(letter: str) -> None:
    """Request, emergency and feed: a letter that was cut still leads to its page, and is told to the same people."""
    desk = _Desk()
    title = "Shop/" + "P" * 64
    many = {f"fact {n}": letter * 4_000 for n in range(40)}
    facts = many | {"request": "0" * 32, "emergency": "yes", "feed": title}
    row = notice(NoticeKind.APPROVAL_GRANTED, facts=facts)
    read = Dispatch.of(Dispatch(row, group_of("g", [row], told=())).text()).notice
    assert [read.facts[key] for key in ("request", "emergency", "feed")] == ["0" * 32, "yes", title]
    sent = await desk.send(Dispatch(row))
    assert sent.title.startswith("Emergency")
    assert sent.link is not None


async def test_an_emergency_goes_to_people_whom_rules_leave_out() -> None:
    """Through every way, and by mail to owners and all who are named."""
    desk = _Desk()
    teams = RecordingOutlet()
    desk.house.letters[Outlet.TEAMS] = teams
    quiet = replace(ENFORCE.addressing(notice()), to=(), owners=False, teams=False)
    named = replace(quiet, to=("security@contoso.example",))
    rules = (NoticeRule(quiet), NoticeRule(named, kinds=frozenset({NoticeKind.SWITCH_CLOSED})))
    desk.house.policy = replace(ENFORCE, notices=rules)
    letter = await desk.send(Dispatch(notice(NoticeKind.APPROVAL_GRANTED, facts={**APPROVAL, "emergency": "yes"})))
    assert letter.recipients == ("security@contoso.example", "olga@contoso.example")
    assert len(teams.sent) == 1
