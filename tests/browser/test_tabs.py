"""The tests' own tools: what they must see, lest a fault be missed."""

from __future__ import annotations

import pytest
from playwright.async_api import Error
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from local.simulators.server import serving
from tests.browser.tabs import OpenTab, Tab

_PAGES = {
    "/script": "<script>nothing.at.all()</script>",
    "/console": "<script>console.error('no good')</script>",
    "/missing": "<img src=/not-there alt=x>",
    "/away": "<img src=https://elsewhere.example.test/pixel alt=x>",
    "/policy": "<style>p{color:red}</style>",
    "/fine": "<title>t</title><main><h1>Fine</h1><p>text</p></main>",
    "/wide": "<title>t</title><main><h1>Wide</h1><div style='width:900px'>x</div><img src='data:,'></main>",
}


async def _page(request: Request) -> Response:
    path = request.url.path
    headers = {"content-security-policy": "default-src 'none'"} if path == "/policy" else {}
    status = 404 if path == "/not-there" else 403 if path == "/fine" else 200
    return HTMLResponse(f"<!DOCTYPE html><html lang=en>{_PAGES.get(path, '')}", status, headers)


_SITE = Starlette(routes=[Route("/{path:path}", _page)])


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/script", "script: nothing is not defined"),
        ("/console", "console: no good"),
        ("/missing", "answer: 404 to GET"),
        ("/away", "request: GET https://elsewhere.example.test/pixel"),
        ("/policy", "console: Applying inline style"),
    ],
)
async def test_trouble_is_seen(tab: Tab, path: str, said: str) -> None:
    """Scripts, console, missing parts, requests that leave this machine, and what the policy keeps out."""
    async with serving(_SITE) as url:
        await tab.page.goto(url + path, wait_until="networkidle")
    assert [line for line in tab.trouble if line.startswith(said)], tab.trouble
    tab.trouble.clear()


async def test_a_refusal_is_no_trouble(tab: Tab) -> None:
    """A page may be a 403; axe and the width are content with it too."""
    async with serving(_SITE) as url:
        answer = await tab.page.goto(f"{url}/fine")
    assert answer is not None
    assert answer.status == 403
    assert (await tab.barriers(), await tab.overflow(), tab.trouble) == ([], 0, [])


async def test_barriers_and_overflow_are_seen(open_tab: OpenTab) -> None:
    """An image without words, and a page that must be scrolled sideways."""
    tab = await open_tab(width=320)
    async with serving(_SITE) as url:
        await tab.page.goto(f"{url}/wide")
    assert await tab.overflow() > 500
    assert [line for line in await tab.barriers() if line.startswith("image-alt")]
    tab.trouble.clear()


async def test_scripts_can_be_off(open_tab: OpenTab) -> None:
    """As for those who keep them off."""
    tab = await open_tab(scripts=False, dark=True)
    async with serving(_SITE) as url:
        await tab.page.goto(f"{url}/script")
    assert tab.trouble == []


async def test_the_browser_stays_on_this_machine(tab: Tab) -> None:
    """Whatever a page leads to."""
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        await tab.page.goto("http://elsewhere.example.test/")
    tab.trouble.clear()
