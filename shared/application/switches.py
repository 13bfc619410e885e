"""Switches: nothing tells when somebody opens one by hand, so all of them are read in turn, a few at each look."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import Final

from shared.application.feed_book import FeedBook
from shared.application.messages import CheckRequest
from shared.domain.cases import CaseState
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import UpstreamingBehavior
from shared.errors import StaleWrite, UnexpectedAnswer, UpstreamError, UpstreamUnavailable
from shared.logs import told
from shared.ports import Cursor, Cursors, FeedService, HeldName, HeldNames, NamesIndex, Queue, QueueName, Register

logger = logging.getLogger(__name__)

# Azure DevOps calls that one look may cost; ten thousand names are through in under nine hours of looks a minute.
READ_AT_ONCE: Final = 20
_KEY: Final = "switches"
# These know already that their switch is open, or are about to be looked at again.
_AWARE: Final = frozenset(
    {CaseState.DRIFTED, CaseState.EXPOSED, CaseState.ALLOWED, CaseState.ENFORCING, CaseState.PENDING}
)


@dataclass(frozen=True, slots=True)
class SwitchReader:
    """Reads the switches of the internal names in turn and queues a check of each that was opened."""

    service: FeedService
    book: FeedBook
    names: NamesIndex
    register: Register
    cursors: Cursors
    queue: Queue

    async def read_some(self) -> int:
        """Read the next few; return how many stand open unbeknown to us."""
        cursor = await self.cursors.read(_KEY)
        ecosystem, place = _place(cursor)
        part = await self._part(ecosystem, place)
        opened, trouble = 0, list[UpstreamUnavailable]()
        for held in part.held:
            try:
                was_opened = await self._was_opened(held)
            except UpstreamUnavailable as error:
                # One that fails is read in the next turn; only where all do, the service is away.
                logger.warning(told("switch not read", package=str(held.name), error=str(error)))
                trouble.append(error)
                continue
            if was_opened:
                check = CheckRequest(held.feed, held.name, "watch: its switch was opened")
                await self.queue.put(QueueName.PACKAGE_CHECKS, check.text())
                opened += 1
        if trouble and len(trouble) == len(part.held):
            raise trouble[0]
        following = ecosystem if part.place is not None else _after(ecosystem)
        value = json.dumps({"ecosystem": following.value, "place": part.place})
        try:
            await self.cursors.save(_KEY, value, replaces=cursor)
        except StaleWrite:
            logger.info(told("switches are read by another instance too"))
        return opened

    async def _part(self, ecosystem: Ecosystem, place: str | None) -> HeldNames:
        try:
            return await self.names.walk(ecosystem, after=place, most=READ_AT_ONCE)
        except UnexpectedAnswer:
            # The place is none that the index knows: from the beginning.
            return await self.names.walk(ecosystem, after=None, most=READ_AT_ONCE)

    async def _was_opened(self, held: HeldName) -> bool:
        try:
            feed = await self.book.feed(held.feed)
            if not feed.enabled:
                return False
            behavior = await self.service.get_upstreaming_behavior(feed, held.name)
        except UpstreamUnavailable:
            raise
        except UpstreamError as error:
            # The index is over-inclusive, and a missing role is told by the checks: neither is a switch that opened.
            logger.info(told("switch not read", package=str(held.name), error=str(error)))
            return False
        if behavior is not UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS:
            return False
        stored = await self.register.case(held.feed, held.name)
        return stored is None or stored.case.state not in _AWARE


def _place(cursor: Cursor | None) -> tuple[Ecosystem, str | None]:
    try:
        row = {} if cursor is None else json.loads(cursor.value)
        return Ecosystem(row["ecosystem"]), row["place"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return next(iter(Ecosystem)), None


def _after(ecosystem: Ecosystem) -> Ecosystem:
    turn = list(Ecosystem)
    return turn[(turn.index(ecosystem) + 1) % len(turn)]
