"""The page of one request says what is so: whose evidence it shows, who reads a reason, what has changed."""

from __future__ import annotations

import pytest

from shared.application.approve.answers import RequestView
from shared.domain.approvals import ApprovalState
from shared.errors import EvidenceChanged
from tests.web.reading import Page
from tests.web.scenes import PATH, TOKEN, Site, approval, asked_by, decide, ended, granted, request, text_of, view

_WORSE = "its latest version was 1.0.0 and is 2.0.0"


async def _page(seen: RequestView) -> str:
    site = Site()
    site.desk.shown = seen
    return text_of(await site.pages.link(request(), TOKEN))


async def test_the_evidence_of_a_request_that_is_decided_is_not_called_the_decisions() -> None:
    """What is shown is what is known now; the decision carries the digest of what was known then."""
    then = Page(await _page(view(ended(ApprovalState.DECLINED)))).text
    assert "What is known of the public package now" in then
    assert "which the decision carries" not in then
    open_one = Page(await _page(view())).text
    assert "which the decision carries" in open_one
    assert "public package now" not in open_one


async def test_a_reason_to_decline_is_read_by_whoever_asked() -> None:
    """Where nobody asked but Feedwarden, nobody does."""
    assert "Whoever asked reads it." in await _page(view(approval(asks=(asked_by(),))))
    assert "Whoever asked reads it." not in await _page(view(approval()))


@pytest.mark.parametrize("since", [(_WORSE,), (_WORSE, "it runs install scripts: postinstall")])
async def test_what_changed_is_told_once(since: tuple[str, ...]) -> None:
    """Where the same has changed since the page was shown as since the request was opened."""
    site = Site()
    site.desk.shown = view(changes=since)
    site.desk.decide_fails = [EvidenceChanged("look again", changes=(_WORSE,))]
    told = Page(text_of(await decide(site, {"choice": "decline", "reason": "why"}))).text
    assert told.count(_WORSE) == len(since)
    assert ("What became worse since this was asked" in told) == (len(since) > 1)


async def test_a_mistake_stands_first_in_the_title() -> None:
    """Whoever hears the title hears of it at once, as a word of its own."""
    site = Site()
    told = text_of(await decide(site, {"choice": "decline", "reason": " "}))
    assert "<title>Mistake: acme-billing in Payments/core" in told


async def test_a_narrow_page_leads_to_the_decision_where_there_is_one() -> None:
    """The evidence stands above it, and is long."""
    for seen, offered in ((view(), True), (view(granted()), True), (view(ended(ApprovalState.REVOKED)), False)):
        page = Page(await _page(seen))
        assert ("#decide" in page.links) == offered
        assert ("decide" in page.ids) == offered
        assert PATH not in page.links
