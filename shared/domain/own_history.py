"""Our side of a collision: since when the name is ours, and how far our versions have come."""

from __future__ import annotations

from collections.abc import Iterable

from shared.domain.evidence_pack import OwnHistory
from shared.domain.version_jumps import highest
from shared.domain.versions import FeedVersion, Origin

__all__ = ["highest", "own_history"]


def own_history(versions: Iterable[FeedVersion]) -> OwnHistory:
    """Tell when the first internal version came, deleted ones too, and which live one is the highest.

    One version without a date may be the first: then the time is not known. Where all are deleted, the highest
    of them is told.
    """
    ours = [version for version in versions if version.origin is Origin.INTERNAL]
    times = [version.published_at for version in ours if version.published_at is not None]
    live = [version.version for version in ours if not version.deleted]
    return OwnHistory(
        first_published=min(times) if times and len(times) == len(ours) else None,
        latest_version=highest(live or [version.version for version in ours]),
    )
