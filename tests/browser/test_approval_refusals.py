"""Every refusal in a real browser: said kindly, with why and whom to ask, and with nothing changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final
from urllib.parse import quote, urlsplit

import pytest

from shared.domain.approvals import ApprovalState
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.policy import Protection
from shared.ports import RequestRef
from shared.web.words import PROTECTIONS, STANDINGS
from tests.browser.advised import AdvisedStack
from tests.browser.desk import OLD, OURS, WHY, Desk, desk_of
from tests.browser.pages import arrive, choices, look_over, open_page, send, send_from_elsewhere, shows, words
from tests.browser.people import client_of
from tests.browser.tabs import OpenTab

pytestmark = [pytest.mark.stack, pytest.mark.azurite]

_OWNERS: Final = ("Feed Owner", "Group Owner", "Artifacts Administrator")
_BLOCKED: Final = PROTECTIONS[Protection.PROTECTED]


@pytest.fixture(scope="module")
async def desk(advised_stack: AdvisedStack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """Play feeds, registries and people around the stack."""
    async with desk_of(advised_stack, tmp_path_factory.mktemp("clients")) as opened:
        yield opened


@pytest.fixture(scope="module")
def link(desk: Desk) -> str:
    """Return the link of a request that nobody decides."""
    return desk.asks(desk.collides("acme-untouched"))


async def test_a_stranger_learns_nothing(open_tab: OpenTab, desk: Desk, link: str) -> None:
    """Not which package, not whether the link is one: each gets the same page, and every form the same refusal."""
    tab = await open_tab()
    assert await open_page(tab, link) == 401
    assert "acme-untouched" not in await tab.page.content()
    assert await tab.page.locator("form").count() == 0
    await look_over(tab, "sign-in")
    with client_of(desk.stack.app_url) as stranger:
        pages = {url: stranger.get(url) for url in (link, f"{link[:-1]}x", f"{desk.stack.app_url}/api/approvals/x")}
        assert {page.status_code for page in pages.values()} == {401}
        assert len({page.text.replace(quote(urlsplit(url).path, safe=""), "") for url, page in pages.items()}) == 1
        assert stranger.post(link, data={"choice": "allow-period", "days": "7", "reason": WHY}).status_code == 401
        assert stranger.post("/api/requests", data={"reason": WHY}).status_code == 401
        assert stranger.post("/api/v1/requests", json={}).status_code == 401


async def test_who_is_no_owner_is_told_whom_to_ask(open_tab: OpenTab, desk: Desk, link: str) -> None:
    """Why, who owns the feed, and that anybody may ask; of the evidence nothing."""
    tab = await arrive(open_tab, desk, "outsider", link)
    assert await open_page(tab, link) == 403
    told = await words(tab)
    expected = ("Only an owner of the feed decides", "not an owner of the feed", *_OWNERS)
    assert [part for part in expected if part not in told] == []
    assert "99.0.0" not in told
    assert await choices(tab) == []
    await look_over(tab, "refused")
    async with tab.page.expect_navigation():
        await tab.page.get_by_role("link", name="Ask for versions from outside").click()
    assert await tab.page.input_value("#name") == "acme-untouched"


async def test_a_contributor_who_asked_does_not_decide(open_tab: OpenTab, desk: Desk, link: str) -> None:
    """Publishing to the feed is no owner's right; they see how their own request stands, and no evidence."""
    tab = await arrive(open_tab, desk, "contributor", link)
    assert await open_page(tab, link) == 403
    told = await words(tab)
    assert [part for part in ("Only an owner of the feed decides", *_OWNERS) if part not in told] == []
    assert STANDINGS[ApprovalState.OPEN].word in told
    assert "99.0.0" not in told
    assert await choices(tab) == []
    await look_over(tab, "refused-asker")


