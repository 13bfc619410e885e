"""The sender: how much it reads, how it renews credentials, and what it shows nobody."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import httpx
import pytest

from shared.adapters.azure_devops.credentials import PersonalAccessToken
from shared.adapters.azure_devops.exchange import Answer, Request
from shared.adapters.azure_devops.sender import Sender
from shared.errors import (
    AuthenticationFailed,
    ConfigurationError,
    UnexpectedAnswer,
    UpstreamError,
    UpstreamUnavailable,
)
from tests.adapters.azure_devops.samples import answer, page
from tests.adapters.azure_devops.scripted import SAMPLE_TOKEN, bench

_GET = Request("GET", "https://feeds.example.test/acme/@a%2fb", params={"$top": "1", "q": "a+b &é"}, longest_answer=100)

_OK = answer({})


def _seconds(waits: list[timedelta]) -> list[float]:
    return [wait.total_seconds() for wait in waits]


async def test_at_most_four_calls_at_once() -> None:
    """However many tasks there are."""
    running, most = 0, 0

    async def slow(_request: httpx.Request) -> httpx.Response:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        running -= 1
        return httpx.Response(200, json={})

    b = bench(_OK)
    async with httpx.AsyncClient(transport=httpx.MockTransport(slow)) as http:
        sender = Sender(
            http, credentials=PersonalAccessToken(SAMPLE_TOKEN), timing=b.sender._timing, user_agent="x"
        )  # shares the bench's standing clock
        await asyncio.gather(*(sender.send(_GET) for _ in range(20)))
    assert most == 4


async def test_an_answer_that_is_too_long_is_refused_while_it_comes_in() -> None:
    """The rest is not read: the limit is there to spare memory."""
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * 60

    b = bench(lambda _request: httpx.Response(200, content=endless()))
    with pytest.raises(UnexpectedAnswer, match="more than 100 bytes"):
        await b.sender.send(_GET)
    assert sent == 2


async def test_a_failure_with_a_long_page_is_still_that_failure() -> None:
    """A gateway's page may be of any length; what counts is its status."""

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"<p>" * 100_000

    b = bench(lambda _request: httpx.Response(503, content=endless()), _OK)
    await b.sender.send(_GET)
    assert _seconds(b.sleep.slept) == [0.5]


async def test_an_answer_as_long_as_the_limit_is_read() -> None:
    """The limit itself is allowed."""
    b = bench(Answer(200, {}, b"x" * 100))
    assert len((await b.sender.send(_GET)).body) == 100


async def test_a_body_that_is_cut_is_tried_again() -> None:
    """Half an answer is none."""

    async def cut() -> AsyncIterator[bytes]:
        yield b"{"
        raise httpx.ReadError("cut")

    b = bench(lambda _request: httpx.Response(200, content=cut()), _OK)
    assert (await b.sender.send(_GET)).body == b"{}"


async def test_a_body_in_a_broken_encoding_is_no_answer() -> None:
    """Gzip that is none."""
    b = bench(Answer(200, {"content-encoding": "gzip"}, b"no gzip"))
    with pytest.raises(UpstreamUnavailable):
        await b.sender.send(_GET)


@dataclass(slots=True)
class _Renewable:
    """Credentials that are renewed as often as they are told."""

    values: list[str | None]
    rejected: list[str] = field(default_factory=list)

    async def authorization(self) -> str:
        """Return the first."""
        return "Bearer sample-0"

    async def renewed(self, rejected: str) -> str | None:
        """Return the next."""
        self.rejected.append(rejected)
        return self.values.pop(0)

    async def aclose(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize("rejection", [answer({}, status=401), page("<html>", status=203)])
async def test_a_rejected_credential_is_renewed_once(rejection: Answer) -> None:
    """It may have been revoked before its time."""
    credentials = _Renewable(["Bearer sample-1"])
    b = bench(rejection, _OK, credentials=credentials)
    await b.sender.send(_GET)
    assert [sent.headers["authorization"] for sent in b.service.asked] == ["Bearer sample-0", "Bearer sample-1"]
    assert credentials.rejected == ["Bearer sample-0"]


async def test_a_second_rejection_is_for_a_person() -> None:
    """Renewing again would not help, and would hammer the token endpoint."""
    credentials = _Renewable(["Bearer sample-1", "Bearer sample-2"])
    b = bench(answer({}, status=401), credentials=credentials)
    with pytest.raises(AuthenticationFailed):
        await b.sender.send(_GET)
    assert len(b.service.asked) == 2


@pytest.mark.parametrize("user_agent", ["feed\r\nwarden", "wärter"])
def test_a_user_agent_that_is_no_header_is_refused_at_once(user_agent: str) -> None:
    """It comes from a setting, and would else fail at every single call."""
    b = bench(_OK)
    with pytest.raises(ConfigurationError):
        Sender(b.http, credentials=PersonalAccessToken("x"), timing=b.sender._timing, user_agent=user_agent)


@pytest.mark.parametrize(
    "trouble",
    [answer({}, status=401), answer({}, status=403), answer({}, status=400), httpx.ConnectError(f"to {SAMPLE_TOKEN}")],
)
async def test_no_error_and_no_log_line_shows_the_credential(
    trouble: Answer | Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither as it is, nor as it is sent."""
    caplog.set_level(logging.DEBUG)
    b = bench(trouble)
    with pytest.raises(UpstreamError) as refusal:
        await b.sender.send(_GET)
    header = await PersonalAccessToken(SAMPLE_TOKEN).authorization()
    shown = [str(refusal.value), repr(refusal.value), repr(b.sender), repr(b.feeds), repr(_GET), caplog.text]
    for secret in (SAMPLE_TOKEN, header.removeprefix("Basic ")):
        assert not any(secret in text for text in shown)
