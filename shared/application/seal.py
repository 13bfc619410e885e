"""Seal: once a day, write down where every audit chain stands, where nobody can change it afterwards."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

from shared.domain.seals import digest_of
from shared.logs import told
from shared.ports import Chains, Clock, Digests

logger = logging.getLogger(__name__)

_NAMED: Final = 20


@dataclass(frozen=True, slots=True)
class Sealer:
    """Writes the digest of the day; `digests` None = no place for them is configured."""

    chains: Chains
    digests: Digests | None
    clock: Clock

    async def seal(self) -> None:
        """Write today's digest, unless there is one: the first of a day stays.

        Cases that move meanwhile are written as they stood before or after, each in itself whole. What cannot be read
        is named in the digest: left out in silence, it would be as if it had never been.
        """
        if self.digests is None:
            return
        digest = digest_of(self.clock().date(), [stand async for stand in self.chains.stands()])
        is_new = await self.digests.keep(digest)
        for subject, why in list(digest.unread.items())[:_NAMED]:
            logger.error(told("chain whose case cannot be read", subject=subject, why=why))
        unsealed = len(digest.subjects) - len(digest.seals)
        counts = {"chains": len(digest.seals), "new": is_new, "unread": len(digest.unread), "unsealed": unsealed}
        logger.info(told("chains sealed", day=digest.day, **counts))
