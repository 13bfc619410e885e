"""How a request stands, as its page tells it: what was just recorded, what comes next, and nothing that contradicts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.approvals import Actor, ApprovalState, Grant
from shared.domain.policy import Protection
from shared.domain.reasons import Reason
from tests.fakes.times import START
from tests.web.reading import Page
from tests.web.scenes import (
    OWNER,
    SECOND,
    TOKEN,
    Site,
    approval,
    asked_by,
    case,
    ended,
    granted,
    request,
    text_of,
    view,
    vote,
)
from tests.web.test_request_page import page_of

_S = ApprovalState
_RELOAD = "Reload this page to see how far it is."
_ONE = Grant("3.2.1", timedelta(hours=1))


async def test_what_was_revoked_contradicts_nothing() -> None:
    """A saved version is there still, and new ones are on their way to being blocked."""
    found = case(
        protection=Protection.EXPOSED,
        reasons=(Reason.SAVED_EXTERNAL_VERSIONS, Reason.PROPAGATING),
        saved_external=("3.2.1",),
    )
    text = (await page_of(view(ended(_S.REVOKED), case=found))).text
    assert "It was taken back." in text
    assert "blocked again" not in text
    assert "3.2.1 was saved and can still be installed; an owner deletes it in Azure Artifacts." in text
    assert "versions from outside are blocked again" in (await page_of(view(ended(_S.REVOKED)))).text


async def test_what_has_ended_does_not_end_any_more() -> None:
    """While it is being closed only the end stands there."""
    page = await page_of(view(replace(ended(_S.CLOSING), closing_as=_S.REVOKED)))
    assert "Ended 1 March 2025, 11:30 UTC" in page.text
    assert "at the latest, by itself" not in page.text


async def test_a_permission_for_one_version_may_end_before_it_takes_effect() -> None:
    """Then nobody is told of a time after its end, but what happens if Azure is slower."""
    short = granted(grant=_ONE, until=START + timedelta(minutes=10))
    text = (await page_of(view(short))).text
    assert "it may still refuse them" not in text
    assert "If it does not before 1 March 2025, 12:10 UTC, this permission ends" in text
    assert "14:00" not in text


@pytest.mark.parametrize("state", [_S.COMPLETED, _S.CLOSING])
async def test_what_was_fetched_stays_until_somebody_deletes_it(state: ApprovalState) -> None:
    """And the page says how."""
    done = replace(ended(state, actor=None, why="version 3.2.1 is saved"), grant=_ONE, closing_as=_S.COMPLETED)
    assert "choose that version, and delete it" in (await page_of(view(done))).text
    other = replace(done, state=_S.EXPIRED, closing_as=_S.EXPIRED)
    assert "choose that version, and delete it" not in (await page_of(view(other))).text


async def _seen_by(actor: Actor, *, state: ApprovalState = _S.GRANTED, **members: object) -> str:
    site = Site()
    site.desk.shown = view(granted(state, **members))
    return Page(text_of(await site.pages.link(request(actor=actor), TOKEN))).text


async def test_who_decided_sees_that_it_was_recorded() -> None:
    """They, and not others; what Feedwarden does to carry it out changes nothing about that."""
    recorded = "Recorded: you allowed all versions, for 7 days, on 1 March 2025, 10:00 UTC."
    for state in (_S.GRANTED, _S.OPENING, _S.IN_FORCE):
        assert recorded in await _seen_by(SECOND, state=state)
        assert "Recorded" not in await _seen_by(OWNER, state=state)
    revoked = "Recorded: you revoked it, on 1 March 2025, 11:30 UTC."
    assert revoked in await _seen_by(SECOND, state=_S.REVOKED, ending=ended(_S.REVOKED).ending)
    assert "Recorded" not in await _seen_by(SECOND, state=_S.EXPIRED, ending=ended(_S.EXPIRED, None).ending)
    site = Site()
    site.desk.shown = view(approval(asks=(asked_by(OWNER),)))
    assert (
        "Recorded: you asked for versions from outside" in Page(text_of(await site.pages.link(request(), TOKEN))).text
    )


async def test_who_waits_is_told_to_look_again() -> None:
    """As long as something moves by itself; not where a week has to pass."""
    for state in (_S.GRANTED, _S.OPENING):
        assert _RELOAD in await _seen_by(OWNER, state=state)
    assert _RELOAD in await _seen_by(OWNER, state=_S.CLOSING, ending=ended(_S.REVOKED).ending)
    assert _RELOAD in await _seen_by(OWNER, state=_S.IN_FORCE, grant=_ONE)
    assert _RELOAD not in await _seen_by(OWNER, state=_S.IN_FORCE)
    assert _RELOAD not in (await page_of(view())).text


async def test_one_owner_allows_and_several_agree() -> None:
    """One step where one was enough; otherwise each, and that it was enough."""
    alone = (await page_of(view(granted()))).text
    assert "Omar Owner allowed all versions, for 7 days. Looked at it" in alone
    assert "agreed" not in alone
    both = (await page_of(view(granted(votes=(vote(OWNER), vote(SECOND)))))).text
    for words in (
        "Olga Owner agreed to allow all versions",
        "Omar Owner agreed to allow all versions",
        "it was allowed",
    ):
        assert words in both
    assert (
        "Omar Owner agreed to allow" in (await page_of(view(granted(_S.OPEN, granted_at=None, switched_at=None)))).text
    )


async def test_a_reason_keeps_its_lines() -> None:
    """As it was typed, and still inert."""
    asked = asked_by(reason="First.\n\n\nSecond: <b>\u202e</b>.")
    site = Site()
    site.desk.shown = view(approval(asks=(asked,)))
    html = text_of(await site.pages.link(request(), TOKEN))
    assert html.count("First.\nSecond: &lt;b&gt;\ufffd&lt;/b&gt;.") == 2


async def test_labels_and_the_way_to_the_decision() -> None:
    """Read out alone, each field says what it is for; and nobody has to scroll past the evidence."""
    page = await page_of(view())
    for label in ("Reason for allowing this version", "Reason for allowing all versions", "Reason for declining"):
        assert page.text.count(label) == 1
    assert "#decide" in page.links
    assert "decide" in page.ids
    over = await page_of(view(ended(_S.DECLINED)))
    assert "#decide" not in over.links
