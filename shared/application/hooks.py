"""Look after the service hooks that call us: one that does not deliver says so nowhere but in Azure DevOps."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from shared.application.feed_book import FeedBook
from shared.application.hook_row import KEY, HookRow, read_row
from shared.application.notify_messages import Dispatch
from shared.domain.findings import whole_organization
from shared.domain.notices import Notice, NoticeKind
from shared.domain.subscription_health import (
    STATES,
    HookChanges,
    KnownHook,
    Rest,
    calls_our_path,
    calls_us,
    compare,
)
from shared.domain.subscriptions import SubscriptionList, SubscriptionStatus
from shared.errors import AuthenticationFailed, FeedwardenError, PermissionMissing, StaleWrite, UpstreamError
from shared.logs import told
from shared.ports import Clock, Cursor, Cursors, HookSubscriptions, Queue, QueueName

logger = logging.getLogger(__name__)

# As many as a letter shows whole; readiness lists more.
_NAMED: Final = 4
_KIND: Final = NoticeKind.HOOKS_NOT_DELIVERING


@dataclass(frozen=True, slots=True)
class HookInspector:
    """Compares the subscriptions that call us with what was told of them, and tells the difference, each once.

    `base_url` = our own address, empty = not set: then whoever calls our path calls us. The notice is queued before it
    is written down as told: a crash between repeats it, with the same id.
    """

    hooks: HookSubscriptions
    book: FeedBook
    cursors: Cursors
    queue: Queue
    clock: Clock
    organization: str
    base_url: str

    async def look(self) -> int:
        """Look once; return of how many people are told anew. What goes wrong is logged and not raised."""
        try:
            cursor = await self.cursors.read(KEY)
            return await self._compare(cursor, read_row(cursor))
        except FeedwardenError as error:
            logger.warning(told("service hooks not looked at", error=error))
            return 0

    async def _compare(self, cursor: Cursor | None, row: HookRow) -> int:
        try:
            listed = await self.hooks.subscriptions()
        except UpstreamError as error:
            # Not seeing them says nothing of them: what was known stays, and nobody is told.
            logger.warning(told("service hooks not visible", error=error))
            hidden = isinstance(error, PermissionMissing | AuthenticationFailed)
            await self._save(cursor, replace(row, why=str(error), hidden=hidden))
            return 0
        seen = await self._ours(listed)
        now = self.clock()
        others = {one.subscription_id: one.url for one in listed if one.subscription_id not in seen}
        rest = Rest(others, whole=not listed.unreadable, quiet=row.cut > 0)
        changes = compare(row.known, seen, now=now, rest=rest)
        if changes.worse:
            await self._tell(changes, number=row.notices + 1)
        elsewhere = sum(1 for one in listed if calls_our_path(one.url)) - len(seen)
        notices = row.notices + bool(changes.worse)
        await self._save(cursor, HookRow(changes.known, now, elsewhere=elsewhere, notices=notices))
        _log(seen, elsewhere)
        return len(changes.worse)

    async def _ours(self, listed: SubscriptionList) -> Mapping[str, KnownHook]:
        ours = [one for one in listed if calls_us(one.url, self.base_url)]
        feeds = await self.book.listed() if ours else ()
        names = {feed.ref.project_id: feed.project_name for feed in feeds if feed.project_name}
        return {
            one.subscription_id: KnownHook(
                one.event_type,
                (names.get(one.project_id) or f"the project {one.project_id}") if one.project_id else "all projects",
                one.status.value,
            )
            for one in ours
        }

    async def _tell(self, changes: HookChanges, *, number: int) -> None:
        """Queue one notice of all of them."""
        worse = [(key, changes.known[key]) for key in changes.worse]
        counts = Counter(one.state for _, one in worse)
        lines = [f"{one.words} ({key})" for key, one in worse]
        more = [f"… and {len(lines) - _NAMED} more: GET /api/health/ready"] if len(lines) > _NAMED else []
        facts = {
            "organization": self.organization,
            "states": ", ".join(f"{count} {STATES[state]}" for state, count in sorted(counts.items())),
            "subscriptions": "; ".join((*lines[:_NAMED], *more)),
        }
        mark = hashlib.sha256("|".join(sorted(lines)).encode("utf-8", "surrogatepass")).hexdigest()[:16]
        notice = Notice(
            notice_id=f"{_KIND.value}-{self.organization}-{number}-{mark}",
            kind=_KIND,
            feed=whole_organization(self.organization),
            subject=f"{self.organization}/{_KIND.value}",
            at=self.clock(),
            facts=facts,
        )
        await self.queue.put(QueueName.NOTICES, Dispatch(notice).text())

    async def _save(self, cursor: Cursor | None, row: HookRow) -> None:
        try:
            await self.cursors.save(KEY, row.text(), replaces=cursor)
        except StaleWrite:
            # Another instance looked at the same time, and told the same under the same id.
            logger.info(told("service hooks looked at by another instance too"))


def _log(seen: Mapping[str, KnownHook], elsewhere: int) -> None:
    bad = {key: one for key, one in seen.items() if one.state != SubscriptionStatus.ENABLED}
    for key, one in bad.items():
        logger.warning(told("service hook does not deliver", subscription=key, what=one.words))
    logger.info(told("service hooks looked at", ours=len(seen), not_enabled=len(bad), elsewhere=elsewhere))
