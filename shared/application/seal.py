"""Seal: once a day, write down where every audit chain stands, where nobody can change it afterwards."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from shared.domain.audit import subject_of
from shared.domain.seals import DayDigest, Seal
from shared.logs import told
from shared.ports import Clock, Digests, Register

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sealer:
    """Writes the digest of the day; `digests` None = no place for them is configured."""

    register: Register
    digests: Digests | None
    clock: Clock

    async def seal(self) -> None:
        """Write today's digest, unless there is one: the first of a day stays.

        Cases that move meanwhile are written as they stood before or after, each in itself whole.
        """
        if self.digests is None:
            return
        day = self.clock().date()
        found = [Seal(subject_of(c.feed, c.name), c.sequence, c.head) async for c in self.register.cases()]
        is_new = await self.digests.keep(DayDigest(day, {seal.subject: seal for seal in found}))
        logger.info(told("chains sealed", day=day, chains=len(found), new=is_new))
