"""The scanner over HTTP: what it touches, and what it leaves alone."""

from __future__ import annotations

from local.scanner import scan
from local.scanner.scan import USER_AGENT
from local.simulators.server import serving
from tests.local.scanner.site import Site


async def test_everything_is_touched_twice() -> None:
    """HEAD and GET of each page and of what follows a form, each choice of the form submitted, no page of others."""
    site = Site()
    async with serving(site.app()) as url:
        done = await scan([f"{url}/start"])
    pages = ("/start", "/next", "/.auth/login/aad", "/done")
    assert {path: (site.hits["HEAD", path], site.hits["GET", path]) for path in pages} == dict.fromkeys(pages, (2, 2))
    assert site.decided == {"allow scanned now token": 2, "decline scanned now token": 2}
    assert site.user_agents == {USER_AGENT}
    assert (done.heads, done.gets, done.submitted, done.opened) == (8, 8, 4, 0)
    assert done.pages == {url + path for path in pages}
    assert done.elsewhere == {"https://elsewhere.example.test/"}


async def test_nobody_is_signed_in() -> None:
    """The sign-in's form stands for a page that asks for a password."""
    site = Site()
    async with serving(site.app()) as url:
        done = await scan([f"{url}/start"])
        assert done.not_submitted == {f"{url}/.auth/login/aad/callback"}
    assert site.hits["POST", "/.auth/login/aad/callback"] == 0


async def test_trouble_of_the_server_is_told() -> None:
    """Other answers are none."""
    async with serving(Site().app()) as url:
        done = await scan([f"{url}/start"])
    assert done.failures == []
    done.statuses["POST", 503] += 1
    assert done.failures == [("POST", 503)]
