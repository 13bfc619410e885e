"""Versions: what is asked, and how each one's origin is told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.adapters.azure_devops.versions_wire import list_versions, read_versions, unknown_sources, with_origins
from shared.domain.feeds import UpstreamKind
from shared.domain.versions import FeedVersion, Origin, SourceLink
from shared.errors import UnexpectedAnswer, UntrustedInput
from tests.adapters.azure_devops.samples import (
    FEED_ID,
    HOSTS,
    INTERNAL_ID,
    ORGANIZATION_FEED,
    PUBLIC_ID,
    ZERO_GUID,
    answer,
    listed,
    version,
)

_KNOWN = (SourceLink(PUBLIC_ID, UpstreamKind.PUBLIC), SourceLink(INTERNAL_ID, UpstreamKind.INTERNAL))


def test_all_versions_are_asked_for() -> None:
    """No `isListed` (404 for all but NuGet) and no `isDeleted`, which would hide half of them."""
    request = list_versions(HOSTS, ORGANIZATION_FEED, "pkg 1")
    assert request.url == (f"https://feeds.example.test/acme/_apis/packaging/feeds/{FEED_ID}/packages/pkg%201/versions")
    assert request.params == {"includeUrls": "false", "api-version": "7.1"}


def test_an_id_that_is_no_segment_is_refused() -> None:
    """It would ask for something else."""
    with pytest.raises(UntrustedInput):
        list_versions(HOSTS, ORGANIZATION_FEED, "..")


def _link(source_id: str | None, kind: str | None, member: str = "upstreamSourceType") -> dict[str, Any]:
    return {"id": source_id, "name": "x", "location": "https://x.example.test/", member: kind}


@pytest.mark.parametrize(
    ("members", "origin"),
    [
        ({}, Origin.INTERNAL),
        ({"directUpstreamSourceId": ZERO_GUID}, Origin.INTERNAL),
        ({"directUpstreamSourceId": None, "sourceChain": None}, Origin.INTERNAL),
        ({"directUpstreamSourceId": PUBLIC_ID, "sourceChain": [_link(PUBLIC_ID, "public")]}, Origin.EXTERNAL),
        ({"directUpstreamSourceId": PUBLIC_ID.upper(), "sourceChain": [_link(PUBLIC_ID, "Public")]}, Origin.EXTERNAL),
        ({"directUpstreamSourceId": PUBLIC_ID}, Origin.EXTERNAL),
        ({"directUpstreamSourceId": INTERNAL_ID}, Origin.UNKNOWN),
        ({"directUpstreamSourceId": INTERNAL_ID, "sourceChain": [_link(INTERNAL_ID, "internal")]}, Origin.INTERNAL),
        (
            {
                "directUpstreamSourceId": INTERNAL_ID,
                "sourceChain": [
                    _link(INTERNAL_ID, "internal", "sourceType"),
                    _link(PUBLIC_ID, "public", "sourceType"),
                ],
            },
            Origin.EXTERNAL,
        ),
        ({"directUpstreamSourceId": PUBLIC_ID, "sourceChain": [_link(PUBLIC_ID, "internal")]}, Origin.UNKNOWN),
        ({"sourceChain": [_link(INTERNAL_ID, "internal")]}, Origin.UNKNOWN),
        ({"directUpstreamSourceId": INTERNAL_ID, "sourceChain": [_link(INTERNAL_ID, "partner")]}, Origin.UNKNOWN),
        ({"directUpstreamSourceId": INTERNAL_ID, "sourceChain": [_link(None, None)]}, Origin.UNKNOWN),
        ({"sourceChain": [_link(None, None)]}, Origin.UNKNOWN),
    ],
)
def test_origins_are_told_by_the_rule(members: dict[str, Any], origin: Origin) -> None:
    """A chain that contradicts the feed, or cannot be read, is unknown, never a guess."""
    saved = read_versions(answer(listed(version(**members))))
    assert [held.origin for held in with_origins(saved, _KNOWN)] == [origin]


@pytest.mark.parametrize(
    ("members", "deleted"),
    [
        ({}, False),
        ({"isDeleted": False, "deletedDate": None}, False),
        ({"isDeleted": True}, True),
        ({"deletedDate": "2026-01-02T03:04:05.01Z"}, True),
    ],
)
def test_either_member_marks_a_deletion(members: dict[str, Any], deleted: bool) -> None:  # noqa: FBT001  # a column
    """Both are left out where a version stands."""
    assert [held.deleted for held in read_versions(answer(listed(version(**members))))] == [deleted]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-02T03:04:05.0130793Z", datetime(2026, 1, 2, 3, 4, 5, 13079, UTC)),
        ("2026-01-02T03:04:05", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T05:04:05+02:00", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("0001-01-01T00:00:00", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_moments_of_dotnet_are_read(text: str | None, moment: datetime | None) -> None:
    """Seven fractional digits; year 1 is how .NET writes "never"."""
    (held,) = with_origins(read_versions(answer(listed(version("2.0", publishDate=text)))), ())
    assert held == FeedVersion("2.0", Origin.INTERNAL, deleted=False, published_at=moment)


@pytest.mark.parametrize(
    ("source", "unknown"), [(None, False), (ZERO_GUID, False), (PUBLIC_ID.upper(), False), ("gone", True)]
)
def test_a_source_that_the_feed_no_longer_shows_is_noticed(source: str | None, unknown: bool) -> None:  # noqa: FBT001
    """Then the feed is asked again, with its deleted sources."""
    saved = read_versions(answer(listed(version(), version(directUpstreamSourceId=source))))
    assert unknown_sources(saved, _KNOWN) is unknown


@pytest.mark.parametrize(
    "body", [{}, listed({}), listed(version() | {"version": None}), listed(version(sourceChain={})), listed("1.0")]
)
def test_versions_of_another_shape_are_refused(body: object) -> None:
    """A version that is not understood could be the internal one."""
    with pytest.raises(UnexpectedAnswer):
        read_versions(answer(body))
