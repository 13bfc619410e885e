"""Tests of reading RSS."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import pytest
from hypothesis import given

from shared.adapters.change_feeds.rss import read_rss
from shared.adapters.outbound.messages import Answer
from shared.errors import UnexpectedAnswer
from tests.adapters.change_feeds.junk import ANSWERS
from tests.adapters.change_feeds.scripted import page

_DATE: Final = "<pubDate>Sat, 01 Aug 2026 10:00:00 GMT</pubDate>"
_BOMB: Final = '<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss><channel>&b;</channel></rss>'


def _rss(items: str) -> Answer:
    return page(f'<rss version="2.0" xmlns:x="https://x.example.test/"><channel>{items}</channel></rss>')


def test_items_are_read() -> None:
    """A link stands in for a missing guid; a date without a zone is UTC."""
    first, second = read_rss(
        _rss(
            f"<item><title> A &amp; b </title><guid>https://r.example.test/project/a-b/</guid>{_DATE}</item>"
            "<item><link>https://r.example.test/crates/c</link><x:name>c</x:name>"
            "<pubDate>Sat, 01 Aug 2026 12:00:01 +0200</pubDate></item>"
        ),
        service="feed",
    )
    assert (first.title, first.page, first.name, first.key) == ("A & b", "a-b", "", "a-b@20260801T100000")
    assert (second.page, second.name, second.published) == ("c", "c", datetime(2026, 8, 1, 10, 0, 1, tzinfo=UTC))
    naive = read_rss(_rss("<item><guid>a</guid><pubDate>1 Aug 2026 10:00:00 -0000</pubDate></item>"), service="feed")
    assert naive[0].published == datetime(2026, 8, 1, 10, tzinfo=UTC)
    assert read_rss(_rss(""), service="feed") == ()


@pytest.mark.parametrize(
    "answer",
    [
        page(""),
        page("<html>"),
        page("<html/>"),
        page("<rss/>"),
        page("<feed><channel/></feed>"),
        page(_BOMB),
        page('<!DOCTYPE rss SYSTEM "https://x.example.test/a.dtd"><rss><channel/></rss>'),
        page('<?xml version="1.0" encoding="none"?><rss><channel/></rss>'),
        _rss(f"<item><title>a</title>{_DATE}</item>"),
        _rss("<item><guid>a</guid></item>"),
        _rss("<item><guid>a</guid><pubDate>yesterday</pubDate></item>"),
        _rss("<item><guid>a</guid><pubDate>Fri, 31 Dec 9999 23:59:59 -1400</pubDate></item>"),
    ],
)
def test_what_is_no_rss_is_an_error(answer: Answer) -> None:
    """Entities and document types too; never an empty list."""
    with pytest.raises(UnexpectedAnswer):
        read_rss(answer, service="feed")


@given(ANSWERS)
def test_junk_raises_only_our_error(answer: Answer) -> None:
    """Whatever stands in the body."""
    try:
        items = read_rss(answer, service="feed")
    except UnexpectedAnswer:
        return
    assert all(item.guid for item in items)
