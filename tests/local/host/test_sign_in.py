"""The played sign-in: sessions, where it sends people, and what the app gets to see."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.azurite import Azurite
from local.host.http_messages import Answer, Request
from local.host.personas import read_personas
from local.host.platform import admit_headers
from local.host.sign_in import SignIn
from local.stack import PERSONAS_FILE
from tests.local.host.running import RunningHost, running
from tests.local.host.test_personas import ANN

_NOW = datetime(2026, 8, 1, 10, tzinfo=UTC)


class _Clock:
    """Time that a test turns on."""

    def __init__(self) -> None:
        self.now = _NOW

    def __call__(self) -> datetime:
        return self.now


def _request(method: str, path: str, *, body: str = "", cookie: str = "") -> tuple[str, Request]:
    """Return a path and its request."""
    query = tuple(httpx.QueryParams(path.partition("?")[2]).multi_items())
    headers = (("Cookie", cookie),) if cookie else ()
    return path.partition("?")[0], Request(method, f"http://host.test{path}", headers, query, body.encode())


def _sign_in(clock: _Clock | None = None) -> SignIn:
    return SignIn((ANN,), now=clock or _Clock())


def _choose(sign_in: SignIn, target: str = "", persona: str = "ann") -> Answer:
    """Choose a persona as the page's form does."""
    body = str(httpx.QueryParams({"post_login_redirect_uri": target, "persona": persona}))
    return sign_in.answer(*_request("POST", "/.auth/login/aad/callback", body=body))


def _cookie(answer: Answer) -> str:
    """Return what a browser sends back."""
    return dict(answer.headers)["set-cookie"].partition(";")[0]


def test_the_session_is_random_and_not_for_scripts() -> None:
    """Two of them differ, and say nothing of who they are."""
    sign_in = _sign_in()
    first, second = (dict(_choose(sign_in).headers)["set-cookie"] for _ in range(2))
    assert first != second
    for cookie in (first, second):
        assert re.fullmatch(r"AppServiceAuthSession=[\w-]{43}; Path=/; HttpOnly", cookie)


def test_links_sign_nobody_in() -> None:
    """Whoever only follows links stays a stranger: choosing takes a POST."""
    sign_in = _sign_in()
    for method in ("GET", "HEAD"):
        for path in ("/.auth/login/aad?persona=ann", "/.auth/login/aad/callback?persona=ann"):
            answer = sign_in.answer(*_request(method, path))
            assert "set-cookie" not in dict(answer.headers)
    assert sign_in.sessions == {}


def test_nobody_unknown_signs_in() -> None:
    """A form that names no persona begins nothing."""
    sign_in = _sign_in()
    assert _choose(sign_in, persona="boss").status == 400
    assert sign_in.answer(*_request("POST", "/.auth/login/aad/callback", body="%ff")).status == 400
    assert sign_in.sessions == {}


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ("/api/approvals/a.b-c?x=1&y=%2F", "/api/approvals/a.b-c?x=1&y=%2F"),
        ("/api/ü", "/api/%C3%BC"),
        ("", "/.auth/login/done"),
        ("https://evil.example.test/", "/.auth/login/done"),
        ("//evil.example.test/", "/.auth/login/done"),
        ("/\\evil.example.test/", "/.auth/login/done"),
        ("/\t/evil.example.test/", "/.auth/login/done"),
        ("\t//evil.example.test/", "/.auth/login/done"),
        ("/a\r\nset-cookie: x=y", "/.auth/login/done"),
        ("javascript:alert(1)", "/.auth/login/done"),
        ("evil.example.test", "/.auth/login/done"),
    ],
)
def test_it_goes_on_inside_the_app_only(target: str, place: str) -> None:
    """Neither signing in nor signing out is a way to another host."""
    answer = _choose(_sign_in(), target)
    assert (answer.status, dict(answer.headers)["location"]) == (302, place)
    path = f"/.auth/logout?{httpx.QueryParams({'post_logout_redirect_uri': target})}"
    left = dict(_sign_in().answer(*_request("GET", path)).headers)["location"]
    assert left == place.replace("/.auth/login/done", "/.auth/logout/complete")


@given(st.text("/\\:.@a?#% \t\r\n\u2028é", max_size=12))
def test_no_target_leaves_the_host(target: str) -> None:
    """As a browser resolves it."""
    place = dict(_choose(_sign_in(), target).headers)["location"]
    assert place.isascii()
    assert place.isprintable()
    assert httpx.URL("http://host.test/x").join(place).host == "host.test"


