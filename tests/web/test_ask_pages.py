"""Asking for versions from outside: the form, and the same as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.errors import (
    AlreadyDecided,
    BadField,
    DecisionRefused,
    FeedNotFound,
    TooManyAsks,
    UnknownFeed,
    UpstreamUnavailable,
)
from shared.web.messages import WebAnswer, WebRequest
from shared.web.refusals import not_configured, out_of_order
from tests.web.reading import Page
from tests.web.scenes import (
    HOST,
    OUTSIDER,
    PATH,
    REASON,
    STRANGER,
    TITLE,
    Site,
    form,
    keys_of,
    request,
    text_of,
)

ASK = "/api/requests"
JSON = "/api/v1/requests"
FIELDS = {"feed": TITLE, "ecosystem": "npm", "name": "acme-billing", "reason": REASON}
ASKED = (TITLE, "npm", "acme-billing", REASON, OUTSIDER)

REFUSALS = [
    (AlreadyDecided("This was decided already."), 409, "This was decided already."),
    (DecisionRefused("There is nothing to ask for."), 422, "There is nothing to ask for."),
    (TooManyAsks("You have asked 10 times.", retry_after=timedelta(seconds=61.2)), 429, "You have asked 10 times."),
    (UnknownFeed("No feed that Feedwarden sees is called 'x'."), 404, "No feed that Feedwarden sees"),
    (FeedNotFound("gone", service="Azure Artifacts"), 404, "There is no such feed."),
    (BadField("Say it in at most 2000 characters.", field="reason"), 400, "Say it in at most 2000 characters."),
    (UpstreamUnavailable("no answer", service="tables"), 503, "did not answer"),
]


async def ask(site: Site, fields: Mapping[str, str]) -> WebAnswer:
    """Send the form as a browser does."""
    hidden, cookie = keys_of(site, OUTSIDER, ASK)
    sent = form({"csrf": hidden["csrf"], **fields}, ASK, actor=OUTSIDER, cookie=cookie)
    return await site.pages.ask(sent)


def json_request(document: object, **headers: str) -> WebRequest:
    """Return a request of a program."""
    kind = {"content_type": "application/json; charset=utf-8"} | headers
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return replace(request("POST", JSON, actor=OUTSIDER, **kind), body=body)


def read(answer: WebAnswer) -> Any:  # noqa: ANN401  # comes from JSON
    """Read a JSON answer."""
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    return json.loads(answer.body)


async def test_the_form_is_filled_in_as_the_address_says() -> None:
    """By anybody, so it is inert; the reason is the person's own."""
    site = Site()
    query = {"feed": TITLE, "ecosystem": "npm", "name": "acme\u202e<b>", "reason": "Prefilled by a stranger"}
    answer = await site.pages.ask(replace(request(path=ASK, actor=OUTSIDER), query=query))
    assert answer.status == 200
    (found,) = Page(text_of(answer)).forms
    assert (found.action, found.fields["feed"], found.fields["name"]) == (ASK, TITLE, "acme\ufffd<b>")
    assert found.fields["reason"] == ""
    assert '<option value="npm" selected>' in text_of(answer)


async def test_nobody_asks_without_signing_in() -> None:
    """The page and the interface alike; the interface says so to programs."""
    site = Site()
    assert (await site.pages.ask(request(path=ASK, actor=None))).status == 401
    answer = await site.pages.ask_json(request("POST", JSON, actor=None))
    assert (answer.status, read(answer)) == (401, {"error": "sign in with Microsoft Entra ID first"})
    answer = await site.pages.ask_json(request("POST", JSON, actor=STRANGER))
    assert answer.status == 403
    assert site.desk.asks == []


@pytest.mark.parametrize(("merged", "status"), [(False, 201), (True, 200)])
async def test_asking_is_confirmed(*, merged: bool, status: int) -> None:
    """With until when it can be decided, and the link for owners."""
    site = Site()
    site.desk.answer = replace(site.desk.answer, merged=merged)
    answer = await ask(site, {**FIELDS, "feed": f" {TITLE} "})
    assert answer.status == status
    page = Page(text_of(answer))
    assert ("was added to one that is open" in page.text) is merged
    assert "7 March 2025, 12:00 UTC" in page.text
    assert f"https://{HOST}{PATH}" in page.links
    assert site.desk.asks == [ASKED]


