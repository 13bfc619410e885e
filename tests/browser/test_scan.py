"""The scanner with a real browser: it runs what a page runs, and still signs nobody in."""

from __future__ import annotations

from playwright.async_api import Browser

from local.scanner import scan
from local.simulators.server import serving
from tests.local.scanner.site import Site


async def test_pages_are_opened_and_their_forms_submitted_with_scripts_on(browser: Browser) -> None:
    """Twice, beside what is done over HTTP; the page's script runs, and its question is answered."""
    site = Site()
    async with serving(site.app()) as url:
        done = await scan([f"{url}/start"], browser=browser)
    assert (done.heads, done.gets, done.opened) == (8, 8, 8)
    # Over HTTP and in the browser, twice.
    assert site.decided == {"allow scanned now token": 4, "decline scanned now token": 4}
    assert done.submitted == 8
    # Once a round to look, and once before each way to fill in the form.
    assert site.hits["POST", "/beacon"] == 6
    assert any("Chrome" in agent for agent in site.user_agents)
    assert site.hits["POST", "/.auth/login/aad/callback"] == 0
    assert done.elsewhere == {"https://elsewhere.example.test/"}
    assert done.failures == []


async def test_it_may_look_once_only(browser: Browser) -> None:
    """As many rounds as are asked for."""
    async with serving(Site().app()) as url:
        assert (await scan([f"{url}/next"], browser=browser, rounds=1)).opened == 1
