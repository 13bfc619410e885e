"""The pages as people use them: opening links, filling in forms, moving by keyboard; and what every page must keep."""

from __future__ import annotations

import re
from html import escape
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.async_api import Response

from tests.browser.desk import Desk
from tests.browser.people import sign_in
from tests.browser.tabs import OpenTab, Tab

_HEADERS: Final = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "content-type": "text/html; charset=utf-8",
}
_POLICY: Final = re.compile(
    r"default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; img-src data:; form-action 'self'; "
    r"frame-ancestors 'none'; base-uri 'none'"
)
_ELSEWHERE: Final = "http://elsewhere.example.test/"
# What can be reached by keyboard, in the order of the page; and the outline of the one that has the focus.
_CONTROLS: Final = """() => Array.from(
  document.querySelectorAll('a[href], button, select, textarea, input:not([type=hidden])')).map(
    (one) => [one.tagName, one.form?.id || '', one.name || one.textContent.trim()].join(' '))"""
_FOCUS: Final = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const seen = one.matches(':focus-visible') && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return [[one.tagName, one.form?.id || '', one.name || one.textContent.trim()].join(' '),
    seen && box.width > 0 && box.left >= 0 && box.right <= innerWidth];
}"""


async def open_page(tab: Tab, url: str) -> int:
    """Open a page of ours; return its status."""
    return await _status(await tab.page.goto(url))


async def arrive(open_tab: OpenTab, desk: Desk, persona: str, link: str, **how: Any) -> Tab:  # noqa: ANN401  # of a tab
    """Sign in and come to a page, in a tab of that person's own."""
    tab = await open_tab(**how)
    await sign_in(tab, desk.stack.app_url, persona, then=urlsplit(link).path)
    assert tab.page.url == link
    return tab


async def fill_in(tab: Tab, choice: str, **typed: str) -> None:
    """Type into the form of one choice; the empty choice is the only form of a page."""
    form = tab.page.locator(f"form#{choice}" if choice else "form")
    for field, text in typed.items():
        control = form.locator(f'[name="{field}"]')
        if await control.evaluate("one => one.tagName") == "SELECT":
            await control.select_option(text)
        else:
            await control.fill(text)


async def send(tab: Tab, choice: str, **typed: str) -> int:
    """Fill in the form of one choice and send it; return the status of the page that comes."""
    await fill_in(tab, choice, **typed)
    form = tab.page.locator(f"form#{choice}" if choice else "form")
    async with tab.page.expect_navigation() as going:
        await form.locator("button").click()
    return await _status(await going.value)


async def send_from_elsewhere(tab: Tab, url: str, **typed: str) -> int:
    """Send the form of a page of another site, as if that had tricked somebody into it; return the status."""
    fields = "".join(f'<input name="{name}" value="{escape(text)}">' for name, text in typed.items())
    page = f'<form method="post" action="{url}">{fields}<button>Win a prize</button></form>'
    await tab.page.route(_ELSEWHERE, lambda route: route.fulfill(body=page, content_type="text/html"))
    await tab.page.goto(_ELSEWHERE)
    return await send(tab, "")


async def words(tab: Tab) -> str:
    """Return what the page says, on one line."""
    return " ".join((await tab.page.inner_text("body")).split())


async def choices(tab: Tab) -> list[str]:
    """Return what the page offers to decide."""
    return [await one.input_value() for one in await tab.page.locator('input[name="choice"]').all()]


async def shows(desk: Desk, tab: Tab, *texts: str) -> str:
    """Open the page again until it shows all of that; return what it says then."""

    async def is_there() -> bool:
        await tab.page.reload()
        told = await words(tab)
        return all(text in told for text in texts)

    await desk.until(is_there, look_every_seconds=0.5)
    return await words(tab)


async def look_over(tab: Tab, name: str) -> None:
    """Insist that everybody can use the page, narrow and dark, wide and light; both pictures are kept."""
    for width, scheme in ((320, "dark"), (1280, "light")):
        await tab.page.set_viewport_size({"width": width, "height": 800})
        await tab.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        await tab.shoot(f"approval-{name}-{width}-{scheme}")
        assert await tab.barriers() == []
        assert await tab.overflow() == 0


async def walk_by_keyboard(tab: Tab) -> list[str]:
    """Press Tab through the whole page; return where the focus went, each time to be seen."""
    went: list[str] = []
    await tab.page.evaluate("document.activeElement.blur()")
    for _ in await tab.page.evaluate(_CONTROLS):
        await tab.page.keyboard.press("Tab")
        focus = await tab.page.evaluate(_FOCUS)
        assert focus is not None, f"no focus after {went}"
        assert focus[1], f"the focus on {focus[0]} cannot be seen"
        went.append(focus[0])
    return went


async def controls(tab: Tab) -> list[str]:
    """Return all links, fields and buttons of the page, in its order."""
    return list(await tab.page.evaluate(_CONTROLS))


async def _status(response: Response | None) -> int:
    assert response is not None
    headers = await response.all_headers()
    assert {name: headers.get(name) for name in _HEADERS} == _HEADERS
    assert _POLICY.fullmatch(headers["content-security-policy"])
    return response.status
