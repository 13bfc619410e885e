"""Decisions: who may, on which evidence, what becomes of them, and what is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from shared.application.approve.answers import Choice, OwnerDecision
from shared.application.approve.fresh import DECISION
from shared.domain.approval_rules import ApprovalTerms
from shared.domain.approvals import Approval, ApprovalState, Ask, Grant, Vote
from shared.domain.cases import CaseEvent, CaseState
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.notices import NoticeKind
from shared.domain.owners import FeedOwners
from shared.domain.policy import Mode, Protection
from shared.domain.reasons import Reason
from shared.errors import (
    AlreadyDecided,
    BadField,
    BadLink,
    DecisionRefused,
    EvidenceChanged,
    LinkExpired,
    NotAnOwner,
    StaleWrite,
    UpstreamUnavailable,
)
from shared.ports import RequestRef
from tests.application.approve.desk import DAY, Desk
from tests.application.approve.stand_ins import ANN, OLGA, OWEN, actor
from tests.domain import packs
from tests.fakes import START

_S, _E = ApprovalState, CaseEvent
NEWER: Final = packs.pack(packs.twin(latest_version="4.0.0", releases=41))
MALICIOUS: Final = packs.pack(advisories=packs.MALICIOUS)


def granted(approval: Approval, state: ApprovalState = _S.GRANTED) -> Approval:
    """Return an approval that was granted, and came so far."""
    grant, vote = Grant(None, 7 * DAY), Vote(OLGA, START, "because")
    return replace(approval, state=state, grant=grant, votes=(vote,), granted_at=START)


async def standing(desk: Desk, state: ApprovalState) -> str:
    """Put an approval of that state on record; return the token of its link."""
    await desk.opened()
    approval = await desk.alive()
    assert approval is not None
    return await desk.put(granted(approval, state), _E.APPROVAL_GRANTED)


async def refused(desk: Desk, kind: type[Exception], token: str, who: object = OLGA, **said: object) -> str:
    """Decide, and return why that was refused; nothing may have been written by it."""
    before = await desk.story()
    with pytest.raises(kind) as error:
        await desk.decided(token, who, **said)  # type: ignore[arg-type]  # the dataclass checks the names
    assert await desk.story() == before
    return str(error.value)


async def test_an_owner_allows_versions_for_a_while() -> None:
    """The request, the case's chain, the letter and the check that carries it out."""
    desk = Desk()
    token = await desk.opened()
    approval = await desk.decided(token, days=3)
    assert approval == await desk.alive()
    assert (approval.state, approval.grant, approval.granted_at) == (_S.GRANTED, Grant(None, 3 * DAY), START)
    assert [vote.actor for vote in approval.votes] == [OLGA]
    assert (await desk.story())[-1] is _E.APPROVAL_GRANTED
    told = await desk.details()
    assert told["who"] == "Olga"
    assert told["who id"] == "tenant-1/oid-olga"
    assert told["said"] == "needed for the release"
    assert told["allows"] == "all versions, for 3 days"
    assert "emergency" not in told
    assert [notice.kind for notice in desk.register.waiting.values()][-1] is NoticeKind.APPROVAL_GRANTED
    assert [(check.name, check.cause) for check in desk.queued()] == [(packs.NAME, DECISION)]
    assert [(check.name, check.cause) for check in desk.checker.asked] == [(packs.NAME, DECISION)]


async def test_an_owner_allows_one_exact_version() -> None:
    """The switch may stand open for it as long as the policy says."""
    desk = Desk(ApprovalTerms(exact_window=timedelta(minutes=30)))
    approval = await desk.decided(await desk.opened(), choice=Choice.ALLOW_VERSION, version=" 3.2.1 ")
    assert approval.grant == Grant("3.2.1", timedelta(minutes=30))


@pytest.mark.parametrize(("ecosystem", "name"), [("cargo", "acme-billing"), ("maven", "com.acme:billing")])
async def test_an_exact_version_that_cannot_be_fetched_is_refused(ecosystem: str, name: str) -> None:
    """In words that say what can be allowed; all versions for a while can."""
    desk = Desk()
    token = await desk.opened(name=PackageName.of(Ecosystem(ecosystem), name))
    with pytest.raises(BadField, match="npm, nuget, pypi packages only: allow versions for a while") as refused:
        await desk.decided(token, choice=Choice.ALLOW_VERSION, version="3.2.1")
    assert (refused.value.field, desk.checker.asked) == ("version", [])
    assert (await desk.decided(token)).state is _S.GRANTED


