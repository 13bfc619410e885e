"""Whoever asked learns what became of it, on the page that is refused to them otherwise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.domain.approvals import Actor, Approval, ApprovalState, Ending
from shared.web.own_request import own_request
from tests.fakes.times import START
from tests.web.reading import Page
from tests.web.scenes import (
    OUTSIDER,
    OWNS_NOT,
    PACK,
    SECOND,
    TOKEN,
    Site,
    approval,
    asked_by,
    ended,
    granted,
    request,
    text_of,
    view,
)

_S = ApprovalState
_EVIDENCE = ("3.2.1", "zoe", "unrelated", "Looked at it", PACK.digest()[:16])


async def _told(of: Approval, *, actor: Actor = OUTSIDER, newest: Approval | None = None) -> Page:
    site = Site()
    site.desk.shown = view(of, ownership=OWNS_NOT, newest=newest)
    answer = await site.pages.link(request(actor=actor), TOKEN)
    assert answer.status == 403
    page = Page(text_of(answer))
    assert page.forms == []
    assert [words for words in _EVIDENCE if words in text_of(answer)] == []
    return page


async def test_an_open_request() -> None:
    """It waits, since when; nobody is sent to ask a second time."""
    page = await _told(approval(asks=(asked_by(),)))
    assert "Your request: Waiting for an owner" in page.text
    assert "You asked 28 February 2025, 16:00 UTC" in page.text
    assert not [link for link in page.links if link.startswith("/api/requests")]
    assert "You are not an owner of the feed: neither by name nor through a group." in page.text


async def test_a_request_that_was_allowed() -> None:
    """What, and until when."""
    page = await _told(granted())
    for words in (
        "Your request: In force",
        "Allowed all versions, for 7 days",
        "8 March 2025, 12:00 UTC at the latest",
    ):
        assert words in page.text


async def test_a_request_that_was_declined_tells_the_owners_reason() -> None:
    """In the owner's words and lines, inert; and that one may ask again."""
    why = Ending(START, SECOND, "We have our own.\nUse <b>that</b>.")
    page = await _told(approval(_S.DECLINED, asks=(asked_by(),), ending=why))
    assert "Your request: Declined An owner declined it. Omar Owner gave this reason: We have our own." in page.text
    assert "Use <b>that</b>." in page.text
    assert any(link.startswith("/api/requests?") for link in page.links)


@pytest.mark.parametrize("state", [one for one in ApprovalState if one not in {_S.NEW, _S.OPEN, _S.DECLINED}])
async def test_what_feedwarden_ended_tells_no_evidence(state: ApprovalState) -> None:
    """Why it did is about the public package."""
    of = ended(state, None, "accounts publish it that did not before: zoe")
    assert "Your request: " in (await _told(replace(of, closing_as=_S.REVOKED))).text


async def test_who_has_not_asked_learns_nothing() -> None:
    """Another person's request is theirs."""
    page = await _told(approval(asks=(asked_by(SECOND, "Mine alone."),)))
    assert "Your request" not in page.text
    assert "Mine alone." not in page.text
    assert own_request(view(approval()), OUTSIDER) is None


async def test_the_newest_request_of_theirs_is_told() -> None:
    """An old link leads to it as well, and not to one that others made."""
    old = approval(_S.UNANSWERED, asks=(asked_by(),), ending=Ending(START, None, "nobody decided in time"))
    again = replace(granted(), approval_id="request-2")
    assert "Your request: In force" in (await _told(old, newest=again)).text
    of_others = replace(granted(asks=(asked_by(SECOND),)), approval_id="request-2")
    assert "Your request: Not answered" in (await _told(old, newest=of_others)).text
