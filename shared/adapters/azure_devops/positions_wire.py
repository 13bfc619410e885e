"""Where every feed's package changes stand: "Get Feed Changes" from its beginning, which tells it of all feeds.

Source: Change Tracking, https://learn.microsoft.com/rest/api/azure/devops/artifacts/change-tracking/get-feed-changes
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from shared.adapters.azure_devops.addresses import Hosts, address
from shared.adapters.azure_devops.exchange import LARGE_ANSWER, Answer, Request, Shape, parsed
from shared.domain.feeds import FeedRef

_VERSION: Final = "7.1"
# More than most organizations have feeds; the rest comes in further batches.
_BATCH: Final = 1000


class _Project(Shape):
    id: str


class _Feed(Shape):
    id: str
    project: _Project | None = None


class _Change(Shape):
    feed: _Feed
    latest_package_continuation_token: int | None = None


class _Changes(Shape):
    feed_changes: tuple[_Change, ...]
    next_feed_continuation_token: int | None = None


@dataclass(frozen=True, slots=True)
class Positions:
    """One batch: each feed's newest package change token, and where the next batch begins; None = there is none."""

    tokens: Mapping[FeedRef, str]
    following: str | None


def list_positions(hosts: Hosts, organization: str, *, token: str | None) -> Request:
    """Ask for a batch; None = the first."""
    params = {"batchSize": str(_BATCH), "api-version": _VERSION}
    if token is not None:
        params["continuationToken"] = token
    url = address(hosts.feeds, organization, None, "_apis", "packaging", "feedchanges")
    return Request("GET", url, params=params, longest_answer=LARGE_ANSWER)


def read_positions(answer: Answer, organization: str, *, token: str | None) -> Positions:
    """Read a batch; a feed without a token is left out, so that nobody takes it for unchanged."""
    page = parsed(answer, _Changes)
    tokens = {
        _ref(change.feed, organization): str(change.latest_package_continuation_token)
        for change in page.feed_changes
        if change.latest_package_continuation_token is not None
    }
    reached = page.next_feed_continuation_token
    # A batch that leads nowhere is the last one, whatever its size.
    ends = not page.feed_changes or reached is None or str(reached) == token
    return Positions(tokens, None if ends else str(reached))


def _ref(feed: _Feed, organization: str) -> FeedRef:
    project_id = None if feed.project is None else feed.project.id.lower()
    return FeedRef(organization, project_id, feed.id.lower())
