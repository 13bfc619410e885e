"""Service hooks that do not deliver are found by the sweep and told, each once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.application.hook_row import KEY
from shared.application.notify_messages import Dispatch
from shared.domain.findings import whole_organization
from shared.domain.letter_rules import Outlet
from shared.domain.notices import Notice, NoticeKind
from shared.domain.subscriptions import SubscriptionStatus
from shared.errors import AuthenticationFailed, PermissionMissing, StaleWrite, UpstreamUnavailable
from shared.ports import QueueName
from tests.application.house import House
from tests.fakes import ORGANIZATION, RecordingOutlet
from tests.fakes.hooks import OUR_URL

_S = SubscriptionStatus
_HOST = OUR_URL.removesuffix("/api/hooks/azure-devops")
_DENIED = PermissionMissing('lacks "View subscriptions"', service="Azure DevOps")


async def _told(house: House) -> list[Notice]:
    await house.hook_inspector.look()
    return [Dispatch.of(text).notice for text in house.queue.take(QueueName.NOTICES)]


async def _readiness(house: House) -> tuple[bool, str]:
    house.service.world.add_feed("core")
    finding = (await house.readiness.report())["hooks"]
    return finding.ok, finding.detail


async def test_all_that_do_not_deliver_are_one_notice_told_once() -> None:
    """With what each is for, and how it is; again only after it was enabled."""
    house = House()
    project = house.service.world.add_feed("core", project="Shop").ref.project_id or ""
    house.hooks.add("a", project_id=project)
    house.hooks.add("b", event_type="git.push")
    house.hooks.add("c")
    assert await _told(house) == []
    house.hooks.turn("a", _S.ON_PROBATION)
    house.hooks.turn("b", _S.DISABLED_BY_SYSTEM)
    (first,) = await _told(house)
    assert (first.kind, first.feed) == (NoticeKind.HOOKS_NOT_DELIVERING, whole_organization(ORGANIZATION))
    assert first.facts == {
        "organization": ORGANIZATION,
        "states": "1 disabled by Azure DevOps after failures, 1 on probation",
        "subscriptions": "build.complete in Shop: on probation (a); "
        "git.push in all projects: disabled by Azure DevOps after failures (b)",
    }
    assert await _told(house) == []
    house.hooks.turn("a", _S.ENABLED)
    assert await _told(house) == []
    house.hooks.turn("a", _S.ON_PROBATION)
    (second,) = await _told(house)
    assert second.notice_id != first.notice_id
    assert "(b)" not in second.facts["subscriptions"]


async def test_only_those_that_call_us_matter() -> None:
    """By our own host where it is set; else whoever calls our path."""
    house = House(base_url=_HOST)
    house.hooks.add("chat", url="https://chat.example.test/hook")
    house.hooks.add("staging", url="https://staging.example.test/api/hooks/azure-devops")
    for key in house.hooks.held:
        house.hooks.turn(key, _S.DISABLED_BY_SYSTEM)
    assert await _told(house) == []
    ok, words = await _readiness(house)
    assert (ok, words.startswith("none visible: "), _HOST in words) == (True, True, True)
    assert "1 call that path at other hosts" in words
    house.base_url = ""
    (notice,) = await _told(house)
    assert "(staging)" in notice.facts["subscriptions"]
    assert "(chat)" not in notice.facts["subscriptions"]


async def test_one_that_vanished_is_told_once() -> None:
    """Also the last one; then it is forgotten, and none visible is no outage."""
    house = House()
    house.hooks.add("a")
    assert await _told(house) == []
    house.hooks.held.clear()
    (notice,) = await _told(house)
    assert "not there any more (a)" in notice.facts["subscriptions"]
    assert await _told(house) == []
    ok, words = await _readiness(house)
    assert (ok, words.partition("; ")[0]) == (
        True,
        "none visible: no subscription that we may see calls /api/hooks/azure-devops",
    )
    assert words.endswith("; 1 that did are not there any more, as of 2025-03-01 12:00 UTC")
    house.clock.advance(timedelta(days=2))
    assert await _told(house) == []
    assert "any more" not in (await _readiness(house))[1]


@pytest.mark.parametrize("error", [_DENIED, AuthenticationFailed("no", service="Azure DevOps")])
async def test_what_we_may_not_see_is_neither_healthy_nor_told(error: Exception) -> None:
    """No letter at any sweep; readiness names the right. What was seen before is not gone."""
    house = House()
    house.hooks.faults.fail("subscriptions", error, times=2)
    assert await _told(house) == []
    assert await _told(house) == []
    ok, words = await _readiness(house)
    assert (ok, words) == (True, f"not visible: {error}")
    house.hooks.add("a")
    assert await _told(house) == []
    house.hooks.faults.fail("subscriptions", error)
    assert await _told(house) == []
    assert await _readiness(house) == (False, f"not visible: {error}; before that 1 were seen")
    assert await _told(house) == []
    assert await _readiness(house) == (True, "1 enabled, as of 2025-03-01 12:00 UTC")


async def test_an_outage_is_shown_and_stops_nothing() -> None:
    """Of Azure DevOps, of the table, of the queue: the sweep that called goes on, and the next look tells."""
    house = House()
    house.hooks.add("a")
    house.hooks.turn("a", _S.ON_PROBATION)
    down = UpstreamUnavailable("down", service="x")
    house.hooks.faults.fail("subscriptions", down)
    assert await _told(house) == []
    assert (await _readiness(house))[0] is False
    for part, method in ((house.cursors, "read"), (house.queue, "put"), (house.cursors, "save")):
        part.faults.fail(method, down)
        await house.hook_inspector.look()
    told = [Dispatch.of(text).notice.notice_id for text in house.queue.take(QueueName.NOTICES)]
    # The notice was queued, and then could not be written down as told.
    assert len(told) == 1
    (again,) = await _told(house)
    assert again.notice_id == told[0]
    assert await _told(house) == []


async def test_two_instances_at_once_are_no_trouble() -> None:
    """Both tell the same under the same id."""
    house = House()
    house.hooks.add("a")
    house.hooks.turn("a", _S.ON_PROBATION)
    house.cursors.faults.fail("save", StaleWrite("moved"))
    (first,) = await _told(house)
    (second,) = await _told(house)
    assert first.notice_id == second.notice_id


async def test_many_are_told_in_one_notice_of_a_bounded_size() -> None:
    """The letter names some; readiness names more, and says how many it does not."""
    house = House()
    for number in range(30):
        house.hooks.add(f"hook-{number:02}")
        house.hooks.turn(f"hook-{number:02}", _S.DISABLED_BY_SYSTEM)
    (notice,) = await _told(house)
    assert notice.facts["states"].startswith("30 disabled")
    assert notice.facts["subscriptions"].endswith("… and 26 more: GET /api/health/ready")
    ok, words = await _readiness(house)
    assert (ok, "(hook-19); … and 10 more" in words) == (False, True)


async def test_a_status_that_is_not_known_is_shown_and_not_told() -> None:
    """It is not healthy either."""
    house = House()
    house.hooks.add("a")
    house.hooks.turn("a", _S.UNKNOWN)
    assert await _told(house) == []
    ok, words = await _readiness(house)
    assert (ok, "of a status that is not known (a)" in words) == (False, True)


async def test_before_the_first_look_readiness_says_so() -> None:
    """It asks nobody but the table."""
    house = House()
    assert await _readiness(house) == (True, "not looked at yet: the next sweep does")
    assert house.hooks.faults.count("subscriptions") == 0


@pytest.mark.parametrize(
    "text",
    ["{", "[]", "null", "{}", '{"known": 7}', '{"known": {"a": [1]}, "looked_at": null, "why": "", "hidden": 0}'],
)
async def test_a_spoilt_row_means_that_it_was_never_told(text: str) -> None:
    """Told twice beats not told."""
    house = House()
    house.hooks.add("a")
    house.hooks.turn("a", _S.ON_PROBATION)
    await house.cursors.save(KEY, text, replaces=None)
    assert len(await _told(house)) == 1


async def test_it_goes_to_those_who_own_every_feed() -> None:
    """By the same way as every other letter, with what it means and what to do."""
    house = House()
    mail = RecordingOutlet()
    house.letters[Outlet.MAIL] = mail
    house.hooks.add("a")
    house.hooks.turn("a", _S.ON_PROBATION)
    await house.hook_inspector.look()
    for text in house.queue.take(QueueName.NOTICES):
        await house.messenger.send(text)
    (letter,) = mail.sent
    assert letter.title == "Service hooks do not deliver: 1 on probation"
    assert letter.recipients == ("olga@contoso.example",)
    assert ("Subscriptions", "build.complete in all projects: on probation (a)") in letter.facts
    assert "New events are lost" in letter.paragraphs[1]
    assert "enable the subscription again" in letter.paragraphs[-1]


async def test_another_address_of_ours_makes_none_of_them_gone() -> None:
    """PUBLIC_BASE_URL is another now, and they are all there: no letter; readiness says where they lead."""
    house = House(base_url=_HOST)
    house.hooks.add("a")
    assert await _told(house) == []
    house.base_url = "https://new.contoso.example.test"
    assert await _told(house) == []
    ok, words = await _readiness(house)
    assert (ok, "1 call that path at other hosts" in words, "any more" in words) == (True, True, False)


async def test_one_that_leads_elsewhere_is_told_as_that() -> None:
    """Somebody gave it another address: it is not gone, and events are lost all the same."""
    house = House(base_url=_HOST)
    house.hooks.add("a")
    assert await _told(house) == []
    house.hooks.add("a", url="https://chat.example.test/hook")
    (notice,) = await _told(house)
    assert notice.facts["states"] == "1 leads elsewhere now"
    assert await _told(house) == []
    assert "; 1 that did lead elsewhere now" in (await _readiness(house))[1]


async def test_one_whose_address_cannot_be_read_is_not_known() -> None:
    """Neither gone nor elsewhere, and nobody is told; readiness shows it."""
    house = House()
    house.hooks.add("a")
    house.hooks.add("b")
    assert await _told(house) == []
    house.hooks.add("a", url="")
    house.hooks.add("b", url="********")
    assert await _told(house) == []
    ok, words = await _readiness(house)
    assert (ok, words.count("of a status that is not known")) == (False, 2)


async def test_one_that_may_be_a_row_that_cannot_be_read_is_not_gone() -> None:
    """Only a list that was read whole says who is gone; what was said of others meanwhile stays."""
    house = House()
    house.hooks.add("a")
    house.hooks.add("b")
    assert await _told(house) == []
    del house.hooks.held["b"]
    (gone,) = await _told(house)
    assert "(b)" in gone.facts["subscriptions"]
    del house.hooks.held["a"]
    house.hooks.unreadable = 1
    assert await _told(house) == []
    assert "of a status that is not known (a)" in (await _readiness(house))[1]
    house.hooks.unreadable = 0
    (gone,) = await _told(house)
    assert gone.facts["subscriptions"] == "build.complete in all projects: not there any more (a)"
