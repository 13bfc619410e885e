"""The client: which calls it makes, and in which order."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName
from shared.domain.versions import Origin
from shared.errors import FeedNotFound
from shared.ports import FeedService, ListedPackage
from tests.adapters.azure_devops.samples import (
    FEED_ID,
    ORGANIZATION_FEED,
    OTHER_FEED_ID,
    PROJECT_ID,
    PUBLIC_ID,
    answer,
    feed,
    internal_source,
    known_feed,
    listed,
    package,
    public_source,
    version,
    wrapped_error,
)
from tests.adapters.azure_devops.scripted import bench

_BELOW = f"/acme/_apis/packaging/feeds/{FEED_ID}"
_CORE = PackageName.of(Ecosystem.NPM, "core")
_LISTED = ListedPackage("id-of-core", _CORE, maybe_internal=True, maybe_external=True)
_GONE = public_source(deletedDate="2026-01-02T03:04:05.0130793Z")
_SAVED = version("2.0.0", directUpstreamSourceId=PUBLIC_ID)


def test_it_is_a_feed_service() -> None:
    """The type checker compares every method with the port."""
    service: FeedService = bench(answer({})).feeds
    assert service is not None


async def test_feeds_are_one_call() -> None:
    """Of the organization in lower case, as its refs have it."""
    b = bench(answer(listed(feed(), feed(id=OTHER_FEED_ID, project={"id": PROJECT_ID, "name": "Payments"}))))
    assert [row.ref for row in await b.feeds.feeds()] == [
        ORGANIZATION_FEED,
        FeedRef("acme", PROJECT_ID, OTHER_FEED_ID),
    ]
    assert b.service.paths == ["/acme/_apis/packaging/feeds"]


async def test_a_feed_without_internal_sources_is_one_call() -> None:
    """There is nothing to resolve."""
    b = bench(answer(feed(public_source())))
    assert (await b.feeds.feed(ORGANIZATION_FEED)).ref == ORGANIZATION_FEED
    assert b.service.paths == [_BELOW]


async def test_where_an_internal_source_leads_is_looked_up_once() -> None:
    """In the organization's list, which is good for the next feeds, too."""
    one = answer(feed(internal_source()))
    every = answer(listed(feed(internal_source()), feed(id=OTHER_FEED_ID, project={"id": PROJECT_ID, "name": "P"})))
    b = bench(one, every, one)
    for _ in range(3):
        (source,) = (await b.feeds.feed(ORGANIZATION_FEED)).upstreams
        assert source.feed == FeedRef("acme", PROJECT_ID, OTHER_FEED_ID)
    assert b.service.paths == [_BELOW, "/acme/_apis/packaging/feeds", _BELOW, _BELOW]


async def test_another_organization_s_feed_stays_unresolved() -> None:
    """Its reach is then unknown."""
    one = answer(feed(internal_source()))
    b = bench(one, answer(listed(feed(internal_source()))), one)
    for _ in range(2):
        (source,) = (await b.feeds.feed(ORGANIZATION_FEED)).upstreams
        assert source.feed is None
    assert len(b.service.paths) == 3


async def test_a_feed_that_is_gone() -> None:
    """Or not ours to see."""
    b = bench(answer(wrapped_error("FeedIdNotFoundException"), status=404))
    with pytest.raises(FeedNotFound):
        await b.feeds.feed(ORGANIZATION_FEED)


async def test_a_page_is_read_with_the_deleted_sources_that_are_known() -> None:
    """A package that came through one is surely external, and costs no further call."""
    b = bench(answer(listed(feed(_GONE))), answer(listed(package(PUBLIC_ID))))
    (only,) = await b.feeds.feeds()
    (row,) = (await b.feeds.packages(only, skip=0)).packages
    assert (row.maybe_internal, row.maybe_external) == (False, True)


async def test_changes_are_read() -> None:
    """From the token on."""
    b = bench(answer({"count": 0, "packageChanges": [], "nextPackageContinuationToken": 7}))
    read = await b.feeds.package_changes(known_feed(), token="7")
    assert (read.token, read.exhausted) == ("7", True)
    assert b.service.asked[0].url.params["continuationToken"] == "7"


async def test_a_package_is_found_by_its_canonical_name() -> None:
    """The filter finds parts of names, so others come along; the first hit ends the search."""
    rows = listed(
        package(None, name="Acme.Core.Api", protocol="PyPi"), package(None, name="Acme.Core", protocol="PyPi")
    )
    b = bench(answer(listed()), answer(rows))
    found = await b.feeds.find_package(known_feed(), PackageName.of(Ecosystem.PYPI, "acme-core"))
    assert found is not None
    assert (found.package_id, found.name.spelling) == ("id-of-Acme.Core", "Acme.Core")
    assert [sent.url.params["packageNameQuery"] for sent in b.service.asked] == ["acme-core", "acme"]


async def test_a_search_goes_through_full_pages() -> None:
    """A popular part of a name has more than one."""
    full = answer(listed(*(package(None, name=f"core-{number}") for number in range(1000))))
    b = bench(full, answer(listed(package(None))))
    found = await b.feeds.find_package(known_feed(), _CORE)
    assert found is not None
    assert [sent.url.params["$skip"] for sent in b.service.asked] == ["0", "1000"]


async def test_what_no_search_finds_is_not_there() -> None:
    """Only after the widest search came to its end."""
    b = bench(answer(listed(package(None, name="core-x"))))
    assert await b.feeds.find_package(known_feed(), PackageName.of(Ecosystem.NPM, "core.js")) is None
    assert [sent.url.params["packageNameQuery"] for sent in b.service.asked] == ["core.js", "core"]


async def test_versions_are_one_call_where_their_sources_are_known() -> None:
    """The feed that was handed in knows them."""
    b = bench(answer(listed(feed(public_source()))), answer(listed(version(), _SAVED)))
    (only,) = await b.feeds.feeds()
    assert [held.origin for held in await b.feeds.versions(only, _LISTED)] == [Origin.INTERNAL, Origin.EXTERNAL]
    assert b.service.paths[1:] == [f"{_BELOW}/packages/id-of-core/versions"]


async def test_a_source_that_is_not_known_is_asked_for_once() -> None:
    """The feed tells its deleted sources; what it does not tell then, it will not tell a minute later."""
    b = bench(answer(listed(_SAVED)), answer(feed(_GONE)), answer(listed(_SAVED)))
    for _ in range(2):
        (held,) = await b.feeds.versions(known_feed(), _LISTED)
        assert held.origin is Origin.EXTERNAL
    versions = f"{_BELOW}/packages/id-of-core/versions"
    assert b.service.paths == [versions, _BELOW, versions]


async def test_a_source_that_nobody_knows_leaves_the_origin_unknown() -> None:
    """And does not cost a call a package; later it is worth another look."""
    b = bench(
        answer(listed(_SAVED)), answer(feed()), answer(listed(_SAVED)), answer(listed(_SAVED)), answer(feed(_GONE))
    )
    for origin in (Origin.UNKNOWN, Origin.UNKNOWN):
        (held,) = await b.feeds.versions(known_feed(), _LISTED)
        assert held.origin is origin
    assert len(b.service.asked) == 3
    b.clock.advance(timedelta(minutes=5))
    (held,) = await b.feeds.versions(known_feed(), _LISTED)
    assert held.origin is Origin.EXTERNAL