async def test_an_exact_version_of_a_nuget_package_is_allowed() -> None:
    """One that the feed holds under another spelling is there already."""
    desk = Desk()
    name = PackageName.of(Ecosystem.NUGET, "Acme.Billing")
    token = await desk.opened(name=name, saved_external=("3.2.0",))
    with pytest.raises(BadField, match="saved in the feed already"):
        await desk.decided(token, choice=Choice.ALLOW_VERSION, version="3.2.0.0")
    approval = await desk.decided(token, choice=Choice.ALLOW_VERSION, version="3.2.1-beta.1")
    assert approval.grant == Grant("3.2.1-beta.1", desk.terms.exact_window)
    assert [check.name for check in desk.queued()] == [name]


async def test_an_owner_declines() -> None:
    """Nothing is checked for that, and nothing is queued; what was seen is kept, so that nobody asks again soon."""
    desk = Desk()
    token = await desk.opened()
    await desk.found(NEWER)
    approval = await desk.decided(token, choice=Choice.DECLINE)
    assert approval.state is _S.DECLINED
    assert approval.digest == NEWER.digest()
    assert approval.ending is not None
    assert (approval.ending.actor, approval.ending.why) == (OLGA, "needed for the release")
    assert (await desk.story())[-1] is _E.APPROVAL_DECLINED
    assert (desk.queued(), desk.checker.asked, await desk.alive()) == ([], [], None)


async def test_declining_needs_no_fresh_evidence() -> None:
    """It is safe; but what was not seen is asked about again."""
    desk = Desk()
    token = await desk.opened()
    await desk.found(NEWER)
    approval = await desk.decided(token, choice=Choice.DECLINE, digest=packs.pack().digest())
    assert (approval.state, approval.digest) == (_S.DECLINED, packs.pack().digest())


@pytest.mark.parametrize(
    ("state", "then"),
    [(_S.GRANTED, _S.REVOKED), (_S.OPENING, _S.CLOSING), (_S.IN_FORCE, _S.CLOSING)],
)
async def test_an_owner_takes_a_permission_back(state: ApprovalState, then: ApprovalState) -> None:
    """At any time, also by a link whose time is over; the check that closes the switch is queued."""
    desk = Desk()
    token = await standing(desk, state)
    desk.links.expired = True
    approval = await desk.decided(token, OWEN, Choice.REVOKE)
    assert approval.state is then
    assert approval.ending is not None
    assert approval.ending.actor == OWEN
    assert (await desk.story())[-1] is _E.APPROVAL_REVOKED
    assert len(desk.queued()) == 1


async def test_what_was_not_allowed_cannot_be_taken_back() -> None:
    """The person is told to decline instead."""
    desk = Desk()
    assert "decline" in await refused(desk, DecisionRefused, await desk.opened(), choice=Choice.REVOKE)


@pytest.mark.parametrize("choice", [Choice.ALLOW_PERIOD, Choice.ALLOW_VERSION, Choice.DECLINE])
@pytest.mark.parametrize("state", [_S.GRANTED, _S.OPENING, _S.IN_FORCE, _S.CLOSING])
async def test_what_was_decided_says_who_decided_what(state: ApprovalState, choice: Choice) -> None:
    """Also to whoever decided it."""
    desk = Desk()
    token = await standing(desk, state)
    why = await refused(desk, AlreadyDecided, token, OWEN, choice=choice, version="3.2.1")
    assert desk.checker.asked == []
    assert "Olga allowed all versions, for 7 days (2025-03-01 12:00 UTC)" in why


async def test_what_was_declined_says_so_for_ever() -> None:
    """Also when a newer request is open: the link names the old one."""
    desk = Desk()
    token = await desk.opened()
    await desk.decided(token, choice=Choice.DECLINE)
    why = await refused(desk, AlreadyDecided, token, OWEN)
    assert "declined by Olga on 2025-03-01 12:00 UTC: needed for the release" in why
    assert "declined by Olga" in await refused(desk, AlreadyDecided, token, OWEN, choice=Choice.REVOKE)


