"""Where every feed's package changes stand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.adapters.azure_devops.exchange import Answer
from shared.adapters.azure_devops.positions_wire import read_positions
from shared.domain.feeds import FeedRef
from shared.errors import UnexpectedAnswer
from tests.adapters.azure_devops.simulated import Simulated


def answer(body: Any) -> Answer:  # noqa: ANN401  # whatever a service may send
    """Return an answer with that body."""
    return Answer(200, {"content-type": "application/json"}, json.dumps(body).encode())


def change(feed: str, token: int | None, project: str | None = None) -> dict[str, Any]:
    """Return one row."""
    row: dict[str, Any] = {"changeType": "addOrUpdate", "feed": {"id": feed, "name": "x"}}
    if project is not None:
        row["feed"]["project"] = {"id": project, "name": "P"}
    return row if token is None else {**row, "latestPackageContinuationToken": token}


def test_each_feed_has_its_token() -> None:
    """Ids are lower-cased; a feed without a token is left out; the next batch begins at the token."""
    body = {
        "count": 3,
        "feedChanges": [change("AA", 2**40), change("bb", 7, "PP"), change("cc", None)],
        "nextFeedContinuationToken": 99,
    }
    read = read_positions(answer(body), "acme", token=None)
    assert read.tokens == {FeedRef("acme", None, "aa"): str(2**40), FeedRef("acme", "pp", "bb"): "7"}
    assert read.following == "99"


@pytest.mark.parametrize(
    "body",
    [
        {"feedChanges": [], "nextFeedContinuationToken": 100},
        {"feedChanges": [change("aa", 1)]},
        {"feedChanges": [change("aa", 1)], "nextFeedContinuationToken": 99},
    ],
)
def test_a_batch_that_leads_nowhere_is_the_last(body: dict[str, Any]) -> None:
    """Empty, without a token, or with the token it was asked with: no loop without end."""
    assert read_positions(answer(body), "acme", token="99").following is None  # a position


@pytest.mark.parametrize("body", [[], {}, {"feedChanges": [{"feed": {}}]}, {"feedChanges": [{"feed": 1}]}])
def test_another_shape_is_an_error(body: Any) -> None:  # noqa: ANN401  # whatever a service may send
    """Never an empty list of feeds, which would read as "nothing changed"."""
    with pytest.raises(UnexpectedAnswer):
        read_positions(answer(body), "acme", token=None)


async def test_the_simulated_organization_tells_all_feeds_in_one_call(acme: Simulated) -> None:
    """Every visible feed has the token that its own package changes end with."""
    positions = await acme.feeds.package_positions()
    for feed in await acme.feeds.feeds():
        if feed.enabled:
            page = await acme.feeds.package_changes(feed, token=None)
            newest = page.token
            assert positions[feed.ref] == newest or page.exhausted
