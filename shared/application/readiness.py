"""Readiness: which of the things that Feedwarden depends on is not there."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from shared.application.canary_row import CanaryReport
from shared.application.feed_book import FeedBook
from shared.application.hook_row import HookReport
from shared.application.notify_outlets import Outlets
from shared.application.setbacks import Setbacks
from shared.application.standings import Knowledge, Standing, Standings
from shared.domain.approvals import SWITCHED, ApprovalState
from shared.domain.evidence import OrganizationPolicy
from shared.domain.public_sources import sources_of
from shared.errors import FeedwardenError
from shared.logs import told
from shared.ports import FeedService, Queue, QueueName, Register

logger = logging.getLogger(__name__)

# A switch is closed within seconds; one that is not by now needs somebody's help.
_CLOSED_WITHIN: Final = timedelta(minutes=15)
_MAY_BE_OPEN: Final = frozenset({*SWITCHED, ApprovalState.CLOSING})


@dataclass(frozen=True, slots=True)
class Finding:
    """One dependency: `ok`, or what is wrong in words."""

    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """Asks each dependency once; `sign_in` = the platform says that its sign-in is on, None = approvals are off.

    `canary` None = there is none.
    """

    service: FeedService
    book: FeedBook
    setbacks: Setbacks
    queue: Queue
    standings: Standings
    may_ask_by_name: bool
    outlets: Outlets
    register: Register
    sign_in: bool | None
    hooks: HookReport
    canary: CanaryReport | None = None

    async def report(self) -> Mapping[str, Finding]:
        """Return one finding a dependency; what one of them raises is its finding, and hides no other."""
        sections = {
            "tables": self._tables,
            "queues": self._queues,
            "azure-devops": self._feeds,
            "organization-policy": self._policy,
            "walks": self._walks,
            "registries": self._registries,
            "letters": self._letters,
            "approvals": self._approvals,
            "hooks": self._hooks,
            "canary": self._canary,
        }
        return {name: await _ask(name, question) for name, question in sections.items()}

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

    async def _registries(self) -> Finding:
        """Say of each registry how its names are known, and what its change feed may have lost."""
        told: list[str] = []
        ok = True
        for source in sources_of(await self.book.feeds()):
            standing = await self.standings.read(source)
            well, words = self._judged(standing)
            ok = ok and well
            losses = f"; {standing.losses} times changes may have been lost, last {standing.loss}" * bool(standing.loss)
            told.append(f"{source.ecosystem} {source.location}: {words}{losses}")
        return Finding(ok=ok, detail=" | ".join(told) or "no feed pulls from a public registry")

    async def _letters(self) -> Finding:
        """Say by which ways people are told, and which of them does not take letters."""
        if not self.outlets.channels:
            return Finding(ok=True, detail="neither mail nor Teams is configured: notices stand in the log only")
        failing = await self.outlets.failing()
        told = [
            f"{outlet}: {failing.get(outlet, 'works, as far as letters were sent')}" for outlet in self.outlets.channels
        ]
        return Finding(ok=not failing, detail=" | ".join(told))

    async def _approvals(self) -> Finding:
        """Say whether owners can decide, and which switches could not be closed when their approval ended."""
        now, alive, late = self.standings.clock(), 0, list[str]()
        async for approval in self.register.alive_approvals():
            alive += 1
            ended = approval.until if approval.ending is None else approval.ending.at
            if approval.state in _MAY_BE_OPEN and ended is not None and now - ended > _CLOSED_WITHIN:
                late.append(str(approval.name))
        if late:
            return Finding(ok=False, detail=f"switches that could not be closed: {', '.join(late[:20])}")
        if self.sign_in is None:
            return Finding(ok=True, detail="not configured: owners cannot allow anything")
        if not self.sign_in:
            return Finding(ok=False, detail="App Service Authentication is off: the pages refuse everybody; turn it on")
        return Finding(ok=True, detail=f"requests that are open or in force: {alive}")

    async def _hooks(self) -> Finding:
        """Say whether the service hooks that call us deliver, as the last sweep saw them."""
        ok, detail = await self.hooks.tell()
        return Finding(ok=ok, detail=detail)

    async def _canary(self) -> Finding:
        """Say when the canary was last protected, and how fast, or why nobody knows."""
        if self.canary is None:
            return Finding(ok=True, detail="not configured")
        ok, detail = await self.canary.tell()
        return Finding(ok=ok, detail=detail)

    def _judged(self, standing: Standing) -> tuple[bool, str]:
        match standing.knowledge(self.standings.clock()):
            case Knowledge.CURRENT:
                return True, "followed, all its names are known"
            case Knowledge.BEING_READ:
                return False, "its list of names is being read; packages are not judged until it is whole"
            case Knowledge.STALE:
                return False, "its changes could not be followed for an hour: what is new there is not known"
            case Knowledge.BY_NAME if self.may_ask_by_name and standing.unanswered:
                return False, f"{standing.unanswered} names got no answer in the last round ({standing.why_asked})"
            case Knowledge.BY_NAME if self.may_ask_by_name:
                return True, f"asked for each name in rounds ({standing.why_asked})"
            case Knowledge.BY_NAME:
                # That is as it was chosen, and no outage; whoever asks is told all the same.
                return True, f"its packages are not judged: DISCLOSE_NAMES is `never` ({standing.why_asked})"


async def _ask(name: str, question: Callable[[], Awaitable[Finding]]) -> Finding:
    try:
        return await question()
    except FeedwardenError as error:
        return Finding(ok=False, detail=str(error))
    except Exception as error:
        # A defect, or a row that nobody foresaw: whoever asks needs the other sections all the more. Its text may hold
        # anything, so it stands in the log only.
        logger.exception(told("readiness not told", section=name))
        return Finding(ok=False, detail=f"could not be told ({type(error).__name__}): see the log")