async def test_only_an_owner_of_now_decides() -> None:
    """Asked anew each time; the refusal says why and whom to ask, and no check is begun."""
    desk = Desk()
    token = await desk.opened()
    why = await refused(desk, NotAnOwner, token, ANN)
    assert "neither by name nor through a group" in why
    assert "Ask one of its owners: Olga, Owen, Ora." in why
    assert desk.checker.asked == []
    await refused(desk, NotAnOwner, token, actor("olga", tenant="tenant-2"))
    desk.owners.default = FeedOwners(())
    assert "whoever administers" in await refused(desk, NotAnOwner, token)
    assert desk.owners.faults.count("is_owner") == 3


async def test_doubt_about_ownership_is_a_refusal() -> None:
    """Whether it is in the answer, or there is none; who owns the feed is then not known either."""
    desk = Desk()
    token = await desk.opened()
    desk.owners.default = FeedOwners((), ("a group could not be expanded",))
    assert "a group could not be expanded" in await refused(desk, NotAnOwner, token)
    desk.owners.faults.fail("owners_of", UpstreamUnavailable("503", service="owners"), spared=1)
    assert "could not be made out" in await refused(desk, NotAnOwner, token)


async def test_links_that_name_no_request_are_refused() -> None:
    """Tampered with, of a list, or of a request that is nowhere on record."""
    desk = Desk()
    await desk.collide()
    desk.links.targets += [desk.feed.ref]
    for token in ("x", "0"):
        with pytest.raises(BadLink):
            await desk.decider.decide(token, OLGA, OwnerDecision(Choice.DECLINE, "no"))
    from_nowhere = desk.links.to_request(RequestRef(desk.feed.ref, packs.NAME, "unheard-of"))
    with pytest.raises(BadLink):
        await desk.decider.decide(from_nowhere, OLGA, OwnerDecision(Choice.DECLINE, "no"))


@pytest.mark.parametrize("choice", [Choice.ALLOW_PERIOD, Choice.DECLINE])
async def test_nobody_decides_when_the_time_is_over(choice: Choice) -> None:
    """That of the link, or that of the request."""
    desk = Desk()
    token = await desk.opened()
    desk.links.expired = True
    await refused(desk, LinkExpired, token, choice=choice)
    desk.links.expired = False
    desk.clock.advance(7 * DAY)
    await refused(desk, LinkExpired, token, choice=choice)


@pytest.mark.parametrize("choice", list(Choice))
async def test_a_reason_is_required_for_everything(choice: Choice) -> None:
    """Also for taking back."""
    desk = Desk()
    token = await standing(desk, _S.IN_FORCE) if choice is Choice.REVOKE else await desk.opened()
    await refused(desk, BadField, token, choice=choice, version="3.2.1", reason=" \n ")
    assert desk.checker.asked == []


async def test_a_form_that_is_not_usable_asks_nobody() -> None:
    """Version and days are looked at before the package is checked."""
    desk = Desk()
    token = await desk.opened()
    await refused(desk, BadField, token, choice=Choice.ALLOW_VERSION, version="latest")
    await refused(desk, BadField, token, days=31)
    assert desk.checker.asked == []


async def test_evidence_that_changed_meanwhile_is_shown_again() -> None:
    """What became worse is said; the decision is not applied."""
    desk = Desk()
    token = await desk.opened()
    desk.checker.finds = lambda: desk.found(NEWER)
    with pytest.raises(EvidenceChanged) as changed:
        await desk.decided(token)
    assert "its latest version was 3.2.1 and is 4.0.0" in changed.value.changes
    approval = await desk.alive()
    assert approval is not None
    assert (approval.state, approval.votes) == (_S.OPEN, ())


@pytest.mark.parametrize("said", [{"digest": "0" * 64}, {"digest": "", "shown": None}, {"digest": "0", "shown": None}])
async def test_other_evidence_is_refused_though_nothing_became_worse(said: dict[str, object]) -> None:
    """Or nothing was shown at all."""
    desk = Desk()
    token = await desk.opened()
    with pytest.raises(EvidenceChanged) as changed:
        await desk.decided(token, OLGA, Choice.ALLOW_PERIOD, **said)
    assert len(changed.value.changes) == 1


