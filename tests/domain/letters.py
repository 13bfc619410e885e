"""Notices for tests, with the facts that real ones carry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from shared.domain.feeds import FeedRef
from shared.domain.notices import Notice, NoticeKind
from shared.domain.twin_class import TwinClass
from tests.fakes.times import START

FEED: Final = FeedRef("contoso", "project-1", "feed-1")
FACTS: Final = {
    "feed": "Shop/Payments",
    "package": "npm:@contoso/billing",
    "cause": "registry npm changed",
    "protection": "pending",
    "reasons": "propagating",
    "mode": "enforce",
    "saved external": "",
    "class": TwinClass.NEW_AND_SUSPICIOUS.value,
    "why this class": "It was first published on 2026-01-02, after ours.",
    "first public": "2026-01-02",
    "first ours": "2020-05-01",
    "public version": "99.0.0",
    "our version": "2.1.0",
    "jump": "99.0.0 is 97 major versions above 2.1.0",
    "publishers": "zoe",
    "install scripts": "postinstall",
    "repository": "unknown",
    "advisories": "none-known",
    "evidence digest": "ab" * 32,
}

# What notices about approvals tell beside these.
APPROVAL: Final = {
    "request": "request-1",
    "who": "Olga Owner",
    "who id": "tenant-1/oid-olga",
    "said": "needed for the release",
    "asked by": "Dan Developer",
    "allows": "all versions, for 7 days",
    "until": "2025-03-08 12:00 UTC",
    "saved meanwhile": "2.1.0, 2.2.0",
    "others saved": "2.2.0",
}


def notice(
    kind: NoticeKind = NoticeKind.COLLISION_BLOCKED,
    *,
    name: str = "@contoso/billing",
    at: datetime = START,
    ref: FeedRef = FEED,
    number: int = 0,
    facts: Mapping[str, str] | None = None,
) -> Notice:
    """Make a notice about an npm package; its id sorts by its time, and then by the number."""
    subject = f"{ref.organization}/{ref.project_id or '-'}/{ref.feed_id}/npm/{name}"
    told = FACTS | {"package": f"npm:{name}"} | dict(facts or {})
    return Notice(f"{at:%Y%m%dT%H%M%S%f}-{number:06}", kind, ref, subject, at, told)


def burst(
    count: int,
    kind: NoticeKind = NoticeKind.COLLISION_BLOCKED,
    *,
    every: timedelta = timedelta(0),
    at: datetime = START,
    first: int = 0,
) -> list[Notice]:
    """Make as many notices as names, as a campaign brings them."""
    numbers = range(first, first + count)
    return [notice(kind, name=f"core-{n:04}", at=at + (n - first) * every, number=n) for n in numbers]
