"""Rounds: ask registries that give no list about our names one by one, evenly over hours, within a request budget."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from shared.application.feed_book import FeedBook
from shared.application.lookup import ABSENCE_LASTS, TwinLookup
from shared.application.messages import CheckRequest
from shared.application.reach import reach
from shared.application.standings import Standings
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef
from shared.domain.public_sources import PublicSource, sources_of
from shared.domain.twins import Presence
from shared.errors import StaleWrite, UpstreamError, UpstreamUnavailable
from shared.logs import told
from shared.ports import Clock, Cursor, Cursors, HeldName, NamesIndex, Queue, QueueName

logger = logging.getLogger(__name__)

# Every name is asked for about this often; where there are more than the budget allows, a round takes longer.
PERIOD: Final = ABSENCE_LASTS
# A round is over a little before the next begins.
_FILLED: Final = 0.95
# The least time between two questions, by ecosystem. Maven Central blocks whole companies that ask faster:
# https://central.sonatype.org/faq/429-error/
SPACING: Final[Mapping[Ecosystem, timedelta]] = {Ecosystem.MAVEN: timedelta(seconds=2)}
_OTHER_SPACING: Final = timedelta(seconds=0.2)
# Asked in one run of the timer, which shall end before the next is due; what is left is asked then.
_MOST_A_RUN: Final = 200
_LONGEST_RUN: Final = timedelta(seconds=55)
# So many questions without an answer in a row end a run: the registry is in trouble, the round waits.
_PATIENCE: Final = 3


@dataclass(frozen=True, slots=True)
class Round:
    """Where a round is: `place` None = it begins. `expected` is how many entries the last whole round met."""

    begun_at: str
    looked_at: str
    place: str | None = None
    met: int = 0
    expected: int = 0
    ended: bool = False


def _key(source: PublicSource) -> str:
    return f"round|{source.key}"


async def restart_round(source: PublicSource, cursors: Cursors) -> None:
    """Let the next run begin a round, as fast as the budget allows: something may have been published untold."""
    cursor = await cursors.read(_key(source))
    known = _round(cursor)
    if cursor is None or known is None:
        return
    try:
        await cursors.save(
            _key(source),
            json.dumps(asdict(replace(known, place=None, met=0, expected=0, ended=False))),
            replaces=cursor,
        )
    except StaleWrite:
        await restart_round(source, cursors)


@dataclass(frozen=True, slots=True)
class Rounds:
    """Goes on with the round of each registry whose names have to be asked for."""

    lookup: TwinLookup
    standings: Standings
    book: FeedBook
    names: NamesIndex
    cursors: Cursors
    queue: Queue
    clock: Clock

    async def go_on(self) -> Mapping[str, str]:
        """Ask as many names as are due. Returns how many were asked, or what went wrong, by registry."""
        outcomes: dict[str, str] = {}
        if not self.lookup.may_ask_by_name:
            return outcomes
        for source in sources_of(await self.book.feeds()):
            if not (await self.standings.read(source)).why_asked:
                continue
            try:
                outcomes[source.key] = f"{await self._go_on(source)} names asked"
            except (UpstreamError, StaleWrite) as error:
                logger.warning(told("round not gone on with", source=source.key, error=str(error)))
                outcomes[source.key] = str(error)
        return outcomes

    async def _go_on(self, source: PublicSource) -> int:
        cursor = await self.cursors.read(_key(source))
        now = self.clock()
        known = _begun(_round(cursor), now)
        due, looked_at = _due(known, source, now)
        if known.ended or due == 0:
            return 0
        part = await self.names.walk(source.ecosystem, after=known.place, most=due)
        asked = await self._ask_all(source, part.held)
        gone = replace(known, place=part.place, met=known.met + len(part.held), looked_at=looked_at.isoformat())
        if part.place is None:
            gone = replace(gone, ended=True, expected=gone.met)
        # Saved after what was found is queued: a crash asks these names again, and skips none.
        await self.cursors.save(_key(source), json.dumps(asdict(gone)), replaces=cursor)
        return asked

    async def _ask_all(self, source: PublicSource, held: tuple[HeldName, ...]) -> int:
        """Ask about each name that a feed can get from there; another feed's copy of a name is not asked again."""
        reaching: dict[FeedRef, bool] = {}
        answers: dict[str, Presence] = {}
        misses = 0
        for entry in held:
            if entry.feed not in reaching:
                reaching[entry.feed] = await self._reaches(entry.feed, source)
            if not reaching[entry.feed]:
                continue
            if entry.name.canonical not in answers:
                answers[entry.name.canonical] = (await self.lookup.ask_by_name(entry.name, source)).presence
                misses = misses + 1 if answers[entry.name.canonical] is Presence.UNKNOWN else 0
            if misses >= _PATIENCE:
                raise UpstreamUnavailable("it does not answer: the round waits", service=f"{source.ecosystem} registry")
            if answers[entry.name.canonical] in (Presence.PRESENT, Presence.TOMBSTONE):
                check = CheckRequest(entry.feed, entry.name, f"round: taken on {source.ecosystem}", expects_twin=True)
                await self.queue.put(QueueName.PACKAGE_CHECKS, check.text())
        return len(answers)

    async def _reaches(self, ref: FeedRef, source: PublicSource) -> bool:
        try:
            out = await reach(await self.book.feed(ref), source.ecosystem, self.book)
        except UpstreamUnavailable:
            raise
        except UpstreamError:
            # The index is over-inclusive: a feed that is gone, or hidden from us, is asked about by nobody.
            return False
        return source in {PublicSource.at(source.ecosystem, location) for location in out.locations}


def _round(cursor: Cursor | None) -> Round | None:
    try:
        return None if cursor is None else Round(**json.loads(cursor.value))
    except (ValueError, TypeError):
        # It cannot be read: a round that begins anew asks some names twice.
        return None


def _begun(known: Round | None, now: datetime) -> Round:
    """Return the round that is under way, or the next where its time has come."""
    if known is None:
        return Round(now.isoformat(), now.isoformat())
    if known.ended and now - datetime.fromisoformat(known.begun_at) >= PERIOD:
        return Round(now.isoformat(), now.isoformat(), expected=known.expected)
    return known


def _due(known: Round, source: PublicSource, now: datetime) -> tuple[int, datetime]:
    """Return how many entries are due at the pace that fills the period evenly, and until when that pays for time."""
    least = SPACING.get(source.ecosystem, _OTHER_SPACING)
    pace = max(least, PERIOD * _FILLED / known.expected) if known.expected else least
    since = datetime.fromisoformat(known.looked_at)
    begins = known.place is None and known.met == 0
    due = max((now - since) // pace, 1 if begins else 0)
    most = min(_MOST_A_RUN, _LONGEST_RUN // least)
    # What a pause has piled up is not asked at once; what is left of a step is kept for the next run.
    return (most, now) if due > most else (due, min(now, since + due * pace))
