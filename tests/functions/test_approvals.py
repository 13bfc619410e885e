"""Pages through the worker: requests in, answers out, nothing decided on the way."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from local.host.http_messages import Answer, Request, to_answer, to_message
from local.host.worker import Invocation
from shared.bootstrap import App
from shared.ports import QueueName
from tests.functions.conftest import Platform, app_over
from tests.web.reading import Page
from tests.web.scenes import OWNER, PATH, REASON, TOKEN, Site, principal

type Install = Callable[[Callable[[], App]], None]

HERE = "https://feedwarden.example.test"


@pytest.fixture
def site(platform: Platform, install: Install) -> Site:
    """The pages over a desk that does as it is told."""
    site = Site()
    app = replace(app_over(platform.house), approvals=site.pages)
    install(lambda: app)
    return site


async def call(platform: Platform, name: str, request: Request, **route: str) -> Answer:
    """Invoke an HTTP function."""
    message = to_message(request, route_values=route)
    invocation = Invocation(platform.worker.function(name), message)
    return to_answer((await platform.worker.invoke(invocation)).returned)


def sent(
    method: str, path: str, body: bytes = b"", *, query: tuple[tuple[str, str], ...] = (), **headers: str
) -> Request:
    """Return a request of somebody who is signed in; names of headers are written with underscores."""
    pairs = {"Host": "feedwarden.example.test", "X-MS-CLIENT-PRINCIPAL": principal(OWNER)}
    pairs |= {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(method, f"{HERE}{path}?from=mail", tuple(pairs.items()), query, body)


async def test_a_page_and_its_form(platform: Platform, site: Site) -> None:
    """From the link to the decision, as the browser goes: with the cookie that the page set."""
    shown = await call(platform, "approval_page", sent("GET", PATH), token=TOKEN)
    headers = dict(shown.headers)
    assert shown.status == 200
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    cookie, *attributes = headers["set-cookie"].split("; ")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(attributes)
    fields = Page(shown.body.decode()).form("decline").fields | {"reason": REASON}
    posted = sent(
        "POST", PATH, urlencode(fields).encode(), cookie=cookie, content_type="application/x-www-form-urlencoded"
    )
    answer = await call(platform, "approval_page", posted, token=TOKEN)
    assert (answer.status, dict(answer.headers)["location"]) == (303, PATH)
    assert [decision.choice.value for _, decision in site.desk.decisions] == ["decline"]


async def test_head_has_no_body(platform: Platform, site: Site) -> None:
    """Scanners begin with it."""
    answer = await call(platform, "approval_page", sent("HEAD", PATH), token=TOKEN)
    assert (answer.status, answer.body) == (200, b"")
    assert site.desk.decisions == []


async def test_asking(platform: Platform, site: Site) -> None:
    """The form with what its address says, and the same as JSON."""
    page = await call(platform, "request_page", sent("GET", "/api/requests", query=(("feed", "Payments/core"),)))
    assert Page(page.body.decode()).forms[0].fields["feed"] == "Payments/core"
    document = {"feed": "Payments/core", "ecosystem": "npm", "name": "acme-billing", "reason": REASON}
    posted = sent("POST", "/api/v1/requests", json.dumps(document).encode(), content_type="application/json")
    answer = await call(platform, "ask_for_versions", posted)
    assert answer.status == 201
    assert json.loads(answer.body)["request"] == "request-1"
    assert len(site.desk.asks) == 1


async def test_where_approvals_are_not_configured(platform: Platform) -> None:
    """Everything else works; these routes say what to set."""
    answer = await call(platform, "approval_page", sent("GET", PATH), token=TOKEN)
    assert answer.status == 503
    assert "APPROVAL_KEYS" in answer.body.decode()
    answer = await call(platform, "ask_for_versions", sent("POST", "/api/v1/requests"))
    assert answer.status == 503
    assert json.loads(answer.body)["error"]


async def test_a_defect_of_ours_is_a_kind_page(platform: Platform, site: Site) -> None:
    """503, and nothing of the defect in it."""
    site.desk.look_fails = [RuntimeError("a defect of ours")]
    answer = await call(platform, "approval_page", sent("GET", PATH), token=TOKEN)
    assert answer.status == 503
    assert "defect" not in answer.body.decode()


async def test_the_timer_looks_for_what_is_due(platform: Platform) -> None:
    """Nothing here, so nothing is queued; what is due is another test's."""
    platform.house.clock.advance(timedelta(days=1))
    await platform.timer("expire_approvals")
    assert platform.house.queue.visible(QueueName.PACKAGE_CHECKS) == []
    assert platform.house.register.faults.count("alive_approvals") == 1
