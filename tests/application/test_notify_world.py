"""What is about no package is told once: the organization's policy, and what a registry's change feed lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.application.notify_messages import Dispatch
from shared.application.standings import Standing
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import OrganizationPolicy
from shared.domain.findings import whole_organization
from shared.domain.letter_rules import Outlet
from shared.domain.notices import Notice, NoticeKind
from shared.errors import StaleWrite
from shared.ports import QueueName
from tests.application.house import House
from tests.fakes import ORGANIZATION, FollowedStandings, RecordingOutlet


async def _told(house: House) -> list[Notice]:
    await house.announcer.look()
    return [Dispatch.of(text).notice for text in house.queue.take(QueueName.NOTICES)]


async def test_a_policy_that_is_off_is_told_once() -> None:
    """Again only after it was seen on; not knowing changes nothing."""
    house = House()
    assert await _told(house) == []
    house.service.policy = OrganizationPolicy.OFF
    (first,) = await _told(house)
    assert (first.kind, first.feed) == (NoticeKind.ORGANIZATION_POLICY_OFF, whole_organization(ORGANIZATION))
    assert await _told(house) == []
    house.service.policy = OrganizationPolicy.UNKNOWN
    assert await _told(house) == []
    house.service.policy = OrganizationPolicy.OFF
    assert await _told(house) == []
    house.service.policy = OrganizationPolicy.ON
    assert await _told(house) == []
    house.service.policy = OrganizationPolicy.OFF
    (second,) = await _told(house)
    assert second.notice_id != first.notice_id


async def test_each_loss_of_a_registry_is_told_once() -> None:
    """With what was lost; registries apart from each other."""
    house = House()
    house.service.world.add_feed("core")
    lost = Standing(house.clock(), None, house.clock(), losses=2, loss="2026-01-02 03:04Z the sequence was reset")
    house.standings = FollowedStandings(house.cursors, house.clock, lost)
    told = await _told(house)
    assert {notice.kind for notice in told} == {NoticeKind.WATCH_LOSSY}
    assert len({notice.notice_id for notice in told}) == len(told) == len(Ecosystem)
    assert {notice.facts["registry"].split(" ")[0] for notice in told} == set(Ecosystem)
    assert all("the sequence was reset" in notice.facts["loss"] for notice in told)
    house.clock.advance(timedelta(hours=1))
    assert await _told(house) == []


@pytest.mark.parametrize("method", ["put", "save"])
async def test_a_crash_repeats_the_notice_under_the_same_id(method: str) -> None:
    """And loses none."""
    house = House()
    house.service.policy = OrganizationPolicy.OFF
    faults = house.queue.faults if method == "put" else house.cursors.faults
    faults.fail(method, RuntimeError("the plug is pulled"), after=method == "put")
    with pytest.raises(RuntimeError):
        await house.announcer.look()
    await house.announcer.look()
    told = [Dispatch.of(text).notice.notice_id for text in house.queue.take(QueueName.NOTICES)]
    assert len(told) == 2
    assert len(set(told)) == 1
    assert await _told(house) == []


async def test_two_instances_at_once_are_no_trouble() -> None:
    """Both tell the same under the same id."""
    house = House()
    house.service.policy = OrganizationPolicy.OFF
    house.cursors.faults.fail("save", StaleWrite("moved"))
    assert await house.announcer.look() == 1


@pytest.mark.parametrize("text", ["{", "[]", '{"times": "many"}', '{"times": 1e999}', "null", "[" * 100_000])
async def test_a_spoilt_row_means_that_it_was_never_told(text: str) -> None:
    """Told twice beats not told."""
    house = House()
    house.service.policy = OrganizationPolicy.OFF
    await house.cursors.save("announced|organization-policy", text, replaces=None)
    assert len(await _told(house)) == 1


async def test_it_goes_to_those_who_own_every_feed() -> None:
    """By the same way as every other letter."""
    house = House()
    mail = RecordingOutlet()
    house.letters[Outlet.MAIL] = mail
    house.service.policy = OrganizationPolicy.OFF
    await house.announcer.look()
    for text in house.queue.take(QueueName.NOTICES):
        await house.messenger.send(text)
    (letter,) = mail.sent
    assert letter.recipients == ("olga@contoso.example",)
    assert ("Organization", ORGANIZATION) in letter.facts
    assert house.owners.faults.calls[0].feed == whole_organization(ORGANIZATION)
