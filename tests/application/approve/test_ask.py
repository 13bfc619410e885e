"""Asking: what is opened, what is joined, and what is refused without telling evidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from shared.application.approve.answers import Asked, Choice
from shared.application.approve.ask import new_request
from shared.domain.approval_rules import ApprovalTerms
from shared.domain.approval_votes import opened_by_person
from shared.domain.approvals import Actor, ApprovalState, Ask, Ending
from shared.domain.cases import CaseEvent
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.notices import NoticeKind
from shared.domain.policy import Mode, Protection
from shared.domain.reasons import Reason
from shared.errors import (
    BadField,
    DecisionRefused,
    FeedNotFound,
    IllegalTransition,
    StaleWrite,
    UnknownFeed,
    UpstreamUnavailable,
)
from tests.application.approve.desk import DAY, Desk
from tests.application.approve.stand_ins import ANN, OLGA, actor
from tests.domain import packs
from tests.fakes import START

_S, _E = ApprovalState, CaseEvent
FEED: Final = "Payments/core"
NAME: Final = "acme-billing"
NEWER: Final = packs.pack(packs.twin(latest_version="4.0.0"))


async def ask(
    desk: Desk, who: Actor = ANN, *, feed: str = FEED, ecosystem: str = "npm", name: str = NAME, reason: str = "please"
) -> Asked:
    """Ask for external versions."""
    return await desk.asker.ask(feed, ecosystem, name, reason, who)


async def test_a_request_is_opened_for_the_owners() -> None:
    """With its event, its letter, and an address of its own."""
    desk = Desk()
    await desk.collide()
    asked = await ask(desk, reason=" needed\r\nfor the release ")
    assert not asked.merged
    assert asked.approval == await desk.alive()
    assert asked.approval.asks == (Ask(ANN, START, "needed\nfor the release"),)
    assert (asked.approval.state, asked.approval.link_until) == (_S.OPEN, START + 7 * DAY)
    assert (asked.approval.digest, asked.approval.pack) == (packs.pack().digest(), packs.pack())
    assert (await desk.seen(asked.address)).approval == asked.approval
    assert (await desk.story())[-1] is _E.APPROVAL_ASKED
    told = await desk.details()
    assert (told["who"], told["asked by"], told["said"]) == ("Ann", "Ann", "needed\nfor the release")
    assert [notice.kind for notice in desk.register.waiting.values()] == [
        NoticeKind.TWIN_APPEARED,
        NoticeKind.APPROVAL_ASKED,
    ]
    assert desk.checker.asked == []


async def test_the_same_person_twice_changes_nothing() -> None:
    """Not even where they write something else: no event, no letter."""
    desk = Desk()
    await desk.collide()
    first = await ask(desk)
    story = await desk.story()
    again = await ask(desk, replace(ANN, object_id="OID-ANN"), reason="PLEASE")
    assert again == replace(first, merged=True)
    assert await desk.story() == story


async def test_another_person_joins_the_request() -> None:
    """Also one that Feedwarden opened; owners have as long as for a new one."""
    desk = Desk()
    token = await desk.opened()
    desk.clock.advance(DAY)
    first = await ask(desk)
    second = await ask(desk, actor("ben"))
    assert not first.merged, "Feedwarden opened it, but nobody had asked"
    assert second.merged
    assert first.address.rpartition("/")[2] == token
    assert [one.actor.name for one in second.approval.asks] == ["Ann", "Ben"]
    assert second.approval.link_until == START + 8 * DAY
    assert (await desk.story())[-2:] == [_E.APPROVAL_ASKED, _E.APPROVAL_ASKED]


async def test_more_than_twenty_join_without_being_kept() -> None:
    """A row holds so much, and more letters tell owners nothing new."""
    desk = Desk()
    token = await desk.opened(*(Ask(actor(f"n{n}"), START, "x") for n in range(20)))
    story = await desk.story()
    asked = await ask(desk)
    assert asked.merged
    assert asked.address.rpartition("/")[2] == token
    assert len(asked.approval.asks) == 20
    assert await desk.story() == story


@pytest.mark.parametrize("feed", ["payments/CORE", " Payments/core ", "/Payments/core/", "ID"])
async def test_a_feed_is_found_by_title_or_id(feed: str) -> None:
    """In any letter case."""
    desk = Desk()
    await desk.collide()
    wanted = desk.feed.ref.feed_id.upper() if feed == "ID" else feed
    assert (await ask(desk, feed=wanted)).approval.feed == desk.feed.ref


async def test_a_feed_that_is_not_seen_is_unknown() -> None:
    """By its bare name, too; two of one title are none."""
    desk = Desk()
    await desk.collide()
    for feed in ("core", "Payments/other", "x" * 10_000):
        with pytest.raises(UnknownFeed, match="No feed"):
            await ask(desk, feed=feed)
    desk.service.world.add_feed("Core", project="payments")
    with pytest.raises(UnknownFeed, match="More than one"):
        await ask(desk)


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("feed", {"feed": " / "}),
        ("ecosystem", {"ecosystem": "rubygems"}),
        ("ecosystem", {"ecosystem": "upack"}),
        ("name", {"name": "no such name"}),
        ("name", {"ecosystem": "maven", "name": "billing"}),
        ("reason", {"reason": " "}),
    ],
)
async def test_a_field_that_is_not_usable_is_named(field: str, words: dict[str, str]) -> None:
    """For the page to say it beside the field."""
    desk = Desk()
    await desk.collide()
    with pytest.raises(BadField) as refused:
        await ask(desk, **words)  # type: ignore[arg-type]  # the fields of the form
    assert refused.value.field == field
    assert await desk.alive() is None


async def test_a_sign_in_without_a_person_asks_for_nothing() -> None:
    """Their requests could not be told apart."""
    desk = Desk()
    await desk.collide()
    with pytest.raises(DecisionRefused, match="who you are"):
        await ask(desk, Actor("tenant-1", "", "Ann"))


async def test_a_disabled_feed_is_not_asked_for() -> None:
    """It serves nothing."""
    desk = Desk()
    desk.service.world.put_feed(replace(desk.feed, enabled=False))
    with pytest.raises(DecisionRefused, match="disabled"):
        await ask(desk)


async def test_a_package_without_case_is_checked_first() -> None:
    """The check may find a collision that nobody saw yet."""
    desk = Desk()

    async def finds() -> None:
        await desk.collide()

    desk.checker.finds = finds
    assert (await ask(desk)).approval.state is _S.OPEN
    assert [check.name for check in desk.checker.asked] == [packs.NAME]


async def test_where_nothing_is_blocked_there_is_nothing_to_ask_for() -> None:
    """The words are the same whatever the reason, so nobody learns what is internal, or elsewhere."""
    desk = Desk()
    told: set[str] = set()
    desk.checker.verdict = Protection.NOT_AT_RISK
    with pytest.raises(DecisionRefused) as refused:
        await ask(desk)
    told.add(str(refused.value))
    await desk.collide()
    for reason in (Reason.NO_INTERNAL_VERSION, Reason.NO_PUBLIC_TWIN):
        await desk.found(protection=Protection.NOT_AT_RISK, reasons=(reason,))
        with pytest.raises(DecisionRefused) as refused:
            await ask(desk)
        told.add(str(refused.value))
    assert len(told) == 1
    assert len(desk.checker.asked) == 3


async def _refusal(desk: Desk) -> str:
    with pytest.raises(DecisionRefused) as refused:
        await ask(desk)
    return str(refused.value)


async def test_what_cannot_be_found_out_is_answered_like_what_is_not_there() -> None:
    """Otherwise whoever asks would learn which names a feed holds; the words say that it may be either."""
    desk = Desk()
    desk.checker.verdict = Protection.NOT_AT_RISK
    told = {await _refusal(desk)}
    for verdict in (None, Protection.UNKNOWN):
        desk.checker.verdict = verdict
        told.add(await _refusal(desk))
    desk.checker.verdict = Protection.NOT_AT_RISK
    await desk.collide(protection=Protection.NOT_AT_RISK, reasons=(Reason.INTERNAL_ELSEWHERE,))
    told.add(await _refusal(desk))
    desk.checker.verdict = None
    told.add(await _refusal(desk))
    assert len(told) == 1
    assert "nothing is blocked" in next(iter(told))
    assert "could be found out just now" in next(iter(told))


async def test_what_is_known_to_be_blocked_may_be_asked_for_again() -> None:
    """Where the case is on record, its refusal tells of it anyway: a failure is told as what it is."""
    desk = Desk()
    await desk.collide(mode=Mode.AUDIT)
    desk.checker.verdict = None
    with pytest.raises(UpstreamUnavailable):
        await ask(desk)


async def test_a_feed_that_is_gone_is_told_so() -> None:
    """It says nothing about any package."""
    desk = Desk()

    async def gone() -> None:
        raise FeedNotFound("gone", service="Azure Artifacts")

    desk.checker.finds = gone
    with pytest.raises(FeedNotFound):
        await ask(desk)


async def test_whoever_joins_at_the_very_moment_of_the_opening_has_not_opened_it() -> None:
    """Else a request of Feedwarden's own would be taken for a person's."""
    desk = Desk()
    await desk.opened()
    asked = await ask(desk)
    assert not asked.merged
    assert not opened_by_person(asked.approval)


async def test_where_nothing_can_be_allowed_nobody_is_asked() -> None:
    """The mode, the policy about malicious packages, a switch that is being changed."""
    desk = Desk()
    await desk.collide(mode=Mode.AUDIT)
    with pytest.raises(DecisionRefused, match="audit"):
        await ask(desk)
    await desk.found(packs.pack(advisories=packs.MALICIOUS), mode=Mode.ENFORCE)
    with pytest.raises(DecisionRefused, match="policy refuses"):
        await ask(desk)
    desk.terms = ApprovalTerms(malicious_by_name=True)
    desk.register.faults.fail("commit", IllegalTransition("enforcing"))
    with pytest.raises(DecisionRefused, match="try again in a minute"):
        await ask(desk)
    assert (await ask(desk)).approval.state is _S.OPEN


async def test_what_is_allowed_already_is_told() -> None:
    """By whom, what, and until when; while it ends, only that it does."""
    desk = Desk()
    token = await desk.opened()
    approval = await desk.decided(token, days=3)
    with pytest.raises(DecisionRefused, match="Olga allowed all versions, for 3 days"):
        await ask(desk)
    await desk.put(replace(approval, state=_S.IN_FORCE, until=START + 3 * DAY), _E.APPROVAL_OPENED)
    with pytest.raises(DecisionRefused, match="It ends by 2025-03-04 12:00 UTC"):
        await ask(desk)
    ending = Ending(START, None, "its class was ours and is known-malicious")
    closing = replace(approval, state=_S.CLOSING, closing_as=_S.REVOKED, ending=ending)
    await desk.put(closing, _E.APPROVAL_REVOKED)
    with pytest.raises(DecisionRefused, match="just ending") as refused:
        await ask(desk)
    assert "malicious" not in str(refused.value)


async def test_an_owner_may_open_anew_what_was_declined() -> None:
    """A decline by mistake is no sentence: who could have decided otherwise may ask at once."""
    desk = Desk()
    token = await desk.opened()
    declined = await desk.decided(token, OLGA, Choice.DECLINE)
    asked = await ask(desk, OLGA)
    assert asked.approval.approval_id != declined.approval_id
    assert (await desk.alive()) == asked.approval


async def test_what_was_declined_is_not_asked_again_for_thirty_days() -> None:
    """Unless the evidence changes; the refusal says who, when, and until when."""
    desk = Desk()
    token = await desk.opened()
    await desk.decided(token, choice=Choice.DECLINE)
    desk.clock.advance(30 * DAY - timedelta(seconds=1))
    with pytest.raises(DecisionRefused, match="Olga declined this on 2025-03-01 12:00 UTC") as refused:
        await ask(desk)
    assert "2025-03-31 12:00 UTC" in str(refused.value)
    await desk.found(NEWER)
    assert not (await ask(desk)).merged


async def test_after_thirty_days_it_is_asked_again() -> None:
    """The same evidence, another day."""
    desk = Desk()
    token = await desk.opened()
    await desk.decided(token, choice=Choice.DECLINE)
    desk.clock.advance(30 * DAY)
    assert not (await ask(desk)).merged


async def test_a_request_whose_time_is_over_ends_first() -> None:
    """Each step has its event; the new request is another one."""
    desk = Desk()
    token = await desk.opened()
    desk.clock.advance(7 * DAY)
    asked = await ask(desk)
    assert not asked.merged
    assert asked.address.rpartition("/")[2] != token
    assert (await desk.seen(token)).approval.state is _S.UNANSWERED
    assert (await desk.story())[-2:] == [_E.APPROVAL_UNANSWERED, _E.APPROVAL_ASKED]


async def test_a_case_that_moves_meanwhile_is_read_again() -> None:
    """Three times; after that the person is told to try again."""
    desk = Desk()
    await desk.collide()
    desk.register.faults.fail("commit", StaleWrite("again"), times=3)
    with pytest.raises(DecisionRefused, match="try again"):
        await ask(desk)
    desk.register.faults.fail("commit", StaleWrite("again"), times=2)
    assert not (await ask(desk)).merged


async def test_one_person_has_twenty_requests_open_in_a_feed_at_most() -> None:
    """Each is a letter to its owners; others may still ask, and so may they elsewhere."""
    desk = Desk()
    for number in range(21):
        await desk.collide(PackageName.of(Ecosystem.NPM, f"acme-{number}"))
    for number in range(20):
        await ask(desk, name=f"acme-{number}")
    with pytest.raises(DecisionRefused, match="20 requests open"):
        await ask(desk, name="acme-20")
    assert (await ask(desk, actor("ben"), name="acme-20")).approval.state is _S.OPEN
    assert (await ask(desk, name="acme-20")).merged


async def test_feedwarden_opens_requests_on_the_same_terms() -> None:
    """Without an ask; not where an owner declined the very same not long ago."""
    desk = Desk()
    token = await desk.opened()
    case = (await desk.seen(token)).case
    declined = await desk.decided(token, OLGA, Choice.DECLINE)

    def request(**members: object) -> object:
        last = replace(declined, **members)  # type: ignore[arg-type]  # the dataclass checks the names
        return new_request(case, last=last, terms=desk.terms, now=desk.clock(), approval_id="next")

    assert request() is None
    assert request(digest="other") is not None
    assert request(state=_S.EXPIRED) is not None
    fresh = new_request(case, last=None, terms=ApprovalTerms(link_for=DAY), now=START, approval_id="next")
    assert fresh is not None
    assert (fresh.approval_id, fresh.state, fresh.asks, fresh.link_until) == ("next", _S.OPEN, (), START + DAY)
    assert (fresh.digest, fresh.pack) == (case.evidence_digest, case.pack)


async def test_a_decline_on_evidence_that_has_changed_unseen_does_not_hold() -> None:
    """The case was not looked at since: it is, before anybody is turned away for what somebody else decided."""
    desk = Desk()
    token = await desk.opened()
    await desk.decided(token, choice=Choice.DECLINE)

    async def newer() -> None:
        await desk.found(NEWER)

    desk.checker.finds = newer
    assert not (await ask(desk)).merged
