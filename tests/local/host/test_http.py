"""HTTP through the real worker: what reaches a function, what comes back, and the host's own addresses."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from local.azurite import Azurite
from tests.local.host.running import RunningHost, running, wait_until

pytestmark = pytest.mark.azurite


@pytest.fixture(scope="module")
def host(storage: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    """Run the sample app once for the tests of this file."""
    with running(storage, tmp_path_factory.mktemp("host")) as started:
        yield started


def test_headers_and_query_are_folded(host: RunningHost) -> None:
    """What repeats is joined by commas; header names are in lower case, query names as they came first."""
    headers = [("A", "1"), ("a", "2")]
    seen = httpx.get(f"{host.url}/api/orders/7?X=1&x=2&y=", headers=headers).json()
    assert seen["headers"]["a"] == "1,2"
    assert seen["query"] == {"X": "1,2", "y": ""}
    assert seen["route"] == {"number": "7"}
    assert seen["url"] == f"{host.url}/api/orders/7?X=1&x=2&y="


def test_platform_headers_of_a_caller_are_dropped(host: RunningHost) -> None:
    """Nobody signs in by writing the platform's headers himself."""
    seen = httpx.get(f"{host.url}/api/orders/7", headers={"X-MS-Client-Principal-Name": "boss"}).json()
    assert not [name for name in seen["headers"] if name.startswith("x-ms-")]


def test_route_values_are_decoded_once(host: RunningHost) -> None:
    """An encoded slash stays inside its segment."""
    seen = httpx.get(f"{host.url}/api/ORDERS/7/a%2Fb%20%C3%BC%2541/").json()
    assert seen["route"] == {"number": "7", "part": "a%2Fb ü%41"}


def test_a_constraint_that_is_missed_leads_to_the_next_route(host: RunningHost) -> None:
    """`{number:int}` does not take letters, the catch-all does."""
    assert httpx.get(f"{host.url}/api/orders/x/y").headers["x-rest"] == "x/y"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/api/orders"),
        ("HEAD", "/api/broken"),
        ("GET", "/api/nothing"),
        ("GET", "/orders/7"),
        ("GET", "/admin/x"),
    ],
)
def test_what_nobody_takes_is_not_found(host: RunningHost, method: str, path: str) -> None:
    """Another method is 404 and not 405, and GET does not answer HEAD: so does the real host."""
    assert httpx.request(method, host.url + path).status_code == 404


def test_head_is_answered_without_a_body(host: RunningHost) -> None:
    """Where a function takes HEAD itself; its length is told all the same."""
    answer = httpx.head(f"{host.url}/api/plain")
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (
        200,
        b"",
        str(len("HEAD höre") + 1),
    )


def test_sign_in_is_off_unless_it_is_asked_for(host: RunningHost) -> None:
    """No address of it, no word of it, no header for whoever brings a cookie."""
    assert httpx.get(f"{host.url}/.auth/me").status_code == 404
    seen = httpx.get(f"{host.url}/api/orders/7", headers={"cookie": "AppServiceAuthSession=x"}).json()
    assert seen["sign_in"] is None
    assert not [name for name in seen["headers"] if name.startswith("x-ms-")]


def test_bodies_are_bytes(host: RunningHost) -> None:
    """No byte is touched on the way in or out."""
    body = bytes(range(256))
    assert httpx.put(f"{host.url}/api/orders/1", content=body).content == body


def test_a_text_is_an_answer(host: RunningHost) -> None:
    """A function without methods takes all of them, and may return a plain text."""
    answer = httpx.patch(f"{host.url}/api/plain")
    assert (answer.status_code, answer.text) == (200, "PATCH höre")


def test_each_cookie_has_its_header(host: RunningHost) -> None:
    """Cookies are not folded: browsers could not take them apart."""
    cookies = httpx.post(f"{host.url}/api/orders", content="cookies").headers.get_list("set-cookie")
    assert cookies == [
        "first=1; HttpOnly; Max-Age=60; Path=/; SameSite=Lax",
        "second=2; expires=Wed, 21 Oct 2026 07:28:00 GMT; Secure",
    ]


def test_a_failure_is_an_empty_500_and_in_the_log(host: RunningHost) -> None:
    """The caller learns nothing of the inside; the log has the stack trace."""
    answer = httpx.get(f"{host.url}/api/broken")
    assert (answer.status_code, answer.content) == (500, b"")
    wait_until(lambda: "RuntimeError" in host.child.tail(lines=100))


def test_the_host_has_a_home_page_and_a_state(host: RunningHost) -> None:
    """As `func start` has them."""
    assert "up and running" in httpx.get(host.url).text
    assert httpx.get(f"{host.url}/admin/host/status").json() == {"state": "Running"}
    names = [function["name"] for function in httpx.get(f"{host.url}/admin/functions").json()]
    assert {"tick", "pack_order", "show_order"} <= set(names)


def test_timers_can_be_started_by_hand(host: RunningHost) -> None:
    """The call is accepted, not awaited; letter case of the name does not matter."""
    before = len(host.lines("starts"))
    assert httpx.post(f"{host.url}/admin/functions/START_UP", json={}).status_code == 202
    wait_until(lambda: len(host.lines("starts")) == before + 1)


def test_queue_functions_can_be_started_by_hand(host: RunningHost) -> None:
    """The input is the message."""
    assert httpx.post(f"{host.url}/admin/functions/ship_parcel", json={"input": "by hand"}).status_code == 202
    wait_until(lambda: "by hand" in host.lines("parcels"))


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [("nothing", b"{}", 404), ("plain", b"{}", 400), ("start_up", b"[", 400), ("start_up", b"[]", 400)],
)
def test_what_cannot_be_started_by_hand_is_refused(host: RunningHost, name: str, body: bytes, status: int) -> None:
    """Unknown functions, HTTP functions and unreadable bodies."""
    assert httpx.post(f"{host.url}/admin/functions/{name}", content=body).status_code == status


def test_a_caller_that_hangs_up_does_no_harm(host: RunningHost) -> None:
    """Half a body, then nothing: the host goes on answering."""
    address = urlsplit(host.url)
    with socket.create_connection((address.hostname or "", address.port or 0)) as caller:
        caller.sendall(b"POST /api/orders HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf")
    assert httpx.get(f"{host.url}/api/plain").status_code == 200