async def test_nothing_is_allowed_on_evidence_of_yesterday() -> None:
    """Where the check is put off, fails, or meets another one."""
    desk = Desk()
    token = await desk.opened()
    desk.checker.verdict = None
    await refused(desk, UpstreamUnavailable, token)
    desk.checker.verdict = Protection.UNKNOWN
    await refused(desk, UpstreamUnavailable, token)
    assert all(check.attempt == 0 for check in desk.checker.asked)

    async def meets_another() -> None:
        raise StaleWrite("twice")

    desk.checker.verdict, desk.checker.finds = Protection.PROTECTED, meets_another
    await refused(desk, UpstreamUnavailable, token)


async def test_what_has_been_unknown_for_long_is_recorded_anew_first() -> None:
    """That the policy of the organization cannot be read is no obstacle; that the registry is silent now, is one."""
    desk = Desk()
    token = await desk.opened(protection=Protection.UNKNOWN, reasons=(Reason.ORGANIZATION_POLICY_UNKNOWN,))
    desk.checker.verdict = Protection.UNKNOWN

    async def finds() -> None:
        if desk.checker.asked[-1].attempt:
            await desk.found(protection=Protection.UNKNOWN, reasons=(Reason.REGISTRY_UNKNOWN,))

    desk.checker.finds = finds
    with pytest.raises(DecisionRefused, match="does not tell"):
        await desk.decided(token)
    await desk.found(protection=Protection.UNKNOWN, reasons=(Reason.ORGANIZATION_POLICY_UNKNOWN,))
    desk.checker.finds = desk.found
    assert (await desk.decided(token)).state is _S.GRANTED


async def test_obstacles_are_told() -> None:
    """Found by the check of this very decision."""
    desk = Desk()
    token = await desk.opened()
    desk.checker.finds = lambda: desk.found(mode=Mode.AUDIT)
    with pytest.raises(DecisionRefused, match="audit"):
        await desk.decided(token)


async def test_a_malicious_twin_is_refused_or_needs_its_name() -> None:
    """As the policy says."""
    desk = Desk()
    token = await desk.opened()
    await desk.found(MALICIOUS)
    assert "known to be malicious" in await refused(desk, DecisionRefused, token, retyped_name="acme-billing")
    desk.terms = ApprovalTerms(malicious_by_name=True)
    assert "'acme-billing'" in await refused(desk, BadField, token, retyped_name="ACME-billing")
    assert (await desk.decided(token, retyped_name=" acme-billing ")).state is _S.GRANTED


async def test_while_the_switch_is_changed_nothing_moves() -> None:
    """Not even taking back: the case is in no state for it, and will be in a moment."""
    desk = Desk()
    token = await standing(desk, _S.IN_FORCE)
    stored = desk.register.stored[desk.feed.ref, packs.NAME]
    enforcing = replace(stored.case, state=CaseState.ENFORCING)
    desk.register.stored[desk.feed.ref, packs.NAME] = replace(stored, case=enforcing)
    assert "try again in a minute" in await refused(desk, DecisionRefused, token, choice=Choice.REVOKE)


async def test_a_decision_stands_though_its_check_was_not_queued() -> None:
    """The timer finds it."""
    desk = Desk()
    token = await desk.opened()
    desk.queue.faults.fail("put", UpstreamUnavailable("503", service="queues"))
    assert (await desk.decided(token)).state is _S.GRANTED
    assert await desk.expirer.nudge() == 1


async def test_events_stay_within_what_a_row_holds() -> None:
    """However long the names of a directory are: an event is never cut afterwards."""
    desk = Desk()
    endless = replace(actor("olga"), name="O" * 100_000)
    asks = tuple(Ask(replace(ANN, object_id=f"oid-{n}", name="A" * 5_000), START, "x" * 2_000) for n in range(20))
    await desk.decided(await desk.opened(*asks), endless, reason="y" * 2_000)
    assert max(len(text) for text in (await desk.details()).values()) <= 2_000
