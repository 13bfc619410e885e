"""Tests of leaving a repository alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from shared.adapters.outbound.messages import Answer, Request
from shared.adapters.registries.maven_breaker import CircuitBreaker, Rests
from shared.errors import UpstreamUnavailable

_NOW: Final = datetime(2026, 8, 1, 10, tzinfo=UTC)
_HERE: Final = Request("https://maven.example.test/a", "Maven repository")
_ELSEWHERE: Final = Request("https://other.example.test/a", "Maven repository")


@dataclass(slots=True)
class _Repository:
    """Answers what it is told to, and counts."""

    answer: Answer
    asked: list[Request] = field(default_factory=list)

    async def send(self, request: Request) -> Answer:
        """Answer one request."""
        self.asked.append(request)
        return self.answer


@dataclass(slots=True)
class _Scene:
    """A breaker with a clock of its own."""

    repository: _Repository
    now: datetime = _NOW
    rests: Rests = field(init=False)

    def __post_init__(self) -> None:
        """Let the rests look at this clock."""
        self.rests = Rests(lambda: self.now)

    def breaker(self) -> CircuitBreaker:
        """Return a breaker before the repository."""
        return CircuitBreaker(self.repository, rests=self.rests)


def _scene(**headers: str) -> _Scene:
    return _Scene(_Repository(Answer(429, {name.replace("_", "-"): text for name, text in headers.items()}, b"")))


@pytest.mark.parametrize(
    ("headers", "rest"),
    [
        ({"retry_after": "1800"}, timedelta(minutes=30)),
        ({"retry_after": "Sat, 01 Aug 2026 10:05:00 GMT"}, timedelta(minutes=5)),
        ({"retry_after": "5"}, timedelta(seconds=5)),
        ({"retry_after": "soon"}, timedelta(minutes=30)),
        ({}, timedelta(minutes=30)),
        ({"retry_after": "999999999"}, timedelta(days=1)),
    ],
)
async def test_after_a_429_nothing_is_sent_for_as_long_as_it_asks(headers: dict[str, str], rest: timedelta) -> None:
    """The reason and the time are told; when the time is over, it is asked again."""
    scene = _scene(**headers)
    breaker = scene.breaker()
    assert (await breaker.send(_HERE)).status == 429
    scene.now += rest - timedelta(seconds=1)
    with pytest.raises(UpstreamUnavailable, match="not asked again before") as caught:
        await breaker.send(_HERE)
    assert f"{_NOW + rest:%Y-%m-%d %H:%M:%S} UTC" in str(caught.value)
    assert caught.value.retry_after == timedelta(seconds=1)
    assert len(scene.repository.asked) == 1
    scene.now += timedelta(seconds=1)
    await breaker.send(_HERE)
    assert len(scene.repository.asked) == 2


async def test_one_host_s_wait_is_its_own() -> None:
    """A custom upstream must not be able to silence the others; letter case makes no other host."""
    scene = _scene(retry_after="1800")
    breaker = scene.breaker()
    await breaker.send(_HERE)
    assert (await breaker.send(_ELSEWHERE)).status == 429
    with pytest.raises(UpstreamUnavailable):
        await breaker.send(Request("https://MAVEN.example.test/b", "Maven repository"))


async def test_a_later_answer_shortens_no_wait() -> None:
    """Requests that were under way when the first 429 came are answered as well."""
    scene = _scene(retry_after="1800")
    breaker = scene.breaker()
    scene.rests.note(_HERE, scene.repository.answer)  # what a request under way does, without a race
    scene.rests.note(_HERE, Answer(429, {"retry-after": "1"}, b""))
    scene.now += timedelta(minutes=29)
    with pytest.raises(UpstreamUnavailable):
        await breaker.send(_HERE)


async def test_two_breakers_know_the_same_rests() -> None:
    """What was let in before a 429 came is stopped by the second."""
    scene = _scene(retry_after="1800")
    before, behind = scene.breaker(), scene.breaker()
    await before.send(_HERE)
    with pytest.raises(UpstreamUnavailable, match="not asked again before"):
        await behind.send(_HERE)


async def test_an_address_that_cannot_be_read_goes_to_the_sender() -> None:
    """Which refuses it in our words: whoever administers a feed writes what he likes."""
    scene = _scene(retry_after="1800")
    junk = Request("https://[::1/maven2/a", "Maven repository")
    assert (await scene.breaker().send(junk)).status == 429
    with pytest.raises(UpstreamUnavailable):
        await scene.breaker().send(junk)


@pytest.mark.parametrize("status", [200, 403, 404, 503])
async def test_other_answers_close_nothing(status: int) -> None:
    """A bot wall's 403 comes and goes."""
    scene = _Scene(_Repository(Answer(status, {"retry-after": "1800"}, b"")))
    breaker = scene.breaker()
    for _ in range(3):
        assert (await breaker.send(_HERE)).status == status
