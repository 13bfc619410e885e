"""The played sign-in in a real browser, and the stack that the pages are tried on."""

from __future__ import annotations

import pytest

from local.stack import Stack
from tests.browser.mailbox import Mail, Mailbox
from tests.browser.people import PERSONAS, choose, client_of, sign_in, sign_out
from tests.browser.tabs import OpenTab, Tab

pytestmark = [pytest.mark.stack, pytest.mark.azurite]


async def test_a_person_signs_in_and_out(tab: Tab, approval_stack: Stack) -> None:
    """Each tab is somebody else: the one that is signed in, and a stranger beside it."""
    url = approval_stack.app_url
    owner = await sign_in(tab, url, "owner", then="/.auth/me")
    assert tab.page.url == f"{url}/.auth/me"
    assert owner.object_id in await tab.page.inner_text("body")
    with client_of(url) as stranger, client_of(url, "owner") as same:
        assert [client.get("/.auth/me").status_code for client in (stranger, same)] == [401, 200]
    await sign_out(tab, url)
    # The same cookies, without a page: a browser shows an empty refusal as an error of its own.
    assert (await tab.page.request.get(f"{url}/.auth/me")).status == 401


async def test_the_page_of_the_sign_in_can_be_used_by_anybody(open_tab: OpenTab, approval_stack: Stack) -> None:
    """Narrow, dark, without scripts and by keyboard; axe finds nothing."""
    tab = await open_tab(width=320, dark=True, scripts=False)
    await tab.page.goto(f"{approval_stack.app_url}/.auth/login/aad")
    for persona in PERSONAS.values():
        assert persona.name in await tab.page.inner_text("main")
    assert await tab.overflow() == 0
    await tab.shoot("sign-in")
    await tab.page.keyboard.press("Tab")
    async with tab.page.expect_navigation():
        await tab.page.keyboard.press("Enter")
    assert await tab.page.inner_text("h1") == "You have successfully signed in"
    light = await open_tab()
    await light.page.goto(f"{approval_stack.app_url}/.auth/login/aad")
    assert await light.barriers() == []
    await choose(light, "outsider")


def test_the_links_of_a_mail_are_found() -> None:
    """Once each, from both parts; one who wants the only link is told where there are more."""
    mail = Mail(1, "s", ("a@b.test",), "Open:\nhttp://host.test/a?b=1\n", '<a href="http://host.test/a?b=1">Open</a>')
    assert mail.link() == "http://host.test/a?b=1"
    more = Mail(1, "s", (), "http://host.test/a", "<a href=http://host.test/b>b</a>")
    assert more.links() == ("http://host.test/a", "http://host.test/b")
    with pytest.raises(AssertionError):
        more.link()


async def test_the_mailbox_begins_empty(mailbox: Mailbox) -> None:
    """What others got before is not this test's."""
    assert mailbox.mails() == []