def test_the_page_keeps_where_to_go_on() -> None:
    """Escaped, in a form that is posted."""
    target = '/a"><script>x</script>'
    answer = _sign_in().answer(
        *_request("GET", f"/.auth/login/aad?{httpx.QueryParams({'post_login_redirect_uri': target})}")
    )
    page = answer.body.decode()
    assert answer.status == 200
    assert 'value="/a&quot;&gt;&lt;script&gt;x&lt;/script&gt;"' in page
    assert "<script" not in page
    assert '<form method="post"' in page
    assert "Ann Härtel" in page


def test_the_app_learns_who_asks_and_only_from_the_platform() -> None:
    """A caller's own headers go, whether he is signed in or not."""
    sign_in = _sign_in()
    forged = [("X-MS-CLIENT-PRINCIPAL-ID", "boss"), ("Accept", "*/*")]
    assert admit_headers(forged, sign_in=sign_in) == [("Accept", "*/*")]
    cookie = ("cookie", f"a=b; {_cookie(_choose(sign_in))}")
    seen = [text for name, text in admit_headers([*forged, cookie], sign_in=sign_in) if name.endswith("-id")]
    assert seen == ["object-1"]
    assert admit_headers([cookie], sign_in=_sign_in()) == [cookie]


def test_a_session_ends_after_eight_hours() -> None:
    """As App Service's does."""
    clock = _Clock()
    sign_in = _sign_in(clock)
    cookie = _cookie(_choose(sign_in))
    clock.now = _NOW + timedelta(hours=8) - timedelta(seconds=1)
    assert sign_in.headers(cookie)
    clock.now = _NOW + timedelta(hours=8)
    assert sign_in.headers(cookie) == []


def test_signing_out_ends_the_session_here_too() -> None:
    """An old cookie is worth nothing; HEAD ends nothing."""
    sign_in = _sign_in()
    cookie = _cookie(_choose(sign_in))
    sign_in.answer(*_request("HEAD", "/.auth/logout", cookie=cookie))
    assert sign_in.headers(cookie)
    answer = sign_in.answer(*_request("GET", "/.auth/logout", cookie=cookie))
    assert dict(answer.headers)["set-cookie"] == "AppServiceAuthSession=; Max-Age=0; Path=/; HttpOnly"
    assert sign_in.headers(cookie) == []


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/.auth/me"), ("GET", "/.auth/login/github"), ("POST", "/.auth/logout"), ("GET", "/.auth/")],
)
def test_what_is_not_played_is_not_found(method: str, path: str) -> None:
    """Other providers and other methods."""
    assert _sign_in().answer(*_request(method, path)).status == 404


@pytest.fixture(scope="module")
def host(storage: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    """Run the sample app with sign-in on."""
    with running(storage, tmp_path_factory.mktemp("host"), options=["--sign-in", str(PERSONAS_FILE)]) as started:
        yield started


@pytest.mark.azurite
def test_a_person_signs_in_and_out(host: RunningHost) -> None:
    """Through the program, as a browser does it: the app sees the stranger, then the owner, then the stranger."""
    owner = next(one for one in read_personas(PERSONAS_FILE) if one.key == "owner")
    with httpx.Client(base_url=host.url, follow_redirects=True) as client:
        stranger = client.get("/api/orders/7").json()
        assert stranger["sign_in"] == "True"
        assert not [name for name in stranger["headers"] if name.startswith("x-ms-")]
        assert client.get("/.auth/me").status_code == 401
        page = client.get("/.auth/login/aad", params={"post_login_redirect_uri": "/api/orders/7?x=1"})
        action = re.search(r'action="([^"]+)"', page.text)
        assert action is not None
        form = {"persona": "owner", "post_login_redirect_uri": "/api/orders/7?x=1"}
        seen = client.post(action[1], data=form).json()
        principal = json.loads(base64.b64decode(seen["headers"]["x-ms-client-principal"]))
        assert {"typ": "name", "val": owner.name} in principal["claims"]
        assert seen["query"] == {"x": "1"}
        [told] = client.get("/.auth/me").json()
        assert (told["provider_name"], told["user_id"]) == ("aad", owner.mail)
        assert told["user_claims"] == principal["claims"]
        assert "signed out" in client.get("/.auth/logout").text
        assert client.get("/.auth/me").status_code == 401


@pytest.mark.azurite
def test_a_head_request_is_answered_without_a_body(host: RunningHost) -> None:
    """Also below `/.auth/`."""
    answer = httpx.head(f"{host.url}/.auth/login/aad")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.azurite
def test_only_the_host_says_that_sign_in_is_on(storage: Azurite, tmp_path: Path) -> None:
    """A variable that the machine has by chance makes no app trust headers."""
    with running(storage, tmp_path, WEBSITE_AUTH_ENABLED="True") as started:
        assert httpx.get(f"{started.url}/api/orders/7").json()["sign_in"] is None
