"""Tests of looking at a feed: statuses that may pass, and pauses."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from shared.adapters.change_feeds import WIRES, ChangeFeedBook
from shared.adapters.change_feeds.wire import Conversation, Step, base_of
from shared.adapters.outbound.messages import Answer, Request
from shared.domain.ecosystems import Ecosystem
from shared.errors import AddressRefused, UpstreamUnavailable
from shared.ports import ChangedNames
from tests.adapters.change_feeds.scripted import NOW, Script, look, page


class _Twice:
    """A wire that asks twice, the second time after a pause."""

    def changes(self, *, position: str | None, now: datetime) -> Conversation:
        """Tell what was answered."""
        first = yield Step(Request("https://feed.example.test/1", "feed"))
        second = yield Step(Request("https://feed.example.test/2", "feed"), timedelta(seconds=3))
        return ChangedNames((first.body.decode(), second.body.decode()), f"{position} {now:%H}")


async def test_answers_are_handed_on() -> None:
    """In order; the pause is kept before its request."""
    told, script = await look(_Twice(), "here", page("a"), page("b"))
    assert told == ChangedNames(("a", "b"), "here 10")
    assert script.slept == [timedelta(seconds=3)]


@pytest.mark.parametrize(
    ("status", "headers", "wait"),
    [
        (429, {"retry-after": "120"}, timedelta(seconds=120)),
        (429, {}, None),
        (500, {}, None),
        (503, {"retry-after": "Sat, 01 Aug 2026 10:01:00 GMT"}, timedelta(seconds=60)),
    ],
)
async def test_trouble_that_may_pass(status: int, headers: dict[str, str], wait: timedelta | None) -> None:
    """It is told as such, with the time that the service asks for; nothing is sent again."""
    with pytest.raises(UpstreamUnavailable) as caught:
        await look(_Twice(), None, Answer(status, headers, b""))
    assert caught.value.retry_after == wait


async def test_no_connection_is_told_as_it_is() -> None:
    """The sender's error goes through."""
    with pytest.raises(UpstreamUnavailable, match="no answer"):
        await look(_Twice(), None, page("a"), UpstreamUnavailable("no answer in time", service="feed"))


def test_feeds_are_found_by_setting_or_location() -> None:
    """Those of npm and Cargo by their settings, PyPI and NuGet by the location; Maven has none at all."""
    script = Script([])
    assert set(WIRES) == set(Ecosystem) - {Ecosystem.MAVEN}
    configured = {Ecosystem.NPM: "https://replicate.example.test", Ecosystem.CARGO: None}
    feeds = ChangeFeedBook(script, configured=configured, clock=lambda: NOW, sleep=script.sleep)
    told = {ecosystem: feeds(ecosystem, "https://registry.example.test/") for ecosystem in Ecosystem}
    assert {ecosystem for ecosystem, feed in told.items() if feed is not None} == {
        Ecosystem.NPM,
        Ecosystem.PYPI,
        Ecosystem.NUGET,
    }
    assert feeds(Ecosystem.NPM, "https://other.example.test/") is told[Ecosystem.NPM]
    assert feeds(Ecosystem.PYPI, "https://other.example.test/") is not told[Ecosystem.PYPI]
    assert feeds(Ecosystem.NUGET, "") is None


def test_an_address_that_would_swallow_the_path_is_refused() -> None:
    """Slashes at its end are not."""
    assert base_of(" https://feed.example.test/a// ") == "https://feed.example.test/a"
    for address in ("https://feed.example.test/?a", "https://feed.example.test/#a"):
        with pytest.raises(AddressRefused):
            base_of(address)
