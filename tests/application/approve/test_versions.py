"""A version that no registry has is refused before the switch is touched."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from shared.domain.approvals import ApprovalState
from shared.domain.cases import CaseEvent
from shared.domain.evidence import UpstreamingBehavior
from shared.domain.feeds import Feed
from shared.domain.notices import NoticeKind
from shared.domain.twins import Presence, PublicTwin
from shared.errors import UpstreamUnavailable
from tests.application.approve.scenes import A_WEEK, EXACT, alive, blocked, ended, grant, switch, told
from tests.application.house import BILLING, House
from tests.application.scenes import OPEN, request

_MANY: Final = tuple(f"1.{number}.0" for number in range(30))


async def _granted(house: House, version: str | None, *, offered: tuple[str, ...] | None) -> Feed:
    """Let an owner allow a version of what is public; `offered` = what the registry tells when it is carried out."""
    feed = await blocked(house)
    house.npm.put(BILLING, PublicTwin(Presence.PRESENT, latest_version="99.0.0", versions=offered))
    await grant(house, feed, A_WEEK if version is None else replace(EXACT, version=version))
    await house.checker.check(request(feed))
    return feed


@pytest.mark.parametrize(
    ("offered", "named"),
    [(("99.0.0",), "99.0.0"), ((), "none"), (("1.0.0", "99.0.0", "98.0.0"), "99.0.0, 98.0.0, 1.0.0")],
)
async def test_a_typo_opens_nothing(offered: tuple[str, ...], named: str) -> None:
    """It ends at once, and people are told which versions there are."""
    house = House(asks=True)
    feed = await _granted(house, "9.90.0", offered=offered)
    assert [call.method for call in house.service.faults.calls].count("allow_external_versions") == 0
    assert switch(house, feed) is UpstreamingBehavior.AUTO
    approval = await ended(house, feed)
    assert approval.state is ApprovalState.LAPSED
    assert approval.ending is not None
    assert approval.ending.why == f"the public registry has no version 9.90.0; it has: {named}"
    assert CaseEvent.APPROVAL_OPENING not in await house.story(feed, BILLING)
    assert (await told(house))[-1] is NoticeKind.APPROVAL_LAPSED
    letters = [notice for notice in house.channel.sent if notice.kind is NoticeKind.APPROVAL_LAPSED]
    assert letters[0].facts["said"] == approval.ending.why


@pytest.mark.parametrize(
    ("version", "offered"),
    [
        ("99.0.0", ("99.0.0",)),
        ("99.0.0", ("98.0.0", "99.0.0+build.1")),
        ("9.90.0", None),
        ("1.0.1", (*_MANY, "1.0.1")),
        (None, ()),
    ],
)
async def test_what_may_be_there_is_let_in(version: str | None, offered: tuple[str, ...] | None) -> None:
    """In any spelling, in a list of any length, where nobody told; and whoever allows all versions names none."""
    house = House(asks=True)
    feed = await _granted(house, version, offered=offered)
    assert [call.method for call in house.service.faults.calls].count("allow_external_versions") == 1
    assert CaseEvent.APPROVAL_LAPSED not in await house.story(feed, BILLING)


async def test_a_registry_that_is_silent_refuses_nothing() -> None:
    """It is waited for, as before."""
    house = House(asks=True)
    feed = await blocked(house)
    await grant(house, feed, EXACT)
    house.npm.faults.fail("look_up", UpstreamUnavailable("503", service="npm"), times=None)
    await house.checker.check(request(feed))
    assert (await alive(house, feed)).state is ApprovalState.GRANTED
    house.npm.faults.heal()
    await house.checker.check(request(feed))
    assert switch(house, feed) in {OPEN, UpstreamingBehavior.AUTO}
    assert CaseEvent.APPROVAL_OPENED in await house.story(feed, BILLING)


async def test_which_versions_there_are_is_neither_kept_nor_news() -> None:
    """Neither case nor pack has them, the digest stays, and nothing is written because one came or went."""
    house = House(asks=True)
    feed = await blocked(house)
    before = await house.case(feed, BILLING)
    for offered in (_MANY, _MANY[1:], ()):
        house.npm.put(BILLING, PublicTwin(Presence.PRESENT, latest_version="99.0.0", versions=offered))
        house.clock.advance(timedelta(hours=2))
        await house.checker.check(replace(request(feed), for_decision=True))
        case = await house.case(feed, BILLING)
        assert case.twin.versions is None
        assert case.pack is not None
        assert case.pack.twin.versions is None
        assert (case.evidence_digest, case.sequence) == (before.evidence_digest, before.sequence)
