"""A twin without its details: what decisions about presence are tested on."""

from __future__ import annotations

from shared.domain.twins import PublicTwin


def basics(twin: PublicTwin) -> PublicTwin:
    """Leave out what is told of publishers, scripts, repositories and counts."""
    return PublicTwin(twin.presence, twin.detail, twin.first_published, twin.latest_version, twin.maintainers)
