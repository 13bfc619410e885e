"""Feeds and their upstream sources: requests and readers.

Deleted upstream sources are asked for too: a version saved through one still names it.

Source: Feed Management, https://learn.microsoft.com/rest/api/azure/devops/artifacts/feed-management
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from shared.adapters.azure_devops.addresses import Hosts, address, feed_address
from shared.adapters.azure_devops.exchange import LARGE_ANSWER, SERVICE, Answer, Request, parsed
from shared.adapters.azure_devops.feed_rows import FeedRow, FeedRows, SourceRow, UnreadableRow, guid, kind_of
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import Feed, FeedRef, UpstreamKind, UpstreamSource
from shared.domain.versions import SourceLink
from shared.errors import NoUpstreamingBehavior, UnexpectedAnswer, UntrustedInput
from shared.logs import told

__all__ = [
    "VERSION",
    "OwnFeeds",
    "ReadFeed",
    "ecosystem_of",
    "get_feed",
    "kind_of",
    "list_feeds",
    "own_feeds",
    "read_feed",
    "read_feeds",
]

logger = logging.getLogger(__name__)

VERSION: Final = "7.1"
_PARAMS: Final = {"includeDeletedUpstreams": "true", "api-version": VERSION}

type OwnFeeds = Mapping[str, FeedRef]


@dataclass(frozen=True, slots=True)
class ReadFeed:
    """A feed, and what is needed beside it: all its sources, deleted ones too, for the origin rule.

    `views` = through which view of the other feed an internal source looks, by source id. `leads_elsewhere` =
    an internal source names a collection, so only a list of the organization's feeds can tell whether it stays
    within the organization.
    """

    feed: Feed
    sources: tuple[SourceLink, ...]
    views: Mapping[str, str]
    leads_elsewhere: bool


def list_feeds(hosts: Hosts, organization: str) -> Request:
    """Ask for all feeds of the organization in one call: without a project it lists every project's feeds too."""
    url = address(hosts.feeds, organization, None, "_apis", "packaging", "feeds")
    return Request("GET", url, params=_PARAMS, longest_answer=LARGE_ANSWER)


def get_feed(hosts: Hosts, ref: FeedRef) -> Request:
    """Ask for one feed, in its scope."""
    return Request("GET", feed_address(hosts.feeds, ref), params=_PARAMS)


def read_feeds(answer: Answer, organization: str) -> tuple[ReadFeed, ...]:
    """Read the list of feeds; internal sources are resolved against this very list.

    A row that cannot be read is logged and passed over, so that it does not hide the other feeds.

    Raises:
        UnexpectedAnswer: no list, or none of its rows can be read.
    """
    read = parsed(answer, FeedRows).value
    rows = [row for row in read if isinstance(row, FeedRow)]
    flaws = [f"value.{place}{row.flaw}" for place, row in enumerate(read) if isinstance(row, UnreadableRow)]
    if flaws and not rows:
        raise UnexpectedAnswer(flaws[0], service=SERVICE)
    for flaw in flaws:
        logger.warning(told("a feed cannot be read and is passed over", organization=organization, why=flaw))
    own = own_feeds(_ref(row, organization) for row in rows)
    return tuple(_read(row, organization, own) for row in rows)


def read_feed(answer: Answer, organization: str, own: OwnFeeds) -> ReadFeed:
    """Read one feed; internal sources are resolved against the feeds known to be the organization's own."""
    return _read(parsed(answer, FeedRow), organization, own)


def own_feeds(refs: Iterable[FeedRef]) -> OwnFeeds:
    """Index feeds by their ids, which are unique across organizations."""
    return {ref.feed_id: ref for ref in refs}


def ecosystem_of(protocol: str) -> Ecosystem | None:
    """Read a protocol in any letter case; None for Universal packages and whatever may come."""
    try:
        return Ecosystem.of(protocol)
    except (NoUpstreamingBehavior, UntrustedInput):
        return None


def _ref(row: FeedRow, organization: str) -> FeedRef:
    project_id = None if row.project is None else guid(row.project.id)
    return FeedRef(organization, project_id, guid(row.id))


def _read(row: FeedRow, organization: str, own: OwnFeeds) -> ReadFeed:
    sources = row.upstream_sources
    standing = tuple(source for source in sources if not source.deleted_date)
    feed = Feed(
        ref=_ref(row, organization),
        name=row.name,
        project_name=None if row.project is None else row.project.name or row.project.id,
        enabled=row.is_enabled,
        upstream_enabled=row.upstream_enabled,
        upstreams=tuple(read for source in standing for read in _upstreams(source, organization, own)),
    )
    links = tuple(SourceLink(s.source_id, kind) for s in sources if (kind := s.kind))
    views = {s.source_id: guid(view) for s in standing if s.id and (view := s.internal_upstream_view_id)}
    return ReadFeed(feed, links, views, any(_is_elsewhere(source, own) for source in standing))


def _is_elsewhere(source: SourceRow, own: OwnFeeds) -> bool:
    target = source.internal_upstream_feed_id
    return bool(target and source.internal_upstream_collection_id and guid(target) not in own)


def _upstreams(source: SourceRow, organization: str, own: OwnFeeds) -> tuple[UpstreamSource, ...]:
    if source.protocol:
        return (_upstream(source, ecosystem_of(source.protocol), source.kind, organization, own),)
    # A source that does not say what it serves may serve every ecosystem, from nobody knows where.
    return tuple(_upstream(source, ecosystem, None, organization, own) for ecosystem in Ecosystem)


def _upstream(
    source: SourceRow, ecosystem: Ecosystem | None, kind: UpstreamKind | None, organization: str, own: OwnFeeds
) -> UpstreamSource:
    # A kind that we cannot read is not taken for "public", which would let its versions count as external, but
    # for an internal source that leads nobody knows where: that reach is unknown to everyone who asks.
    return UpstreamSource(
        source_id=source.source_id,
        name=source.name or "",
        ecosystem=ecosystem,
        kind=kind or UpstreamKind.INTERNAL,
        location=source.location or "",
        enabled=(source.status or "ok").lower() != "disabled",
        feed=_target(source, organization, own) if kind is UpstreamKind.INTERNAL else None,
    )


def _target(source: SourceRow, organization: str, own: OwnFeeds) -> FeedRef | None:
    """Resolve where an internal source leads.

    A feed does not say which collection its own organization is. So: a target in the organization's own list of
    feeds is that feed; without a collection id the source stays within the organization, by its own ids; with
    one, a target that the list does not hold is another organization's, or hidden from us, and stays unresolved.
    """
    if not source.internal_upstream_feed_id:
        return None
    feed_id = guid(source.internal_upstream_feed_id)
    if feed_id in own:
        return own[feed_id]
    if source.internal_upstream_collection_id:
        return None
    project_id = source.internal_upstream_project_id
    return FeedRef(organization, guid(project_id) if project_id else None, feed_id)
