"""Decisions: what is taken, what is refused and how the page comes back, and what is noted in the log."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from shared.application.approve.answers import Choice, OwnerDecision
from shared.errors import (
    AlreadyDecided,
    BadField,
    DecisionRefused,
    EvidenceChanged,
    LinkExpired,
    NotAnOwner,
    UpstreamUnavailable,
)
from shared.web.messages import WebAnswer
from tests.web.reading import Page
from tests.web.scenes import (
    OUTSIDER,
    OWNER,
    PACK,
    PATH,
    REASON,
    TOKEN,
    Site,
    decide,
    form,
    granted,
    keys_of,
    request,
    text_of,
    view,
)

DECLINE = {"choice": "decline", "reason": REASON}


def page_of(answer: WebAnswer) -> Page:
    """Read a page."""
    return Page(text_of(answer))


async def test_a_decision_is_handed_on_and_the_page_shown_again() -> None:
    """303 to the page itself, so that reloading decides nothing."""
    site = Site()
    answer = await decide(site, {"choice": "allow-version", "version": "3.2.1", "reason": REASON})
    assert (answer.status, answer.headers["Location"], answer.body) == (303, PATH, b"")
    expected = OwnerDecision(Choice.ALLOW_VERSION, REASON, PACK.digest(), PACK, version="3.2.1")
    assert site.desk.decisions == [(OWNER, expected)]


async def test_the_forms_of_a_page_are_taken() -> None:
    """As the browser sends them: what the page holds, and the cookie that it set."""
    for choice in ("allow-version", "allow-period", "decline"):
        site = Site()
        answer = await site.pages.link(request(), TOKEN)
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
        fields = page_of(answer).form(choice).fields | {"reason": REASON}
        sent = form(fields, cookie=cookie, origin="null", sec_fetch_site="same-origin")
        assert (await site.pages.link(sent, TOKEN)).status == 303
        ((_, decision),) = site.desk.decisions
        assert (decision.choice.value, decision.shown) == (choice, PACK)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"csrf": ""}, 403),
        ({"csrf": "forged"}, 403),
        ({"cookie": ""}, 403),
        ({"sec_fetch_site": "cross-site"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"content_type": "text/plain"}, 400),
        ({"content_type": "multipart/form-data"}, 400),
        ({"reason": "x" * 70_000}, 413),
    ],
)
async def test_forms_of_others_are_refused(change: dict[str, str], status: int) -> None:
    """Nothing is changed, and nothing of what they hold is shown: somebody else may have written it."""
    site = Site()
    hidden, cookie = keys_of(site)
    fields = hidden | DECLINE | {key: value for key, value in change.items() if key in {"csrf", "reason"}}
    headers = {"cookie": cookie} | {key: value for key, value in change.items() if key not in fields}
    answer = await site.pages.link(form(fields, PATH, actor=OWNER, **headers), TOKEN)
    assert answer.status == status
    assert REASON not in text_of(answer)
    assert site.desk.decisions == []


async def test_a_page_for_one_person_is_of_no_use_to_another() -> None:
    """Signed in meanwhile as somebody else."""
    site = Site()
    hidden, cookie = keys_of(site, OWNER)
    answer = await site.pages.link(form(hidden | DECLINE, actor=OUTSIDER, cookie=cookie), TOKEN)
    assert answer.status == 403
    assert site.desk.decisions == []


async def test_mistakes_are_told_beside_their_fields_and_nothing_is_lost() -> None:
    """400, the focus on what is wrong, what was typed still there, in its own form only."""
    site = Site()
    answer = await decide(
        site, {"choice": "allow-version", "version": "1 2", "reason": "A <b>reason</b>\nof two lines"}
    )
    assert answer.status == 400
    page = page_of(answer)
    assert "That was not taken" in page.text
    assert "#allow-version-version" in page.links
    assert {"trouble", "allow-version-version-wrong"} <= set(page.ids)
    assert ("autofocus", None) in page.attributes
    assert ("aria-describedby", "allow-version-version-hint allow-version-version-wrong") in page.attributes
    fields = page.form("allow-version").fields
    assert (fields["version"], fields["reason"]) == ("1 2", "A <b>reason</b>\nof two lines")
    assert page.form("decline").fields["reason"] == ""
    assert site.desk.decisions == []


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (AlreadyDecided("Omar Owner allowed all versions, for 7 days."), 409, "Omar Owner allowed all versions"),
        (DecisionRefused("Omar Owner agreed to something else."), 422, "agreed to something else"),
        (LinkExpired("The time to decide is over."), 410, "The time to decide is over"),
        (BadField("The policy knows no emergencies here.", field="emergency"), 400, "no emergencies"),
    ],
)
async def test_what_the_use_case_refuses(error: Exception, status: int, words: str) -> None:
    """The present page, why, and what was typed."""
    site = Site()
    site.desk.decide_fails = [error]
    answer = await decide(site, {"choice": "allow-period", "days": "5", "reason": REASON})
    assert answer.status == status
    page = page_of(answer)
    assert words in page.text
    fields = page.form("allow-period").fields
    assert (fields["days"], fields["reason"]) == ("5", REASON)


async def test_changed_evidence_comes_back_with_what_changed() -> None:
    """409; the forms carry the present evidence, so whoever agrees again agrees to that."""
    site = Site()
    changes = ("its latest version was 3.2.1 and is 99.0.0\u202e",)
    site.desk.decide_fails = [EvidenceChanged("Look again, then decide.", changes=changes)]
    answer = await decide(site, {**DECLINE, "digest": "what was shown"})
    assert answer.status == 409
    page = page_of(answer)
    assert "its latest version was 3.2.1 and is 99.0.0\ufffd" in page.text
    assert page.form("decline").fields["digest"] == PACK.digest()
    assert page.form("decline").fields["reason"] == REASON


async def test_who_lost_the_feed_meanwhile_sees_no_evidence() -> None:
    """The decision is asked anew; the page believed a minute longer."""
    site = Site()
    site.desk.decide_fails = [NotAnOwner("not an owner of the feed. Ask one of its owners: Omar Owner.")]
    answer = await decide(site, DECLINE)
    assert answer.status == 403
    assert "Ask one of its owners: Omar Owner." in text_of(answer)
    assert page_of(answer).forms == []


async def test_an_old_link_decides_nothing_but_takes_back() -> None:
    """410 and nothing done; revoking goes through, since it only closes."""
    site = Site()
    site.desk.shown = view(granted(), link_expired=True)
    assert (await decide(site, DECLINE)).status == 410
    assert site.desk.decisions == []
    assert (await decide(site, {"choice": "revoke", "reason": REASON})).status == 303
    assert [decision.choice for _, decision in site.desk.decisions] == [Choice.REVOKE]


async def test_a_service_that_is_down_is_nobodys_fault() -> None:
    """503, wherever it happens."""
    for use in ("look_fails", "decide_fails"):
        site = Site()
        setattr(site.desk, use, [UpstreamUnavailable("no answer", service="tables")])
        answer = await decide(site, DECLINE)
        assert answer.status == 503
        assert "tables" not in text_of(answer)


async def test_refusals_are_noted_with_who(caplog: pytest.LogCaptureFixture) -> None:
    """By tenant and object id; never with the link."""
    site = Site()
    site.desk.decide_fails = [DecisionRefused("Not now.")]
    with caplog.at_level(logging.INFO):
        await decide(site, DECLINE)
        await decide(site, DECLINE)
        await decide(site, {**DECLINE, "csrf": "forged"})
    told: list[Any] = [line.partition(" who=")[0] for line in caplog.messages]
    assert told == ["decision refused", "decision taken", "form refused"]
    assert all(f"who={OWNER.tenant}/{OWNER.object_id}" in line for line in caplog.messages)
    assert TOKEN not in caplog.text
