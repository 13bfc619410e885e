"""Read RSS documents of strangers: bounded, without document types and entities.

Source: https://www.rssboard.org/rss-specification
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from shared.adapters.outbound.messages import Answer
from shared.errors import UnexpectedAnswer

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_RSS_BYTES: Final = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Item:
    """One item; texts are empty where they are missing. `name` is an extension's element of that name."""

    title: str
    guid: str
    name: str
    published: datetime

    @property
    def page(self) -> str:
        """The last part of the address that the item is about."""
        return self.guid.rstrip("/").rpartition("/")[2]

    @property
    def key(self) -> str:
        """What tells the item from every other: a name that was freed and taken again is a new item."""
        return f"{self.page}@{self.published:%Y%m%dT%H%M%S}"


def read_rss(answer: Answer, *, service: str) -> tuple[Item, ...]:
    """Read the items of an RSS document, in its order.

    Raises:
        UnexpectedAnswer: it is something else, or an item has no guid or no date.
    """
    from defusedxml.ElementTree import ParseError, fromstring  # noqa: PLC0415  # costs cold start: not before use

    try:
        root = fromstring(answer.body, forbid_dtd=True)
    except (ParseError, ValueError, LookupError) as error:
        # What defusedxml forbids is a ValueError.
        raise UnexpectedAnswer("an answer that is no readable XML", service=service) from error
    channel = root.find("channel")
    if root.tag != "rss" or channel is None:
        raise UnexpectedAnswer("an answer that is no RSS", service=service)
    return tuple(_read_items(channel, service))


def _read_items(channel: Element, service: str) -> Iterator[Item]:
    for item in channel.iterfind("item"):
        guid = _text(item, "guid") or _text(item, "link")
        if not guid:
            raise UnexpectedAnswer("an item without a guid", service=service)
        # The extension's namespace is the registry's own address, which may be anything.
        yield Item(_text(item, "title"), guid, _text(item, "{*}name"), _read_date(_text(item, "pubDate"), service))


def _text(item: Element, path: str) -> str:
    return (item.findtext(path) or "").strip()


def _read_date(text: str, service: str) -> datetime:
    try:
        moment = parsedate_to_datetime(text)
        aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
        return aware.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UnexpectedAnswer("an item without a readable date", service=service) from error
