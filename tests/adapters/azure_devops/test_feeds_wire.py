"""Feeds: what is asked, and what is read of them."""

from __future__ import annotations

from typing import Any

import pytest

from shared.adapters.azure_devops.exchange import Answer
from shared.adapters.azure_devops.feeds_wire import get_feed, kind_of, list_feeds, read_feed, read_feeds
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef, UpstreamKind, UpstreamSource
from shared.domain.versions import SourceLink
from shared.errors import UnexpectedAnswer
from tests.adapters.azure_devops.samples import (
    FEED_ID,
    HOSTS,
    INTERNAL_ID,
    ORGANIZATION_FEED,
    OTHER_FEED_ID,
    PROJECT_FEED,
    PROJECT_ID,
    PUBLIC_ID,
    answer,
    feed,
    internal_source,
    listed,
    public_source,
)

_PROJECT = {"id": PROJECT_ID.upper(), "name": "Payments", "visibility": "private"}


def test_one_call_lists_the_feeds_of_all_projects() -> None:
    """Without a project, and with the deleted sources that old versions still name."""
    request = list_feeds(HOSTS, "acme")
    assert (request.method, request.url) == ("GET", "https://feeds.example.test/acme/_apis/packaging/feeds")
    assert request.params == {"includeDeletedUpstreams": "true", "api-version": "7.1"}


def test_a_feed_is_asked_for_in_its_scope() -> None:
    """The project leads the address of a project-scoped feed."""
    assert get_feed(HOSTS, PROJECT_FEED).url == (
        f"https://feeds.example.test/acme/{PROJECT_ID}/_apis/packaging/feeds/{FEED_ID}"
    )


def test_scopes_and_names_are_read() -> None:
    """Ids are compared as text, so their letter case is settled here."""
    read = read_feeds(answer(listed(feed(id=FEED_ID.upper()), feed(id=OTHER_FEED_ID, project=_PROJECT))), "acme")
    first, second = (row.feed for row in read)
    assert (first.ref, first.title) == (ORGANIZATION_FEED, "core")
    assert (second.ref, second.title) == (FeedRef("acme", PROJECT_ID, OTHER_FEED_ID), "Payments/core")


def test_a_project_without_a_name_is_called_by_its_id() -> None:
    """Dropping it would make the feed look organization-scoped to people and to the policy file."""
    read = read_feed(answer(feed(project={"id": PROJECT_ID})), "acme", {})
    assert read.feed.title == f"{PROJECT_ID}/core"


@pytest.mark.parametrize(
    ("members", "enabled", "upstream_enabled"),
    [
        ({}, True, True),
        ({"isEnabled": False}, False, True),
        ({"upstreamEnabled": False}, True, False),
    ],
)
def test_what_is_left_out_has_its_default(members: dict[str, Any], enabled: bool, upstream_enabled: bool) -> None:  # noqa: FBT001  # columns of the table
    """A feed that says nothing is enabled and takes from its sources, which is the cautious reading."""
    body = {key: value for key, value in feed().items() if key != "upstreamEnabled"} | members
    read = read_feed(answer(body), "acme", {}).feed
    assert (read.enabled, read.upstream_enabled) == (enabled, upstream_enabled)


def test_a_public_source_is_read() -> None:
    """With its location, which is what the twin is looked up at."""
    assert read_feed(answer(feed(public_source())), "acme", {}).feed.upstreams == (
        UpstreamSource(
            source_id=PUBLIC_ID,
            name="public npm",
            ecosystem=Ecosystem.NPM,
            kind=UpstreamKind.PUBLIC,
            location="https://npm.example.test/",
            enabled=True,
        ),
    )


@pytest.mark.parametrize(
    ("protocol", "ecosystem"),
    [
        ("npm", Ecosystem.NPM),
        ("Npm", Ecosystem.NPM),
        ("NuGet", Ecosystem.NUGET),
        ("PyPi", Ecosystem.PYPI),
        ("Maven", Ecosystem.MAVEN),
        ("Cargo", Ecosystem.CARGO),
        ("UPack", None),
        ("conda", None),
        ("", None),
    ],
)
def test_protocols_come_in_any_letter_case(protocol: str, ecosystem: Ecosystem | None) -> None:
    """One real answer holds `npm` beside `Maven`; protocols without the switch are no ecosystem."""
    read = read_feed(answer(feed(public_source(protocol=protocol))), "acme", {})
    assert read.feed.upstreams[0].ecosystem is ecosystem


