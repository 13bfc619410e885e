"""Forms of others are refused, whatever the browser sends along."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.web.forgery import COOKIE, FORM_LIFE, ForeignForm, FormGuard, is_foreign
from shared.web.messages import WebRequest
from tests.web.scenes import HOST, OWNER, SECOND, Site, keys_of, request


def guard(site: Site) -> FormGuard:
    """Return the guard of a site."""
    return FormGuard(site.seals, site.ids)


def test_the_cookie_is_bound_to_the_host_and_hidden_from_scripts() -> None:
    """`__Host-` admits no domain, no other path, and nothing but https."""
    key = guard(Site()).key(request(), OWNER)
    name, *attributes = key.cookie.split("; ")
    assert name.startswith(f"{COOKIE}=unguessable")
    assert sorted(attributes) == ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]


def test_a_browser_keeps_its_cookie() -> None:
    """Two pages open side by side both work."""
    site = Site()
    first = guard(site).key(request(), OWNER)
    cookie = first.cookie.partition(";")[0]
    again = guard(site).key(request(cookie=f"other=1; {cookie}"), OWNER)
    assert again.cookie == ""
    for key in (first, again):
        guard(site).check(request("POST", cookie=cookie), OWNER, key.token)


@pytest.mark.parametrize("cookie", ["", f"{COOKIE}=short", f"{COOKIE}=with blanks in it, and long", "other=1"])
def test_what_is_no_cookie_of_ours_is_replaced(cookie: str) -> None:
    """A value that we would not have made is none."""
    assert guard(Site()).key(request(cookie=cookie), OWNER).cookie


def test_a_key_is_for_one_browser_person_and_page() -> None:
    """Each of them otherwise is a form of somebody else's."""
    site = Site()
    hidden, cookie = keys_of(site)
    token = hidden["csrf"]
    guard(site).check(request("POST", cookie=cookie), OWNER, token)
    wrong = [
        (request("POST", cookie=cookie), SECOND, token),
        (request("POST", "/api/approvals/rother", cookie=cookie), OWNER, token),
        (request("POST", cookie=f"{COOKIE}=a-value-that-another-browser-has"), OWNER, token),
        (request("POST", cookie=f"{cookie}; {COOKIE}=a-value-that-another-browser-has"), OWNER, token),
        (request("POST"), OWNER, token),
        (request("POST", cookie=cookie), OWNER, ""),
        (request("POST", cookie=cookie), OWNER, token[:-1]),
        (request("POST", cookie=cookie), OWNER, hidden["shown"]),
    ]
    for sent, actor, given in wrong:
        with pytest.raises(ForeignForm):
            guard(site).check(sent, actor, given)


def test_a_page_may_stay_open_for_some_hours() -> None:
    """Not for days: whoever comes back then looks again."""
    site = Site()
    hidden, cookie = keys_of(site)
    site.clock.advance(FORM_LIFE)
    guard(site).check(request("POST", cookie=cookie), OWNER, hidden["csrf"])
    site.clock.advance(timedelta(seconds=1))
    with pytest.raises(ForeignForm):
        guard(site).check(request("POST", cookie=cookie), OWNER, hidden["csrf"])


@pytest.mark.parametrize(
    ("headers", "foreign"),
    [
        ({}, False),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"sec-fetch-site": "same-site"}, True),
        ({"sec-fetch-site": "cross-site"}, True),
        ({"sec-fetch-site": "something new"}, True),
        ({"origin": f"https://{HOST}"}, False),
        ({"origin": f"HTTPS://{HOST.upper()}"}, False),
        ({"origin": "https://evil.example"}, True),
        ({"origin": f"https://{HOST}.evil.example"}, True),
        ({"origin": f"https://{HOST}:8443"}, True),
        ({"origin": "https://front.example.test", "x-forwarded-host": "front.example.test"}, False),
        ({"origin": "https://[", "sec-fetch-site": "same-origin"}, True),
        ({"origin": "file://"}, True),
    ],
)
def test_what_the_browser_tells_of_the_sender(headers: dict[str, str], *, foreign: bool) -> None:
    """Our pages name no referrer, so their forms come with the origin "null"."""
    sent = WebRequest("POST", "/", {"host": HOST} | headers, {}, b"")
    assert is_foreign(sent) is foreign
