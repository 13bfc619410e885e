"""Tests of keeping a distance between requests."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from shared.adapters.outbound.messages import Answer, Request
from shared.adapters.outbound.paced import PacedSender
from shared.errors import UpstreamUnavailable

_NOW: Final = datetime(2026, 8, 1, 10, tzinfo=UTC)
_SPACING: Final = timedelta(seconds=2)
_HERE: Final = "https://maven.example.test/a"
_ELSEWHERE: Final = "https://other.example.test/a"


@dataclass(slots=True)
class _Scene:
    """A clock that pauses move, and a host that remembers when it was asked for what."""

    now: datetime = _NOW
    asked: list[tuple[str, float]] = field(default_factory=list)
    held: asyncio.Event | None = None

    def clock(self) -> datetime:
        """Tell the time."""
        return self.now

    async def sleep(self, pause: timedelta) -> None:
        """Let time pass; where the scene is held, only when it is let go."""
        if self.held is not None:
            await self.held.wait()
        self.now += pause

    async def send(self, request: Request) -> Answer:
        """Answer one request."""
        self.asked.append((request.url, (self.now - _NOW).total_seconds()))
        return Answer(200, {}, b"")

    def paced(self, spacing: timedelta = _SPACING) -> PacedSender:
        """Return a sender that keeps its distance."""
        return PacedSender(self, spacing=spacing, clock=self.clock, sleep=self.sleep)


def _ask(url: str = _HERE) -> Request:
    return Request(url, "Maven repository")


async def _others_run() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_two_requests_keep_their_distance() -> None:
    """The first goes at once; one that comes late enough waits for nothing."""
    scene = _Scene()
    sender = scene.paced()
    await sender.send(_ask())
    await sender.send(_ask())
    scene.now += timedelta(seconds=1.5)
    await sender.send(_ask())
    scene.now += timedelta(seconds=7)
    await sender.send(_ask())
    assert [at for _, at in scene.asked] == [0, 2, 4, 11]


async def test_hosts_wait_for_themselves_only() -> None:
    """Letter case makes no other host, and an address that cannot be read is one too."""
    scene = _Scene()
    sender = scene.paced()
    for url in (_HERE, _ELSEWHERE, "https://[::1/a", "https://MAVEN.example.test/b"):
        await sender.send(_ask(url))
    assert [at for _, at in scene.asked] == [0, 0, 0, 2]


async def test_callers_wait_in_the_order_in_which_they_came() -> None:
    """However many ask at the same time."""
    scene = _Scene()
    sender = scene.paced()
    urls = [f"{_HERE}{number}" for number in range(10)]
    await asyncio.gather(*(sender.send(_ask(url)) for url in urls))
    assert scene.asked == [(url, place * 2.0) for place, url in enumerate(urls)]


async def test_who_would_wait_too_long_is_told_at_once() -> None:
    """With the time after which it is worth another attempt; those who wait already are not disturbed."""
    scene = _Scene(held=asyncio.Event())
    sender = scene.paced()
    waiting = [asyncio.create_task(sender.send(_ask())) for _ in range(16)]
    await _others_run()
    with pytest.raises(UpstreamUnavailable, match="15 requests wait") as caught:
        await sender.send(_ask())
    assert caught.value.retry_after == timedelta(seconds=32)
    assert (await sender.send(_ask(_ELSEWHERE))).status == 200
    assert scene.held is not None
    scene.held.set()
    await asyncio.gather(*waiting)
    assert [at for url, at in scene.asked if url == _HERE] == [place * 2 for place in range(16)]


async def test_who_gives_up_leaves_its_turn_to_the_next() -> None:
    """Whether its turn was now or later; nobody is asked sooner for it."""
    scene = _Scene(held=asyncio.Event())
    sender = scene.paced()
    await sender.send(_ask())
    tasks = [asyncio.create_task(sender.send(_ask(f"{_HERE}{number}"))) for number in range(4)]
    await _others_run()
    for given_up in (tasks[0], tasks[2]):
        given_up.cancel()
    await _others_run()
    assert scene.held is not None
    scene.held.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert scene.asked[1:] == [(f"{_HERE}1", 2.0), (f"{_HERE}3", 4.0)]
    scene.now += timedelta(seconds=2)
    await sender.send(_ask())
    assert scene.asked[-1] == (_HERE, 6.0)


async def test_a_clock_that_is_set_back_closes_nothing() -> None:
    """The distance is kept once, as if the last request was just now."""
    scene = _Scene()
    sender = scene.paced()
    await sender.send(_ask())
    scene.now -= timedelta(days=1)
    await sender.send(_ask())
    assert scene.now == _NOW - timedelta(days=1) + _SPACING


async def test_no_distance_is_kept_where_none_is_wanted() -> None:
    """Then nobody waits."""
    scene = _Scene()
    sender = scene.paced(timedelta(0))
    await asyncio.gather(*(sender.send(_ask()) for _ in range(50)))
    assert scene.now == _NOW


async def test_hosts_that_nobody_asks_are_forgotten() -> None:
    """Whoever administers a feed can invent them without end."""
    scene = _Scene()
    sender = scene.paced()
    for number in range(100):
        await sender.send(_ask(f"https://host-{number}.example.test/"))
        scene.now += _SPACING
    assert len(sender._lines) == 1  # behind the curtain: memory shows nowhere else