async def test_a_namesake_of_another_tenant_is_refused(open_tab: OpenTab, desk: Desk, link: str) -> None:
    """The same name, the same mail address, and nothing is told."""
    tab = await arrive(open_tab, desk, "other-tenant", link)
    assert await open_page(tab, link) == 403
    assert "This account belongs to another organization" in await words(tab)
    assert "acme-untouched" not in await tab.page.content()
    await look_over(tab, "refused-other-tenant")
    async with tab.page.expect_navigation():
        await tab.page.get_by_role("main").get_by_role("link", name="Sign out").click()
    assert await open_page(tab, link) == 401


async def test_a_link_that_was_changed_leads_nowhere(open_tab: OpenTab, desk: Desk, link: str) -> None:
    """One letter of it is another; an owner learns nothing by it either."""
    head, letter, tail = link[:-60], link[-60], link[-59:]
    tab = await arrive(open_tab, desk, "owner", f"{head}{'A' if letter != 'A' else 'B'}{tail}")
    assert await open_page(tab, tab.page.url) == 404
    assert "This link does not work" in await words(tab)
    assert "acme-untouched" not in await tab.page.content()
    await look_over(tab, "no-such-link")


async def test_a_link_whose_time_is_over_shows_how_things_stand(open_tab: OpenTab, desk: Desk, link: str) -> None:
    """An owner sees the request through it, but decides nothing."""
    approval = await desk.approval(PackageName.of(Ecosystem.NPM, "acme-untouched"))
    ref = RequestRef(approval.feed, approval.name, approval.approval_id)
    tab = await arrive(open_tab, desk, "owner", link)
    assert await open_page(tab, desk.links(age=timedelta(days=8)).to_request(ref)) == 410
    assert "The time of this link is over" in await words(tab)
    assert _BLOCKED in await words(tab)
    assert await choices(tab) == []
    await look_over(tab, "expired")


async def test_a_link_that_was_used_says_so_and_then_of_the_one_after(open_tab: OpenTab, desk: Desk) -> None:
    """The Artifacts administrator declines; the package becomes suspicious, and Feedwarden asks anew."""
    name = desk.collides("acme-past", "2.1.0", **OLD)
    link = desk.asks(name)
    declined = (await desk.approval(name)).approval_id
    tab = await arrive(open_tab, desk, "artifacts-administrator", link)
    assert await send(tab, "decline", reason="We have our own.") == 200
    told = await words(tab)
    assert STANDINGS[ApprovalState.DECLINED].word in told
    assert "Artifacts Administrator" in told
    assert await choices(tab) == []
    await look_over(tab, "declined")
    desk.appears(name, "99.0.0")
    desk.stage.publish_job(name, OURS)
    told = await shows(desk, tab, "There is a newer request for this package")
    assert "It waits for the feed's owners until" in told
    assert (await desk.approval(name)).approval_id != declined
    assert await choices(tab) == []
    await look_over(tab, "superseded")


async def test_the_list_of_a_feed_leads_to_each_request(open_tab: OpenTab, desk: Desk, link: str) -> None:
    """It decides nothing itself, and is nobody's but the owners'."""
    feed = (await desk.approval(PackageName.of(Ecosystem.NPM, "acme-untouched"))).feed
    listing = desk.links().to_requests_of(feed)
    tab = await arrive(open_tab, desk, "owner", listing)
    assert await choices(tab) == []
    await look_over(tab, "list")
    async with tab.page.expect_navigation():
        await tab.page.get_by_role("link", name="acme-untouched").click()
    assert urlsplit(tab.page.url).path.startswith(urlsplit(link).path[:20])
    assert "allow-version" in await choices(tab)
    outsider = await arrive(open_tab, desk, "outsider", listing)
    assert await open_page(outsider, listing) == 403
    assert "acme-untouched" not in await outsider.page.content()
    await look_over(outsider, "list-refused")


