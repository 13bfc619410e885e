"""From a request to an answer: who gets which page, what changes something, and what is noted in the log."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from shared.domain.approvals import Actor
from shared.domain.owners import Ownership, Owns
from shared.errors import (
    BadLink,
)
from shared.web.messages import WebAnswer
from shared.web.refusals import not_configured
from tests.web.reading import Page
from tests.web.scenes import (
    HOST,
    OUTSIDER,
    OWNER,
    OWNS_NOT,
    PACK,
    PATH,
    REASON,
    STRANGER,
    TITLE,
    TOKEN,
    Site,
    approval,
    decide,
    granted,
    list_view,
    request,
    text_of,
    view,
)

DECLINE = {"choice": "decline", "reason": REASON}


def page_of(answer: WebAnswer) -> Page:
    """Read a page."""
    return Page(text_of(answer))


async def test_every_page_carries_what_protects_it() -> None:
    """Also those that say no; nothing is kept, framed, sent elsewhere or run."""
    site = Site()
    answers = [
        await site.pages.link(request(), TOKEN),
        await site.pages.link(request(actor=None), TOKEN),
        await site.pages.ask(request(path="/api/requests")),
        await decide(site, DECLINE),
        not_configured(request()),
    ]
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        for rule in ("default-src 'none'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
            assert rule in policy
        assert "unsafe" not in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Robots-Tag"].startswith("noindex")


async def test_head_is_get_without_a_body() -> None:
    """The same headers, the same status."""
    site = Site()
    get = await site.pages.link(request(), TOKEN)
    head = await site.pages.link(request("HEAD"), TOKEN)
    assert (head.status, head.body) == (get.status, b"")
    assert head.headers.keys() == get.headers.keys()


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
async def test_a_scanner_learns_nothing_and_changes_nothing(method: str, caplog: pytest.LogCaptureFixture) -> None:
    """Every link looks the same to it, and it is noted, without the link."""
    site = Site()
    scanner = replace(request(method, actor=None), headers={"user-agent": "Scanner\n" + "x" * 500})
    with caplog.at_level(logging.WARNING):
        answer = await site.pages.link(scanner, TOKEN)
    assert answer.status == 401
    assert "acme" not in text_of(answer)
    assert TITLE not in text_of(answer)
    assert (site.desk.looks, site.desk.decisions) == ([], [])
    (line,) = caplog.messages
    assert line.startswith("link opened without sign-in")
    assert f"method={method}" in line
    assert "Scanner\ufffdxxx" in line
    assert TOKEN not in line
    assert len(line) < 250


async def test_the_way_to_the_sign_in_leads_back_here() -> None:
    """And nowhere else: a path that browsers read as another site is not taken over."""
    site = Site()
    (skip, link) = page_of(await site.pages.link(request(actor=None), TOKEN)).links
    assert skip == "#main"
    assert link == "/.auth/login/aad?post_login_redirect_uri=%2Fapi%2Fapprovals%2Frsample-token"
    for path in ("//evil.example/x", "/\\evil.example"):
        page = page_of(await site.pages.link(request(path=path, actor=None), TOKEN))
        assert page.links[1] == "/.auth/login/aad?post_login_redirect_uri=%2F"


async def test_without_the_platforms_sign_in_nothing_works() -> None:
    """A clear error, whatever the headers say."""
    site = Site(environment={})
    answer = await site.pages.link(request(), TOKEN)
    assert answer.status == 503
    assert "App Service Authentication is off" in text_of(answer)
    assert site.desk.looks == []


async def test_another_tenant_stays_outside(caplog: pytest.LogCaptureFixture) -> None:
    """Before anything is looked up."""
    site = Site()
    with caplog.at_level(logging.WARNING):
        answer = await site.pages.link(request(actor=STRANGER), TOKEN)
    assert answer.status == 403
    assert "another organization" in text_of(answer)
    assert site.desk.looks == []
    assert STRANGER.object_id in caplog.text


@pytest.mark.parametrize("owns", [OWNS_NOT, Ownership(Owns.UNKNOWN, "not all owners could be made out")])
async def test_who_is_no_owner_sees_no_evidence(owns: Ownership) -> None:
    """The package, the feed, why, whom to ask, and that one may ask."""
    site = Site()
    site.desk.shown = view(ownership=owns)
    answer = await site.pages.link(request(actor=OUTSIDER), TOKEN)
    assert answer.status == 403
    page = page_of(answer)
    assert page.forms == []
    for words in ("acme-billing", TITLE, f"{owns.why[1:]}.", "Olga Owner", "Omar Owner"):
        assert words in page.text
    for words in ("3.2.1", "zoe", "unrelated", PACK.digest()[:16]):
        assert words not in text_of(answer)
    assert any(link.startswith("/api/requests?") for link in page.links)


async def test_who_owns_the_feed_may_not_be_known() -> None:
    """Then the page says whom else to ask."""
    site = Site()
    site.desk.shown = view(ownership=Ownership(Owns.UNKNOWN, "it did not answer"), owners=None)
    assert "could not be made out now" in text_of(await site.pages.link(request(actor=OUTSIDER), TOKEN))


async def test_a_form_of_who_is_no_owner_changes_nothing() -> None:
    """403, and the use case is not even asked."""
    site = Site()
    site.desk.shown = view(ownership=OWNS_NOT)
    assert (await decide(site, DECLINE, actor=OUTSIDER)).status == 403
    assert site.desk.decisions == []


async def test_a_link_that_is_none() -> None:
    """404, for looking and for deciding."""
    for use in ("look_fails", "decide_fails"):
        site = Site()
        setattr(site.desk, use, [BadLink("this is no link of ours")])
        answer = await decide(site, DECLINE)
        assert answer.status == 404
        assert "This link does not work" in text_of(answer)
    site.desk.look_fails = [BadLink("this is no link of ours")]
    assert (await site.pages.link(request(), TOKEN)).status == 404


@pytest.mark.parametrize("actor", [OWNER, OUTSIDER])
async def test_the_list_of_a_feed(actor: Actor) -> None:
    """Each request with the way to its page; for owners only."""
    site = Site()
    site.desk.shown = list_view(approval(), granted(), complete=False)
    if actor is OUTSIDER:
        site.desk.shown = replace(site.desk.shown, ownership=OWNS_NOT)
    answer = await site.pages.link(request(actor=actor), TOKEN)
    page = page_of(answer)
    if actor is OUTSIDER:
        assert answer.status == 403
        assert "acme-billing" not in page.text
        assert "/api/requests" in page.links
        return
    assert answer.status == 200
    assert page.links.count(f"https://{HOST}{PATH}") == 2
    for words in ("2 open", "Waiting for an owner", "In force", "older and unrelated", "There are more"):
        assert words in page.text


async def test_a_list_may_be_empty_or_old() -> None:
    """It says so; and there is nothing to decide on it."""
    site = Site()
    site.desk.shown = list_view(link_expired=True)
    answer = await site.pages.link(request(), TOKEN)
    assert answer.status == 410
    assert "Nothing waits for a decision" in text_of(answer)
    assert (await decide(site, DECLINE)).status == 400
    assert site.desk.decisions == []
