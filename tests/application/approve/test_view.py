"""Views: what a link shows to whom, alive, past, superseded or expired; looking changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.application.approve import view as module
from shared.application.approve.answers import Choice, FeedRequestsView
from shared.application.approve.ask import new_request
from shared.domain.approvals import ApprovalState
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName
from shared.domain.owners import FeedOwners, Owns
from shared.domain.policy import Mode
from shared.errors import BadLink, UpstreamUnavailable
from shared.ports import RequestRef
from tests.application.approve.desk import DAY, Desk
from tests.application.approve.stand_ins import ANN, OLGA, OWNERS, actor
from tests.domain import packs

WORSE = packs.pack(packs.twin(latest_version="4.0.0"))


async def listed(desk: Desk, feed: FeedRef) -> FeedRequestsView:
    """Return the list of a feed's requests as Ann sees it."""
    view = await desk.viewer.look(desk.links.to_requests_of(feed), ANN)
    assert isinstance(view, FeedRequestsView)
    return view


async def test_an_owner_sees_the_request_and_its_case() -> None:
    """With the terms, and who else could decide."""
    desk = Desk()
    token = await desk.opened()
    view = await desk.seen(token)
    assert view.approval == await desk.alive()
    assert view.case.name == packs.NAME
    assert (view.newest, view.link_expired, view.changes, view.obstacles) == (None, False, (), ())
    assert (view.terms, view.owners, view.now) == (desk.terms, OWNERS, desk.clock())
    assert view.ownership.owns is Owns.YES


async def test_looking_changes_nothing_and_asks_nobody_anew() -> None:
    """However often a scanner does: no write, no check, and owners as they were a minute ago."""
    desk = Desk()
    token = await desk.opened()
    before = await desk.story()
    for who in (OLGA, ANN, actor("")) * 3:
        await desk.seen(token, who)
    assert await desk.story() == before
    assert (desk.checker.asked, desk.queued(), desk.owners.faults.count("is_owner")) == ([], [], 0)


async def test_a_bystander_is_told_so() -> None:
    """Somebody of the same name in another tenant, too."""
    desk = Desk()
    token = await desk.opened()
    assert (await desk.seen(token, ANN)).ownership.owns is Owns.NO
    assert (await desk.seen(token, actor("olga", tenant="tenant-2"))).ownership.owns is Owns.NO


async def test_owners_that_cannot_be_made_out_are_not_known() -> None:
    """In part, or at all; the page still shows how things stand."""
    desk = Desk()
    token = await desk.opened()
    desk.owners.default = FeedOwners((), ("a group could not be expanded",))
    assert (await desk.seen(token)).ownership.owns is Owns.UNKNOWN
    desk.owners.faults.fail("owners_of", UpstreamUnavailable("503", service="owners"))
    view = await desk.seen(token)
    assert (view.ownership.owns, view.owners) == (Owns.UNKNOWN, None)
    assert "could not be made out" in view.ownership.why


async def test_what_became_worse_and_what_stands_in_the_way_is_shown() -> None:
    """While it can still be decided, or taken back."""
    desk = Desk()
    token = await desk.opened()
    await desk.found(WORSE, mode=Mode.AUDIT)
    view = await desk.seen(token)
    assert "its latest version was 3.2.1 and is 4.0.0" in view.changes
    assert [obstacle for obstacle in view.obstacles if "audit" in obstacle] == list(view.obstacles) != []
    await desk.decided(token, choice=Choice.DECLINE, digest="")
    assert (await desk.seen(token)).changes == ()


async def test_changes_need_evidence_on_both_sides() -> None:
    """Where there was none, nothing is compared."""
    desk = Desk()
    token = await desk.opened(pack=None, evidence_digest="")
    await desk.found(WORSE)
    assert (await desk.seen(token)).changes == ()