@pytest.mark.parametrize(
    ("status", "enabled"), [("ok", True), ("disabled", False), ("Disabled", False), (None, True), ("odd", True)]
)
def test_only_disabled_is_disabled(status: str | None, enabled: bool) -> None:  # noqa: FBT001  # a column of the table
    """A source in a state that we do not know may well serve."""
    read = read_feed(answer(feed(public_source(status=status))), "acme", {})
    assert read.feed.upstreams[0].enabled is enabled


def test_a_deleted_source_serves_nothing_but_is_remembered() -> None:
    """Versions saved through it still name it, and its kind tells their origin."""
    gone = public_source(deletedDate="2026-01-02T03:04:05.0130793Z", id=PUBLIC_ID.upper())
    read = read_feed(answer(feed(gone, internal_source())), "acme", {})
    assert [source.source_id for source in read.feed.upstreams] == [INTERNAL_ID]
    assert read.sources == (
        SourceLink(PUBLIC_ID, UpstreamKind.PUBLIC),
        SourceLink(INTERNAL_ID, UpstreamKind.INTERNAL),
    )


@pytest.mark.parametrize("kind", [None, "", "partner"])
def test_a_source_of_unreadable_kind_leads_nobody_knows_where(kind: str | None) -> None:
    """Taken for public, it would make the versions behind it external; so its reach is unknown instead."""
    source = public_source(upstreamSourceType=kind or "")
    if kind is None:
        del source["upstreamSourceType"]
    read = read_feed(answer(feed(source)), "acme", {})
    assert (read.feed.upstreams[0].kind, read.feed.upstreams[0].feed) == (UpstreamKind.INTERNAL, None)
    assert read.sources == ()
    assert kind_of(kind) is None


_OWN = {OTHER_FEED_ID: FeedRef("acme", PROJECT_ID, OTHER_FEED_ID)}


@pytest.mark.parametrize(
    ("source", "own", "target", "leads_elsewhere"),
    [
        (internal_source(), _OWN, _OWN[OTHER_FEED_ID], False),
        (internal_source(internalUpstreamFeedId=OTHER_FEED_ID.upper()), _OWN, _OWN[OTHER_FEED_ID], False),
        (internal_source(internalUpstreamProjectId=None), _OWN, _OWN[OTHER_FEED_ID], False),
        (internal_source(), {}, None, True),
        (internal_source(internalUpstreamCollectionId=None), {}, _OWN[OTHER_FEED_ID], False),
        (
            internal_source(internalUpstreamCollectionId=None, internalUpstreamProjectId=None),
            {},
            FeedRef("acme", None, OTHER_FEED_ID),
            False,
        ),
        (internal_source(internalUpstreamFeedId=None), _OWN, None, False),
    ],
)
def test_an_internal_source_leads_to_a_feed_of_ours_or_to_nothing(
    source: dict[str, Any],
    own: dict[str, FeedRef],
    target: FeedRef | None,
    leads_elsewhere: bool,  # noqa: FBT001  # a column of the table
) -> None:
    """Another organization's feed is never taken for one of ours."""
    read = read_feed(answer(feed(source)), "acme", own)
    assert (read.feed.upstreams[0].feed, read.leads_elsewhere) == (target, leads_elsewhere)


def test_the_list_resolves_its_own_internal_sources() -> None:
    """All feeds of the organization are in it, so no second call is needed."""
    target = feed(id=OTHER_FEED_ID, name="shared", project=_PROJECT)
    first, _ = read_feeds(answer(listed(feed(internal_source()), target)), "acme")
    assert first.feed.upstreams[0].feed == FeedRef("acme", PROJECT_ID, OTHER_FEED_ID)
    assert not first.leads_elsewhere


def test_a_byte_order_mark_is_no_obstacle() -> None:
    """Some of Microsoft's services write one."""
    sample = answer(feed())
    assert read_feed(Answer(200, {}, b"\xef\xbb\xbf" + sample.body), "acme", {}).feed.name == "core"


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"count": 1},
        listed(feed(id=None)),
        listed(feed(name=7)),
        listed(feed(isEnabled="no")),
        listed(feed(upstreamSources={})),
        listed(feed(public_source(id=None))),
        listed(feed(project={"name": "Payments"})),
    ],
)
def test_another_shape_is_refused(body: object) -> None:
    """A feed that is not understood is not dropped either: nobody would look at it again."""
    with pytest.raises(UnexpectedAnswer):
        read_feeds(answer(body), "acme")


def test_the_refusal_says_where_and_quotes_nothing() -> None:
    """The place helps; a value might be anything."""
    with pytest.raises(UnexpectedAnswer) as refusal:
        read_feeds(answer(listed(feed(name={"secret": "s3cr3t"}))), "acme")
    assert "value.0.name is not as documented" in str(refusal.value)
    assert "s3cr3t" not in str(refusal.value)
