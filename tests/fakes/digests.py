"""Digests in memory."""

from __future__ import annotations

from shared.domain.seals import DayDigest
from shared.errors import UpstreamUnavailable


class MemoryDigests:
    """One digest a day."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self.kept: list[DayDigest] = []
        self.fails = False

    async def keep(self, digest: DayDigest) -> bool:
        """Keep the first of a day."""
        if self.fails:
            raise UpstreamUnavailable("no answer", service="blob storage")
        is_new = all(kept.day != digest.day for kept in self.kept)
        self.kept += [digest] * is_new
        return is_new