async def test_mistakes_are_told_beside_their_fields() -> None:
    """All at once, with what was typed."""
    site = Site()
    answer = await ask(site, {"feed": " ", "ecosystem": "gems", "name": "Ümlaut", "reason": ""})
    assert answer.status == 400
    page = Page(text_of(answer))
    assert {"feed-wrong", "ecosystem-wrong", "reason-wrong", "trouble"} <= set(page.ids)
    assert page.forms[0].fields["name"] == "Ümlaut"
    answer = await ask(site, {**FIELDS, "name": "?"})
    assert "name-wrong" in Page(text_of(answer)).ids
    answer = await ask(site, {**FIELDS, "name": ""})
    assert "name-wrong" in Page(text_of(answer)).ids
    assert site.desk.asks == []


async def test_forms_of_others_are_refused() -> None:
    """As everywhere."""
    site = Site()
    answer = await site.pages.ask(form(FIELDS, ASK, actor=OUTSIDER))
    assert answer.status == 403
    assert site.desk.asks == []


@pytest.mark.parametrize(("error", "status", "words"), REFUSALS)
async def test_what_the_use_case_refuses(error: Exception, status: int, words: str) -> None:
    """The form again where there is something to mend."""
    site = Site()
    site.desk.ask_fails = [error]
    answer = await ask(site, FIELDS)
    assert answer.status == status
    page = Page(text_of(answer))
    assert words in page.text
    assert status == 503 or page.forms[0].fields["reason"] == REASON


@pytest.mark.parametrize(("merged", "status"), [(False, 201), (True, 200)])
async def test_programs_ask_as_json(*, merged: bool, status: int) -> None:
    """The request, whether it was asked for before, and its address."""
    site = Site()
    site.desk.answer = replace(site.desk.answer, merged=merged)
    answer = await site.pages.ask_json(json_request(FIELDS))
    assert answer.status == status
    assert read(answer) == {"request": "request-1", "merged": merged, "address": f"https://{HOST}{PATH}"}
    assert site.desk.asks == [ASKED]


@pytest.mark.parametrize(("error", "status", "words"), REFUSALS)
async def test_programs_are_refused_as_json(error: Exception, status: int, words: str) -> None:
    """The same answers in their own form."""
    site = Site()
    site.desk.ask_fails = [error]
    answer = await site.pages.ask_json(json_request(FIELDS))
    assert answer.status == status
    assert words in read(answer)["error"]


@pytest.mark.parametrize(("wait", "seconds"), [(61.2, "62"), (60.0, "60"), (0.0, "1"), (-5.0, "1")])
async def test_whoever_asks_too_often_is_told_when_to_come_again(wait: float, seconds: str) -> None:
    """In whole seconds, for people and programs alike; other refusals name no time."""
    site = Site()
    site.desk.ask_fails = [TooManyAsks("Later.", retry_after=timedelta(seconds=wait)) for _ in range(2)]
    for answer in (await ask(site, FIELDS), await site.pages.ask_json(json_request(FIELDS))):
        assert (answer.status, answer.headers["Retry-After"]) == (429, seconds)
    site.desk.ask_fails = [DecisionRefused("No.") for _ in range(2)]
    for answer in (await ask(site, FIELDS), await site.pages.ask_json(json_request(FIELDS))):
        assert "Retry-After" not in answer.headers


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (json_request(FIELDS, content_type="application/x-www-form-urlencoded"), 400),
        (json_request(FIELDS, content_type="text/plain"), 400),
        (json_request(FIELDS, sec_fetch_site="cross-site"), 403),
        (json_request(b"{"), 400),
        (json_request(b"[" * 60_000), 400),
        (json_request(b"\xff"), 400),
        (json_request([FIELDS]), 400),
        (json_request({**FIELDS, "reason": 7}), 400),
        (json_request({}), 400),
        (json_request(b" " * 70_000), 413),
    ],
)
async def test_what_is_no_question(sent: WebRequest, status: int) -> None:
    """A form cannot be sent as JSON by a browser, so what is not JSON is not taken."""
    site = Site()
    answer = await site.pages.ask_json(sent)
    assert answer.status == status
    assert read(answer)["error"]
    assert site.desk.asks == []


def test_programs_are_told_what_is_not_set_up() -> None:
    """In their own form."""
    for answer in (not_configured(request("POST", JSON)), out_of_order(request("POST", JSON))):
        assert answer.status == 503
        assert read(answer)["error"]