async def test_evidence_that_changed_is_shown_before_it_is_decided_on(open_tab: OpenTab, desk: Desk) -> None:
    """Another version appeared while the page was open: what changed is told, what was typed is kept."""
    name = desk.collides("acme-moving")
    tab = await arrive(open_tab, desk, "group-owner", desk.asks(name))
    desk.appears(name, "99.2.0")
    assert await send(tab, "allow-version", version="99.0.0", reason=WHY) == 409
    told = await words(tab)
    assert "its latest version was 99.0.0 and is 99.2.0" in told
    assert await tab.page.input_value("#allow-version-version") == "99.0.0"
    assert await tab.page.input_value("#allow-version-reason") == WHY
    assert await tab.page.evaluate("document.activeElement.id") == "trouble"
    await look_over(tab, "evidence-changed")
    assert (await desk.approval(name)).state is ApprovalState.OPEN
    assert await send(tab, "decline", reason=WHY) == 200


async def test_of_two_who_decide_at_once_one_learns_of_the_other(open_tab: OpenTab, desk: Desk) -> None:
    """Both have seen the open request, and send at the same moment."""
    name = desk.collides("acme-raced")
    link = desk.asks(name)
    personas = ("owner", "group-owner")
    tabs = [await arrive(open_tab, desk, persona, link) for persona in personas]
    statuses = await asyncio.gather(
        *(send(tab, "decline", reason=f"so says {who}") for tab, who in zip(tabs, personas, strict=True))
    )
    assert sorted(statuses) == [200, 409]
    loser = tabs[statuses.index(409)]
    winner = ("Feed Owner", "Group Owner")[statuses.index(200)]
    told = await words(loser)
    assert f"It was declined by {winner}" in told
    assert f"so says {personas[statuses.index(200)]}" in told
    await look_over(loser, "already-decided")


async def test_mistakes_are_told_beside_their_fields(open_tab: OpenTab, desk: Desk, link: str) -> None:
    """No reason, no version, too many days; the page comes back with what was typed, and nothing was done."""
    tab = await arrive(open_tab, desk, "owner", link)
    assert await send(tab, "allow-version", version="latest", reason=" ") == 400
    told = await words(tab)
    assert "Say why: a reason is required." in told
    assert "'latest' is no version of npm" in told
    assert await tab.page.input_value("#allow-version-version") == "latest"
    assert await tab.page.title() == "Mistake: acme-untouched in Payments/core · Feedwarden"
    await look_over(tab, "mistakes")
    assert await send(tab, "allow-period", days="400", reason=WHY) == 400
    assert "Versions can be allowed for 1 to 30 days here." in await words(tab)
    assert await send(tab, "decline") == 400


async def test_a_malicious_package_asks_for_its_name(
    open_tab: OpenTab, desk: Desk, advised_stack: AdvisedStack
) -> None:
    """Where the policy lets anybody allow it at all; declining stands first."""
    name = desk.collides("acme-venom")
    advised_stack.call_malicious(name)
    tab = await arrive(open_tab, desk, "owner", desk.asks(name))
    told = await words(tab)
    assert "The public package is known to be malicious." in told
    assert "MAL-2026-77" in told
    assert (await choices(tab))[0] == "decline"
    await look_over(tab, "malicious")
    assert await send(tab, "allow-version", version="99.0.0", reason=WHY, retyped_name="acme-venon") == 400
    assert "Type the name exactly as it stands here: acme-venom" in await words(tab)
    assert (await desk.approval(name)).state is ApprovalState.OPEN


async def test_forms_of_others_are_not_taken(open_tab: OpenTab, desk: Desk, link: str) -> None:
    """Without the seal, with somebody else's, and from a page of another site, for an owner who is signed in."""
    tab = await arrive(open_tab, desk, "owner", link)
    other = await arrive(open_tab, desk, "group-owner", link)
    foreign = await other.page.locator("#decline [name=csrf]").input_value()
    for seal in ("", foreign):
        await open_page(tab, link)
        await tab.page.evaluate("seal => { document.querySelector('#decline [name=csrf]').value = seal }", seal)
        assert await send(tab, "decline", reason=WHY) == 403
        assert "That form was not taken" in await words(tab)
    await look_over(tab, "form-not-taken")
    assert await send_from_elsewhere(tab, link, choice="allow-period", days="9", reason=WHY) == 403
    assert "That form was not taken" in await words(tab)
