"""Versions in a feed, and where each was first pushed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from shared.domain.feeds import UpstreamKind

_ZERO_GUID: Final = "00000000-0000-0000-0000-000000000000"


class Origin(StrEnum):
    """Internal = first pushed to an Azure Artifacts feed; external = came from a public registry."""

    INTERNAL = "internal"
    EXTERNAL = "external"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FeedVersion:
    """One version that a feed holds, or held (`deleted`). `published_at` is when this feed first saw it."""

    version: str
    origin: Origin
    deleted: bool
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SourceLink:
    """One step of a version's source chain; the first is the immediate source."""

    source_id: str | None
    kind: UpstreamKind


def is_direct(source_id: str | None) -> bool:
    """Say whether a direct upstream source id means "pushed to this very feed"."""
    return source_id in (None, "", _ZERO_GUID)


def origin_of(
    *,
    direct_source_id: str | None,
    chain: Iterable[SourceLink],
    known_sources: Iterable[SourceLink],
) -> Origin:
    """Tell where a saved version was first pushed; a contradiction is unknown, never a guess.

    `known_sources` are the feed's upstream sources, deleted ones too, against which the chain is checked.

    Source: field texts of `directUpstreamSourceId` and `sourceChain` in the feed API,
        https://learn.microsoft.com/rest/api/azure/devops/artifacts/artifact-details/get-package-versions
    """
    links = tuple(chain)
    if is_direct(direct_source_id):
        return Origin.UNKNOWN if links else Origin.INTERNAL
    declared = {link.kind for link in known_sources if link.source_id == direct_source_id}
    if not links:
        # Only "this source is a public registry" settles it: behind an internal source anything may stand.
        return Origin.EXTERNAL if declared == {UpstreamKind.PUBLIC} else Origin.UNKNOWN
    immediate = links[0]
    if immediate.source_id not in (None, direct_source_id) or declared - {immediate.kind}:
        return Origin.UNKNOWN
    if any(link.kind is UpstreamKind.PUBLIC for link in links):
        return Origin.EXTERNAL
    return Origin.INTERNAL
