"""Readiness: which of the things that Feedwarden depends on is not there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from shared.application.feed_book import FeedBook
from shared.application.setbacks import Setbacks
from shared.domain.evidence import OrganizationPolicy
from shared.errors import FeedwardenError
from shared.ports import FeedService, Queue, QueueName


@dataclass(frozen=True, slots=True)
class Finding:
    """One dependency: `ok`, or what is wrong in words."""

    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """Asks each dependency once."""

    service: FeedService
    book: FeedBook
    setbacks: Setbacks
    queue: Queue

    async def report(self) -> Mapping[str, Finding]:
        """Return one finding a dependency; never raises what a dependency raises."""
        return {
            "tables": await _ask(self._tables),
            "queues": await _ask(self._queues),
            "azure-devops": await _ask(self._feeds),
            "organization-policy": await _ask(self._policy),
            "walks": await _ask(self._walks),
        }

    async def _tables(self) -> Finding:
        await self.setbacks.all()
        return Finding(ok=True, detail="read")

    async def _queues(self) -> Finding:
        waiting = {queue.value: await self.queue.waiting(queue) for queue in QueueName}
        return Finding(ok=True, detail=", ".join(f"{queue}: {count}" for queue, count in waiting.items()))

    async def _feeds(self) -> Finding:
        feeds = await self.book.feeds()
        detail = f"{len(feeds)} feeds visible"
        return Finding(ok=bool(feeds), detail=detail if feeds else "no feed is visible: give the identity a role")

    async def _policy(self) -> Finding:
        policy = await self.service.organization_policy()
        told = {
            OrganizationPolicy.ON: "on",
            OrganizationPolicy.OFF: "off: `auto` blocks nothing in this organization; turn it on",
            OrganizationPolicy.UNKNOWN: "not readable with this identity: protection can not be confirmed",
        }
        return Finding(ok=policy is OrganizationPolicy.ON, detail=told[policy])

    async def _walks(self) -> Finding:
        rows = await self.setbacks.all()
        return Finding(ok=not rows, detail="; ".join(f"{feed}: {why}" for feed, why in rows.items()) or "none given up")


async def _ask(question: Callable[[], Awaitable[Finding]]) -> Finding:
    try:
        return await question()
    except FeedwardenError as error:
        return Finding(ok=False, detail=str(error))
