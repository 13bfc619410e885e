"""Announce: what is about no package: the organization's policy is off, a registry's changes may have been missed."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from shared.application.feed_book import FeedBook
from shared.application.notify_messages import Dispatch
from shared.application.standings import Standing, Standings
from shared.domain.evidence import OrganizationPolicy
from shared.domain.findings import whole_organization
from shared.domain.notices import Notice, NoticeKind
from shared.domain.public_sources import PublicSource, sources_of
from shared.errors import StaleWrite
from shared.logs import told
from shared.ports import Clock, Cursor, Cursors, FeedService, Queue, QueueName

logger = logging.getLogger(__name__)

_POLICY_KEY = "announced|organization-policy"


@dataclass(frozen=True, slots=True)
class Announcer:
    """Compares what is with what was told, and tells the difference, each once.

    The notice is queued before it is written down as told: a crash between repeats it, with the same id.
    """

    service: FeedService
    book: FeedBook
    standings: Standings
    cursors: Cursors
    queue: Queue
    clock: Clock
    organization: str

    async def look(self) -> int:
        """Queue what is new; return how many notices. Raises UpstreamError."""
        count = await self._policy()
        for source in sources_of(await self.book.listed()):
            count += await self._losses(source)
        return count

    async def _policy(self) -> int:
        """Tell once when the policy is seen off; it has to be seen on before it is told again."""
        policy = await self.service.organization_policy()
        row = await self.cursors.read(_POLICY_KEY)
        times, is_off = _told_so_far(row)
        if policy is OrganizationPolicy.OFF and not is_off:
            facts = {"organization": self.organization}
            notice_id = f"organization-policy-off-{self.organization}-{times + 1}"
            await self._tell(notice_id, NoticeKind.ORGANIZATION_POLICY_OFF, facts)
            return await self._note(_POLICY_KEY, row, times=times + 1, still=True)
        if policy is OrganizationPolicy.ON and is_off:
            await self._note(_POLICY_KEY, row, times=times, still=False)
        return 0

    async def _losses(self, source: PublicSource) -> int:
        standing = await self.standings.read(source)
        key = f"announced|losses|{source.key}"
        row = await self.cursors.read(key)
        times, _ = _told_so_far(row)
        if standing.losses <= times:
            return 0
        mark = hashlib.sha256(source.key.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        await self._tell(f"watch-lossy-{mark}-{standing.losses}", NoticeKind.WATCH_LOSSY, _loss(source, standing))
        return await self._note(key, row, times=standing.losses, still=False)

    async def _tell(self, notice_id: str, kind: NoticeKind, facts: Mapping[str, str]) -> None:
        feed = whole_organization(self.organization)
        notice = Notice(notice_id, kind, feed, f"{self.organization}/{kind.value}", self.clock(), facts)
        await self.queue.put(QueueName.NOTICES, Dispatch(notice).text())

    async def _note(self, key: str, row: Cursor | None, *, times: int, still: bool) -> int:
        try:
            await self.cursors.save(key, json.dumps({"times": times, "still": still}), replaces=row)
        except StaleWrite:
            # Another instance told the same at the same time, under the same id.
            logger.info(told("announced by another instance too", key=key))
        return 1


def _loss(source: PublicSource, standing: Standing) -> dict[str, str]:
    return {"registry": f"{source.ecosystem} {source.location}", "loss": standing.loss or "it was not told what"}


def _told_so_far(row: Cursor | None) -> tuple[int, bool]:
    """Return how often it was told, and whether that still holds; what cannot be read was never told."""
    try:
        kept = json.loads("{}" if row is None else row.value)
        return int(kept.get("times", 0)), bool(kept.get("still", False))
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        return 0, False