async def test_a_request_that_has_ended_is_shown_with_the_newest() -> None:
    """The link that was used or superseded says how things stand now."""
    desk = Desk()
    token = await desk.opened()
    await desk.decided(token, choice=Choice.DECLINE)
    view = await desk.seen(token)
    assert (view.approval.state, view.newest) == (ApprovalState.DECLINED, None)
    await desk.found(WORSE)
    again = await desk.asker.ask("Payments/core", "npm", "acme-billing", "please", ANN)
    view = await desk.seen(token)
    assert (view.approval.state, view.newest) == (ApprovalState.DECLINED, again.approval)
    newer = await desk.seen(again.address)
    assert (newer.approval, newer.newest) == (again.approval, None)
    await desk.decided(again.address, choice=Choice.DECLINE)
    newest = (await desk.seen(token)).newest
    assert newest is not None
    assert (newest.approval_id, newest.state) == (again.approval.approval_id, ApprovalState.DECLINED)


async def test_a_link_is_expired_with_its_signature_or_with_its_request() -> None:
    """The page shows the present state all the same."""
    desk = Desk()
    token = await desk.opened()
    desk.clock.advance(7 * DAY - timedelta(seconds=1))
    assert not (await desk.seen(token)).link_expired
    desk.links.expired = True
    assert (await desk.seen(token)).link_expired
    desk.links.expired = False
    desk.clock.advance(timedelta(seconds=1))
    assert (await desk.seen(token)).link_expired


async def test_what_is_nowhere_on_record_is_a_bad_link() -> None:
    """A signature alone names nothing: no case, or no such request."""
    desk = Desk()
    address = desk.links.to_request(RequestRef(desk.feed.ref, packs.NAME, "unheard-of"))
    for token in ("x", address):
        with pytest.raises(BadLink):
            await desk.viewer.look(token, OLGA)
    await desk.collide()
    with pytest.raises(BadLink):
        await desk.viewer.look(address, OLGA)


async def test_the_list_of_a_feed_has_every_request_that_is_alive() -> None:
    """Oldest first, each with its own page; another feed's are not there."""
    desk = Desk()
    tokens = [await desk.opened()]
    for number in range(3):
        name = PackageName.of(Ecosystem.NPM, f"acme-{number}")
        stored = await desk.collide(name)
        desk.clock.advance(timedelta(minutes=1))
        request = new_request(stored.case, last=None, terms=desk.terms, now=desk.clock(), approval_id=f"a{number}")
        assert request is not None
        tokens.append(await desk.put(request))
    view = await listed(desk, desk.feed.ref)
    assert (view.feed_title, view.complete, view.link_expired) == ("Payments/core", True, False)
    assert [row.case.name.spelling for row in view.requests] == ["acme-billing", "acme-0", "acme-1", "acme-2"]
    assert [row.address.rpartition("/")[2] for row in view.requests] == tokens
    assert view.ownership.owns is Owns.NO
    other = desk.service.world.add_feed("other", project="Payments")
    empty = await listed(desk, other.ref)
    assert (empty.feed_title, empty.requests, empty.complete) == (other.ref.feed_id, (), True)


async def test_a_long_list_says_that_it_is_not_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    """And a request whose case cannot be found is left out."""
    monkeypatch.setattr(module, "_MOST_LISTED", 1)
    desk = Desk()
    await desk.opened()
    assert (await listed(desk, desk.feed.ref)).complete
    lost = replace(next(iter(desk.register.alive.values())), name=PackageName.of(Ecosystem.NPM, "lost"))
    desk.register.alive[lost.feed, lost.name] = lost
    assert not (await listed(desk, desk.feed.ref)).complete
    monkeypatch.setattr(module, "_MOST_LISTED", 2)
    view = await listed(desk, desk.feed.ref)
    assert (len(view.requests), view.complete) == (1, True)


async def test_a_feed_without_requests_is_called_by_its_cases() -> None:
    """Its name is known from them."""
    desk = Desk()
    await desk.collide()
    view = await listed(desk, desk.feed.ref)
    assert (view.feed_title, view.requests) == ("Payments/core", ())
