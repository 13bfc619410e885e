"""The sender: headers, limits, waits, retries and renewed credentials."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import MagicMock

import aiohttp
import httpx
import pytest

from shared.adapters.azure_devops.credentials import PersonalAccessToken
from shared.adapters.azure_devops.exchange import Answer, Request
from shared.errors import (
    AuthenticationFailed,
    FeedNotFound,
    UnexpectedAnswer,
    UpstreamError,
    UpstreamUnavailable,
)
from tests.adapters.azure_devops.samples import answer, page, wrapped_error
from tests.adapters.azure_devops.scripted import SAMPLE_TOKEN, bench

_GET = Request("GET", "https://feeds.example.test/acme/@a%2fb", params={"$top": "1", "q": "a+b &é"}, longest_answer=100)
_PATCH = Request("PATCH", "https://feeds.example.test/acme", json={"a": "b"})
_OK = answer({})


def _seconds(waits: list[timedelta]) -> list[float]:
    return [wait.total_seconds() for wait in waits]


async def test_what_goes_over_the_wire() -> None:
    """Our headers, the credential, the address as it was encoded, the query encoded once."""
    b = bench(_OK)
    assert (await b.sender.send(_GET)).body == b"{}"
    (sent,) = b.service.asked
    assert sent.url.raw_path == b"/acme/@a%2fb?%24top=1&q=a%2Bb+%26%C3%A9"
    assert sent.headers["authorization"] == await PersonalAccessToken(SAMPLE_TOKEN).authorization()
    assert sent.headers["accept"] == "application/json"
    assert sent.headers["x-tfs-fedauthredirect"] == "Suppress"
    assert sent.headers["user-agent"] == "feedwarden-tests"


async def test_a_patch_carries_json() -> None:
    """A plain object."""
    b = bench(Answer(204, {}, b""))
    await b.sender.send(_PATCH)
    (sent,) = b.service.asked
    assert (sent.method, sent.content, sent.headers["content-type"]) == ("PATCH", b'{"a":"b"}', "application/json")


async def test_a_request_may_ask_for_another_form() -> None:
    """As an index does."""
    b = bench(page("<a>"))
    await b.sender.send(Request("GET", "https://packages.example.test/", headers={"Accept": "text/html"}))
    assert b.service.asked[0].headers["accept"] == "text/html"


@pytest.mark.parametrize("request_", [_GET, _PATCH])
@pytest.mark.parametrize(
    "trouble",
    [
        answer({}, status=408),
        answer({}, status=429),
        answer({}, status=500),
        page("bad gateway", status=502),
        answer({}, status=503),
        answer({}, status=503, headers={"retry-after": "0"}),
        httpx.ConnectError("no"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("cut"),
        TimeoutError(),
    ],
)
async def test_what_may_pass_is_tried_again(request_: Request, trouble: Answer | Exception) -> None:
    """After growing pauses; a PATCH of a value as well, because twice is the same as once."""
    b = bench(trouble, trouble, trouble, _OK)
    await b.sender.send(request_)
    assert _seconds(b.sleep.slept) == [0.5, 1, 2]


@pytest.mark.parametrize(
    "trouble", [aiohttp.ClientResponseError(MagicMock(), ()), UnicodeDecodeError("x", b"", 0, 0, "x")]
)
async def test_what_is_no_http_is_an_odd_answer(trouble: Exception) -> None:
    """The transport underneath lets such errors out as they are."""
    b = bench(trouble)
    with pytest.raises(UnexpectedAnswer, match="no HTTP"):
        await b.sender.send(_GET)
    assert len(b.service.asked) == 1


async def test_it_gives_up_after_the_third_retry() -> None:
    """The queue has longer breath."""
    b = bench(answer({}, status=503))
    with pytest.raises(UpstreamUnavailable):
        await b.sender.send(_GET)
    assert len(b.service.asked) == 4


@pytest.mark.parametrize(
    ("got", "kind"),
    [
        (answer(wrapped_error("FeedIdNotFoundException"), status=404), FeedNotFound),
        (answer({}, status=400), UnexpectedAnswer),
        (answer({}, status=401), AuthenticationFailed),
        (answer({}, status=302, headers={"location": "https://signin.example.test/"}), AuthenticationFailed),
        (page("<html>sign in"), AuthenticationFailed),
    ],
)
async def test_what_a_person_must_mend_is_not_tried_again(got: Answer, kind: type[UpstreamError]) -> None:
    """And a redirect is not followed, although this HTTP client would by itself: our credential stays at home."""
    b = bench(got)
    with pytest.raises(kind):
        await b.sender.send(_GET)
    assert len(b.service.asked) == 1


async def test_a_wait_on_a_success_holds_the_next_call() -> None:
    """That is how the service asks for patience before it refuses."""
    b = bench(answer({}, headers={"retry-after": "7"}), _OK)
    await b.sender.send(_GET)
    assert b.sleep.slept == []
    await b.sender.send(_GET)
    assert _seconds(b.sleep.slept) == [7]


async def test_a_wait_as_a_date_is_the_same() -> None:
    """The clock of the tests stands at noon of the first of March 2025."""
    b = bench(answer({}, headers={"retry-after": "Sat, 01 Mar 2025 12:00:09 GMT"}), _OK)
    await b.sender.send(_GET)
    await b.sender.send(_GET)
    assert _seconds(b.sleep.slept) == [9]


async def test_a_refusal_with_a_short_wait_is_waited_for() -> None:
    """No pause of our own on top."""
    b = bench(answer({}, status=429, headers={"retry-after": "3"}), _OK)
    await b.sender.send(_GET)
    assert _seconds(b.sleep.slept) == [3]


async def test_a_refusal_with_a_long_wait_sends_the_work_back() -> None:
    """At once, and the next call does not even reach the service."""
    b = bench(answer({}, status=429, headers={"retry-after": "40"}), _OK)
    for left in (40, 25):
        with pytest.raises(UpstreamUnavailable) as refusal:
            await b.sender.send(_GET)
        assert refusal.value.retry_after == timedelta(seconds=left)
        b.clock.advance(timedelta(seconds=15))
    assert len(b.service.asked) == 1
    await b.sender.send(_GET)
    assert _seconds(b.sleep.slept) == [10]
