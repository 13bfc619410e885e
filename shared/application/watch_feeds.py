"""Watch the feeds: one cheap call tells which of them changed, so that a new internal name is known in minutes."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from typing import Final

from shared.application.feed_book import FeedBook
from shared.application.follow import cursor_key
from shared.application.messages import CheckRequest, SweepKind, SweepRequest
from shared.application.switches import SwitchReader
from shared.domain.cases import CaseState
from shared.domain.evidence import OrganizationPolicy
from shared.domain.feeds import Feed, FeedRef
from shared.errors import StaleWrite
from shared.logs import told
from shared.ports import Cursor, Cursors, FeedService, Queue, QueueName, Register

logger = logging.getLogger(__name__)

_CAUSE: Final = "watch"
_POLICY_KEY: Final = "organization-policy"


def shape_of(feed: Feed) -> str:
    """Digest what decides from where a feed serves: its switches and its upstream sources, in order."""
    parts = [str(feed.enabled), str(feed.upstream_enabled)]
    parts += [f"{s.source_id} {s.ecosystem} {s.kind} {s.location} {s.enabled}" for s in feed.upstreams]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _shape_key(ref: FeedRef) -> str:
    return f"feed-shape|{ref.organization}|{ref.project_id or '-'}|{ref.feed_id}"


@dataclass(frozen=True, slots=True)
class FeedWatcher:
    """Finds what changed in the organization since the last look, and queues what it calls for."""

    service: FeedService
    book: FeedBook
    cursors: Cursors
    register: Register
    queue: Queue
    switches: SwitchReader

    async def poll(self) -> int:
        """Look once; return how many feeds are to be read.

        New packages are read as changes; a feed whose upstream sources changed, or that is new, is walked
        whole; a change of the organization's policy has every open case checked; some switches are read in turn.
        """
        positions = await self.service.package_positions()
        count = 0
        for feed in await self.book.feeds():
            if feed.enabled:
                count += await self._look_at(feed, positions.get(feed.ref))
        await self._look_at_policy()
        await self.switches.read_some()
        return count

    async def _look_at(self, feed: Feed, newest: str | None) -> int:
        shape, known_shape = shape_of(feed), await self.cursors.read(_shape_key(feed.ref))
        if known_shape is None or known_shape.value != shape:
            await self._queue(SweepKind.EVERY_PACKAGE, feed.ref, "upstream sources changed, or the feed is new")
            await self._save(_shape_key(feed.ref), shape, known_shape)
            return 1
        known = await self.cursors.read(cursor_key(feed.ref))
        # A feed that was never positioned and has no position now is empty, or left to the sweep; one that had a
        # position, and of which nothing is told, may have changed.
        if newest == (None if known is None else known.value):
            return 0
        await self._queue(SweepKind.CHANGES, feed.ref, "packages changed")
        return 1

    async def _look_at_policy(self) -> None:
        policy, known = await self.service.organization_policy(), await self.cursors.read(_POLICY_KEY)
        # Not being told for once changes nothing: each check asks again, and judges by what it is told.
        if policy is OrganizationPolicy.UNKNOWN or (known is not None and known.value == policy.value):
            return
        logger.warning(told("the organization's policy is seen anew", policy=policy.value))
        async for case in self.register.cases():
            if case.state is not CaseState.CLOSED:
                check = CheckRequest(case.feed, case.name, f"{_CAUSE}: organization policy is {policy}")
                await self.queue.put(QueueName.PACKAGE_CHECKS, check.text())
        await self._save(_POLICY_KEY, policy.value, known)

    async def _queue(self, kind: SweepKind, ref: FeedRef, why: str) -> None:
        request = SweepRequest(kind, f"{_CAUSE}: {why}", feed=ref)
        await self.queue.put(QueueName.FEED_SWEEPS, request.text())

    async def _save(self, key: str, value: str, replaces: Cursor | None) -> None:
        # After the work is queued: a crash between the two queues it again, and two instances at once do no harm.
        try:
            await self.cursors.save(key, value, replaces=replaces)
        except StaleWrite:
            logger.info(told("another instance looks too", key=key))
