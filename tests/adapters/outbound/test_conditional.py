"""Tests of conditional requests."""

from __future__ import annotations

from typing import Final

from shared.adapters.outbound.conditional import ConditionalSender
from shared.adapters.outbound.messages import Answer, Request
from tests.adapters.change_feeds.scripted import Script

_REQUEST: Final = Request("https://feed.example.test/rss", "feed", {"accept": "text/xml"})
_TAGGED: Final = Answer(200, {"etag": 'W/"1"'}, b"first")
_SAME: Final = Answer(304, {}, b"")


async def test_an_unchanged_answer_is_the_one_before() -> None:
    """The request says what is known; 304 stands for the whole."""
    script = Script([_TAGGED, _SAME, Answer(200, {"etag": '"2"'}, b"second"), _SAME])
    sender = ConditionalSender(script)
    bodies = [(await sender.send(_REQUEST)).body for _ in range(4)]
    assert bodies == [b"first", b"first", b"second", b"second"]
    asked = [request.headers.get("if-none-match") for request in script.asked]
    assert asked == [None, 'W/"1"', 'W/"1"', '"2"']
    assert {request.headers["accept"] for request in script.asked} == {"text/xml"}


async def test_what_is_not_kept() -> None:
    """Without a tag, with another status, or too large: the next request has no condition."""
    large = Answer(200, {"etag": '"1"'}, bytes(16 * 1024 * 1024 + 1))
    for answer in (Answer(200, {}, b""), Answer(500, {"etag": '"1"'}, b""), large):
        script = Script([answer, _TAGGED])
        sender = ConditionalSender(script)
        await sender.send(_REQUEST)
        await sender.send(_REQUEST)
        assert "if-none-match" not in script.asked[1].headers


async def test_a_304_that_nobody_asked_for_stays_one() -> None:
    """The reader of the answer refuses it."""
    assert (await ConditionalSender(Script([_SAME])).send(_REQUEST)).status == 304


async def test_only_reading_is_conditional() -> None:
    """A POST is sent as it is."""
    post = Request(_REQUEST.url, "feed", method="POST", body=b"")
    script = Script([_TAGGED, _TAGGED])
    sender = ConditionalSender(script)
    await sender.send(_REQUEST)
    await sender.send(post)
    assert script.asked[1] == post


async def test_only_the_last_few_are_kept() -> None:
    """The one asked longest ago is forgotten first."""
    urls = [f"https://feed.example.test/{number}" for number in range(5)]
    script = Script([_TAGGED] * 4 + [_SAME] + [_TAGGED] * 2)
    sender = ConditionalSender(script)
    for url in [*urls[:4], urls[0], urls[4], urls[1]]:
        await sender.send(Request(url, "feed"))
    assert ["if-none-match" in request.headers for request in script.asked] == [False] * 4 + [True] + [False] * 2


async def test_the_bounds_are_the_caller_s() -> None:
    """How many answers are kept, and how large they may be."""
    urls = ["https://feed.example.test/1", "https://feed.example.test/2"]
    script = Script([_TAGGED, _TAGGED, _TAGGED, Answer(200, {"etag": '"3"'}, b"larger"), _TAGGED])
    sender = ConditionalSender(script, most_answers=1, largest_body=5)
    for url in [urls[0], urls[1], urls[0], urls[0], urls[0]]:
        await sender.send(Request(url, "feed"))
    asked = [request.headers.get("if-none-match") for request in script.asked]
    assert asked == [None, None, None, 'W/"1"', None]


async def test_each_kind_of_document_has_its_own_answer() -> None:
    """A registry's short document is not its full one, though both have one address."""
    full = Request(_REQUEST.url, "feed", {"accept": "application/json"})
    script = Script([_TAGGED, Answer(200, {"etag": '"f"'}, b"full"), _SAME, _SAME])
    sender = ConditionalSender(script)
    bodies = [(await sender.send(request)).body for request in (_REQUEST, full, _REQUEST, full)]
    assert bodies == [b"first", b"full", b"first", b"full"]
    assert [request.headers.get("if-none-match") for request in script.asked] == [None, None, 'W/"1"', '"f"']


async def test_an_answer_that_was_pushed_out_meanwhile_still_stands() -> None:
    """Others ask while a 304 is under way."""
    script = Script([_TAGGED])
    sender = ConditionalSender(script, most_answers=1)
    await sender.send(_REQUEST)

    class _Slow:
        """Lets another request by before it answers."""

        async def send(self, _request: Request) -> Answer:
            """Answer as unchanged what has just been pushed out."""
            sender._sender = Script([_TAGGED])  # behind the curtain: what the other one is answered
            await sender.send(Request("https://feed.example.test/other", "feed"))
            return _SAME

    sender._sender = _Slow()
    assert (await sender.send(_REQUEST)).body == b"first"
