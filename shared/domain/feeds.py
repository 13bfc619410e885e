"""Feeds and their upstream sources, in Azure Artifacts' own words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.domain.ecosystems import Ecosystem


@dataclass(frozen=True, slots=True)
class FeedRef:
    """Which feed: ids, never names, so that a rename changes nothing; project_id None = organization-scoped.

    The organization is lower-cased when it is read: Azure DevOps does not tell its letter cases apart.
    """

    organization: str
    project_id: str | None
    feed_id: str


class UpstreamKind(StrEnum):
    """Where an upstream source leads."""

    PUBLIC = "public"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class UpstreamSource:
    """One upstream source of a feed; `ecosystem` None = a protocol without upstreaming behavior.

    `location` is set by whoever administers the feed: untrusted. `feed` is where an internal
    source leads; None where that is another organization or was not said.
    """

    source_id: str
    name: str
    ecosystem: Ecosystem | None
    kind: UpstreamKind
    location: str
    enabled: bool
    feed: FeedRef | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as it is now. `enabled` false = Azure refuses every interaction with it."""

    ref: FeedRef
    name: str
    project_name: str | None
    enabled: bool
    upstream_enabled: bool
    upstreams: tuple[UpstreamSource, ...]

    @property
    def title(self) -> str:
        """How people call it: `project/feed`, or `feed` where it is organization-scoped."""
        return self.name if self.project_name is None else f"{self.project_name}/{self.name}"

    def upstreams_for(self, ecosystem: Ecosystem) -> tuple[UpstreamSource, ...]:
        """Return every upstream source of that ecosystem, disabled ones too, in search order."""
        return tuple(source for source in self.upstreams if source.ecosystem is ecosystem)

    def serves_from(self, source: UpstreamSource) -> bool:
        """Say whether the feed takes versions from this source now."""
        return self.upstream_enabled and source.enabled
