"""The whole way in a real browser: from a letter to a decision, from there to the feed, and back."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.async_api import Browser

from local.scanner import scan
from local.scanner.scan import USER_AGENT
from local.stack import Stack
from shared.domain.approvals import ApprovalState
from shared.domain.ecosystems import Ecosystem
from shared.domain.letter_causes import TWINS
from shared.domain.names import PackageName
from shared.domain.policy import Protection
from shared.domain.twin_class import TwinClass
from shared.web.words import PROTECTIONS, STANDINGS
from tests.browser.desk import OLD, OURS, TITLE, WHY, Desk, desk_of
from tests.browser.pages import (
    arrive,
    choices,
    controls,
    fill_in,
    look_over,
    open_page,
    send,
    shows,
    walk_by_keyboard,
    words,
)
from tests.browser.people import choose, sign_in
from tests.browser.tabs import OpenTab, Tab

pytestmark = [pytest.mark.stack, pytest.mark.azurite]

_BLOCKED: Final = PROTECTIONS[Protection.PROTECTED]
_UNRELATED: Final = TWINS[TwinClass.UNRELATED_OLDER][0]
_WHAT_FOLLOWS: Final = ("What happens:", "When:", "To undo it:")
_IN_FORCE: Final = (
    "all versions, for 3 days",
    "it may still refuse them",
    PROTECTIONS[Protection.ALLOWED],
)
_HIDDEN: Final = "\u202egnp.exe\u2066\u200b"
_HOSTILE: Final[Mapping[str, Any]] = {
    "description": f"<img src=x onerror=alert(1)><script>alert(2)</script> {_HIDDEN} [sign in](https://evil.example.test/)",
    "repository": "https://evil.example.test/\"onmouseover='alert(3)'",
    "publisher": "</bdi></dd><a href=https://evil.example.test/>Approve here</a>",
    "maintainers": ["{{7*7}} <b>bold</b>", "https://evil.example.test/owner"],
}


@pytest.fixture
async def desk(approval_stack: Stack, tmp_path: Path) -> AsyncIterator[Desk]:
    """Play feeds, registries and people around the stack."""
    async with desk_of(approval_stack, tmp_path) as opened:
        yield opened


async def _is_blocked(desk: Desk, name: PackageName) -> None:
    async def holds() -> bool:
        return (await desk.case(name)).protection is Protection.PROTECTED

    await desk.until(holds)
    assert desk.stage.switch(name) == "auto"


async def _sign_in_from_the_link(tab: Tab, link: str, name: PackageName) -> None:
    assert await open_page(tab, link) == 401
    assert name.spelling not in await tab.page.content()
    await tab.page.get_by_role("link", name="Sign in with Microsoft Entra ID").click()
    await choose(tab, "owner")
    assert tab.page.url == link


async def test_one_version_comes_in_and_the_feed_is_closed_behind_it(open_tab: OpenTab, desk: Desk) -> None:
    """From the letter about a blocked collision on, by an owner whose browser runs no scripts."""
    name = desk.collides("acme-notes", "2.1.0", **OLD)
    assert desk.stage.opens_switch(name) == "allowExternalVersions"
    desk.stage.publish_job(name, OURS)
    link = (await desk.mail("Blocked", name)).link()
    await _is_blocked(desk, name)
    tab = await open_tab(scripts=False)
    await _sign_in_from_the_link(tab, link, name)
    told = await words(tab)
    assert [part for part in (name.spelling, TITLE, _UNRELATED, _BLOCKED, *_WHAT_FOLLOWS) if part not in told] == []
    assert await choices(tab) == ["allow-version", "allow-period", "decline"]
    assert await tab.page.input_value("#allow-version-version") == "2.1.0"
    assert await send(tab, "allow-version", reason=WHY) == 200
    assert tab.page.url == link
    assert re.search(r"three hours|about to open|is opening the feed|was fetched", await words(tab))
    told = await shows(desk, tab, STANDINGS[ApprovalState.COMPLETED].word, _BLOCKED)
    assert "The version was fetched into the feed" in told
    assert f"Feed Owner allowed exactly version 2.1.0, within 60 minutes. {WHY}" in told
    assert await choices(tab) == []
    await _is_blocked(desk, name)
    assert (await desk.case(name)).saved_external == ("2.1.0",)


async def _asked_on_the_page(open_tab: OpenTab, desk: Desk, name: PackageName) -> str:
    """Let a colleague ask by the form, with a mistake first; return the link of the letter to the owners."""
    tab = await open_tab()
    await sign_in(tab, desk.stack.app_url, "contributor", then="/api/requests")
    await look_over(tab, "ask")
    assert await send(tab, "", feed=TITLE, ecosystem="npm", name=name.spelling) == 400
    assert "Say why: a reason is required." in await words(tab)
    await look_over(tab, "ask-mistake")
    # Feedwarden has opened a request of its own by then, but nobody had asked: this is the first to do so.
    assert await send(tab, "", reason=WHY) == 201
    assert "The owners of the feed are asked" in await words(tab)
    await look_over(tab, "asked")
    return (await desk.mail("Asked", name)).link()


async def test_what_is_allowed_for_a_time_is_revoked_on_its_page(open_tab: OpenTab, desk: Desk) -> None:
    """A colleague asks, an owner through a group allows all versions for three days, and takes it back."""
    name = desk.collides("acme-quotes", "2.1.0", **OLD)
    tab = await arrive(open_tab, desk, "group-owner", await _asked_on_the_page(open_tab, desk, name))
    assert f"Feed Publisher asked for versions of {name.spelling} from outside." in await words(tab)
    await look_over(tab, "open")
    assert await send(tab, "allow-period", days="3", reason=WHY) == 200
    told = await shows(desk, tab, STANDINGS[ApprovalState.IN_FORCE].word, "it may still refuse them")
    assert [part for part in _IN_FORCE if part not in told] == []
    assert desk.stage.switch(name) == "allowExternalVersions"
    await look_over(tab, "in-force")
    assert await send(tab, "revoke", reason="They have moved on.") == 200
    told = await shows(desk, tab, STANDINGS[ApprovalState.REVOKED].word, _BLOCKED)
    assert "It was taken back" in told
    await look_over(tab, "revoked")
    await _is_blocked(desk, name)
    happened = [kind for kind in await desk.events(name) if kind.startswith("approval-")]
    assert happened == [f"approval-{step}" for step in ("asked", "granted", "opening", "opened", "revoked")]


async def test_what_strangers_publish_stays_text(open_tab: OpenTab, desk: Desk) -> None:
    """Mark-up, links, scripts and hidden letters of a public package, on the page and in the mail."""
    name = desk.collides("acme-mirror", **_HOSTILE)
    desk.stage.publish_job(name, OURS)
    mail = await desk.mail("A public package has the name", name)
    letter = await open_tab()
    await letter.page.goto(f"{desk.stack.mail_url}/mails/{mail.number}/html")
    tab = await arrive(open_tab, desk, "owner", mail.link())
    for one in (letter, tab):
        assert await one.page.locator("script, img, iframe, object, embed, b, [onerror], [onmouseover]").count() == 0
        leads = [await link.get_attribute("href") or "" for link in await one.page.locator("a").all()]
        assert [address for address in leads if "evil" in address] == []
        told = await words(one)
        assert not set(_HIDDEN) - set("gnp.exe") & set(told)
        assert "Approve here" in told
    assert "<script>alert(2)</script>" in await words(tab)
    await look_over(tab, "hostile")
    await letter.shoot("approval-hostile-mail")


async def test_an_owner_decides_by_keyboard(open_tab: OpenTab, desk: Desk) -> None:
    """The focus goes through everything in order and can be seen, on a narrow window too; Enter sends."""
    name = desk.collides("acme-keys")
    tab = await arrive(open_tab, desk, "owner", desk.asks(name), width=320)
    assert await walk_by_keyboard(tab) == await controls(tab)
    await fill_in(tab, "decline", reason=WHY)
    await tab.page.keyboard.press("Tab")
    async with tab.page.expect_navigation():
        await tab.page.keyboard.press("Enter")
    assert (await desk.approval(name)).state is ApprovalState.DECLINED


async def test_the_cookie_is_this_hosts_alone(open_tab: OpenTab, desk: Desk) -> None:
    """By its name and by its flags; scripts cannot read it, and other sites' forms do not carry it."""
    tab = await open_tab()
    await sign_in(tab, desk.stack.app_url, "contributor", then="/api/requests")
    ours = [cookie for cookie in await tab.page.context.cookies() if cookie["name"] != "AppServiceAuthSession"]
    assert [(one["name"], one["domain"], one["path"]) for one in ours] == [("__Host-feedwarden", "127.0.0.1", "/")]
    assert [(one["secure"], one["httpOnly"], one["sameSite"]) for one in ours] == [(True, True, "Lax")]


async def test_scanners_of_mails_change_nothing(browser: Browser, desk: Desk) -> None:
    """All that mails, cards and a feed's list lead to is opened and submitted twice, and nothing moves."""
    links = desk.letters()
    feed = (await desk.case(PackageName.of(Ecosystem.NPM, "acme-mirror"))).feed
    links.add(desk.links().to_requests_of(feed))
    before, feeds = await desk.everything(), desk.feeds()
    done = await scan(links, browser=browser)
    assert await desk.everything() == before
    assert desk.feeds() == feeds
    assert done.failures == []
    assert {status for (_, status) in done.statuses} <= {200, 401}
    told = [line for line in desk.stack.app_log().splitlines() if "link opened without sign-in" in line]
    assert sum(f"method=HEAD agent={USER_AGENT}" in line for line in told) == 2 * len(links)
    assert sum(f"method=GET agent={USER_AGENT}" in line for line in told) == 2 * len(links)
    assert sum("method=GET agent='Mozilla" in line for line in told) >= 2 * len(links)
