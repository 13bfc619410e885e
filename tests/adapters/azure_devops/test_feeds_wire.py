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
        ({"isEnabled": None, "upstreamEnabled": None}, True, True),
        ({"isEnabled": "no", "upstreamEnabled": 0}, True, True),
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
        listed(feed(id="")),
        listed(feed(project={"name": "Payments"})),
        listed(feed(project={"id": "", "name": "Payments"})),
        listed(feed(id=None), 7, None, []),
    ],
)
def test_another_shape_is_refused(body: object) -> None:
    """A list of which nothing is understood is no empty organization."""
    with pytest.raises(UnexpectedAnswer):
        read_feeds(answer(body), "acme")


def test_the_refusal_says_where_and_quotes_nothing() -> None:
    """The place helps; a value might be anything."""
    with pytest.raises(UnexpectedAnswer) as refusal:
        read_feeds(answer(listed(feed(name={"secret": "s3cr3t"}))), "acme")
    assert "value.0.name is not as documented" in str(refusal.value)
    assert "s3cr3t" not in str(refusal.value)


@pytest.mark.parametrize(
    ("row", "flaw"),
    [
        (feed(id=None), "value.0.id is not as documented (string_type)"),
        (feed(name=None), "value.0.name is not as documented (string_type)"),
        (feed(project={"name": "s3cr3t"}), "value.0.project.id is not as documented (missing)"),
        ("s3cr3t", "value.0 is not as documented (model_type)"),
    ],
)
def test_a_row_that_cannot_be_read_hides_no_other(row: object, flaw: str, caplog: pytest.LogCaptureFixture) -> None:
    """It is logged, without its values, and the rest of the organization is guarded."""
    read = read_feeds(answer(listed(row, feed(id=OTHER_FEED_ID))), "acme")
    assert [one.feed.ref.feed_id for one in read] == [OTHER_FEED_ID]
    (record,) = caplog.records
    assert (record.levelname, flaw in record.getMessage(), "s3cr3t" in record.getMessage()) == ("WARNING", True, False)


def test_one_feed_that_cannot_be_read_is_refused() -> None:
    """Whoever asked for this very feed must know."""
    with pytest.raises(UnexpectedAnswer):
        read_feed(answer(feed(name=None)), "acme", {})


def test_an_organization_without_feeds_is_no_error() -> None:
    """An empty list was read whole."""
    assert read_feeds(answer(listed()), "acme") == ()


@pytest.mark.parametrize(
    ("source", "source_id", "ecosystems"),
    [
        (public_source(id=None), "unreadable", [Ecosystem.NPM]),
        (public_source(id=7), "unreadable", [Ecosystem.NPM]),
        (internal_source(id=""), "unreadable", [Ecosystem.NUGET]),
        (public_source(location={}), PUBLIC_ID, [Ecosystem.NPM]),
        (public_source(status=[]), PUBLIC_ID, [Ecosystem.NPM]),
        (public_source(deletedDate=7), PUBLIC_ID, [Ecosystem.NPM]),
        (public_source(protocol=None), PUBLIC_ID, list(Ecosystem)),
        (public_source(protocol=""), PUBLIC_ID, list(Ecosystem)),
        (internal_source(protocol=None), INTERNAL_ID, list(Ecosystem)),
        (public_source(protocol=[]), PUBLIC_ID, list(Ecosystem)),
        (public_source(id=None, protocol=None), "unreadable", list(Ecosystem)),
        ({}, "unreadable", list(Ecosystem)),
        (None, "unreadable", list(Ecosystem)),
        ("npm", "unreadable", list(Ecosystem)),
    ],
)
def test_a_source_that_cannot_be_read_has_an_unknown_reach(
    source: Any,  # noqa: ANN401  # what should be a source
    source_id: str,
    ecosystems: list[Ecosystem],
) -> None:
    """It never vanishes: without a readable protocol it may serve every ecosystem."""
    read = read_feeds(answer(listed(feed() | {"upstreamSources": [source, internal_source(name="sound")]})), "acme")
    *unknown, sound = read[0].feed.upstreams
    assert sound.name == "sound"
    assert [one.ecosystem for one in unknown] == ecosystems
    assert {(one.source_id, one.kind, one.feed, one.enabled) for one in unknown} == {
        (source_id, UpstreamKind.INTERNAL, None, True)
    }


@pytest.mark.parametrize("sources", [{}, "none", 0])
def test_sources_that_are_no_list_are_one_of_unknown_reach(sources: object) -> None:
    """Not a feed without sources, whose packages nothing could expose."""
    read = read_feed(answer(feed() | {"upstreamSources": sources}), "acme", {})
    assert [(one.ecosystem, one.feed) for one in read.feed.upstreams] == [(one, None) for one in Ecosystem]
    assert read_feed(answer(feed() | {"upstreamSources": None}), "acme", {}).feed.upstreams == ()


def test_a_source_without_texts_is_still_read() -> None:
    """Null for a name, a location or a status means that nothing was said."""
    (source,) = read_feed(answer(feed(public_source(name=None, location=None))), "acme", {}).feed.upstreams
    assert (source.kind, source.name, source.location) == (UpstreamKind.PUBLIC, "", "")
