"""Rounds: ask registries that give no list about our names one by one, evenly over hours, within a request budget."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from shared.application.feed_book import FeedBook
from shared.application.lookup import ABSENCE_LASTS, TwinLookup
from shared.application.messages import CheckRequest
from shared.application.reach import reach
from shared.application.standings import Standings
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName
from shared.domain.public_sources import PublicSource, sources_of
from shared.domain.twins import Presence
from shared.errors import StaleWrite, UnexpectedAnswer, UpstreamError, UpstreamUnavailable
from shared.logs import told
from shared.ports import Clock, Cursor, Cursors, HeldName, NamesIndex, Queue, QueueName, Sleep

logger = logging.getLogger(__name__)

# Every name is asked for about this often; where there are more than the budget allows, a round takes longer.
PERIOD: Final = ABSENCE_LASTS
# A round is over a little before the next begins.
_FILLED: Final = 0.95
# The least time between two questions, by ecosystem. Maven Central publishes no figure for its limits, and blocks whole
# companies that ask too fast; others went down to 2,000 requests an hour:
# https://central.sonatype.org/faq/429-error/, https://github.com/scalacenter/scaladex/issues/1826
SPACING: Final[Mapping[Ecosystem, timedelta]] = {Ecosystem.MAVEN: timedelta(seconds=2)}
_OTHER_SPACING: Final = timedelta(seconds=0.2)
# A run ends in time for the platform, whose functions are ended after ten minutes; what is left is due the next time.
_LONGEST_RUN: Final = timedelta(minutes=4)
# Asked before the place is saved.
_A_PART: Final = 10
# Entries of feeds that cannot get versions from there are passed over for so long at once.
_LONGEST_WALK: Final = timedelta(seconds=30)
# A round that found nothing to ask, because the index was empty, is begun again after this.
_EMPTY: Final = timedelta(minutes=10)
# A part that ends in silence is tried again for so long, and then passed over: most limits are lifted sooner, and some
# names that are never answered must not hide the others.
_PATIENCE: Final = timedelta(hours=1)
# So many questions without an answer in a row are silence.
_SILENCE: Final = 3


@dataclass(frozen=True, slots=True)
class Round:
    """Where a round is: `place` None = it begins. `asked` counts its questions, `expected` those of the last whole one.

    `unanswered` of its names got no answer; `silent_since` = the registry answers nothing at this place. `again` =
    something may have been published untold: the next round begins as soon as this one ends, and as fast as the
    budget allows.
    """

    begun_at: datetime
    looked_at: datetime
    place: str | None = None
    asked: int = 0
    expected: int = 0
    unanswered: int = 0
    silent_since: datetime | None = None
    again: bool = False
    ended: bool = False

    def text(self) -> str:
        """Return it as a position."""
        return json.dumps({k: v.isoformat() if isinstance(v, datetime) else v for k, v in asdict(self).items()})

    @classmethod
    def of(cls, cursor: Cursor | None) -> Round | None:
        """Read a position; None where there is none, or it cannot be read: a round that begins anew asks some twice."""
        try:
            row = {} if cursor is None else json.loads(cursor.value)
            return cls(
                begun_at=_moment(row["begun_at"]),
                looked_at=_moment(row["looked_at"]),
                place=None if row["place"] is None else str(row["place"]),
                asked=int(row["asked"]),
                expected=int(row["expected"]),
                unanswered=int(row["unanswered"]),
                silent_since=None if row["silent_since"] is None else _moment(row["silent_since"]),
                again=bool(row["again"]),
                ended=bool(row["ended"]),
            )
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
            return None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _key(source: PublicSource) -> str:
    return f"round|{source.key}"


async def restart_round(source: PublicSource, cursors: Cursors) -> None:
    """Let a whole round follow the one that is under way, as fast as the budget allows."""
    cursor = await cursors.read(_key(source))
    known = Round.of(cursor)
    if cursor is None or known is None:
        return
    try:
        await cursors.save(_key(source), replace(known, again=True).text(), replaces=cursor)
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
    sleep: Sleep

    async def go_on(self) -> Mapping[str, str]:
        """Ask as many names as are due. Returns how many were asked, or what went wrong, by registry."""
        if not self.lookup.may_ask_by_name:
            return {}
        asked = [s for s in sources_of(await self.book.feeds()) if (await self.standings.read(s)).why_asked]
        # Side by side: one that is slow, or has much to ask, takes no other's time.
        outcomes = await asyncio.gather(*(self._told(source) for source in asked))
        return {source.key: outcome for source, outcome in zip(asked, outcomes, strict=True)}

    async def _told(self, source: PublicSource) -> str:
        try:
            return f"{await self._go_on(source)} names asked"
        except (UpstreamError, StaleWrite) as error:
            logger.warning(told("round not gone on with", source=source.key, error=str(error)))
            return str(error)

    async def _go_on(self, source: PublicSource) -> int:
        """Take part after part until what is due is asked, or the run's time is over; each is saved before the next."""
        cursor = await self.cursors.read(_key(source))
        now = self.clock()
        known = _begun(Round.of(cursor), now)
        least, due = SPACING.get(source.ecosystem, _OTHER_SPACING), _due(known, source, now)
        known = replace(known, looked_at=due.paid_until)
        asked = 0
        while asked < due.count and not known.ended and self.clock() < now + _LONGEST_RUN:
            step = await self._part(source, known, min(_A_PART, due.count - asked), least)
            # Saved after what was found is queued: a crash asks these names again, and skips none.
            await self.cursors.save(_key(source), step.text(), replaces=cursor)
            cursor = await self.cursors.read(_key(source))
            asked += step.asked - known.asked
            if step.silent_since is not None:
                raise UpstreamUnavailable("it does not answer: the round waits", service=f"{source.ecosystem} registry")
            known = step
        if known.ended:
            await self.standings.change(source, lambda told: replace(told, unanswered=known.unanswered))
        return asked

    async def _part(self, source: PublicSource, known: Round, most: int, least: timedelta) -> Round:
        """Ask about the next entries; return where the round is then, the same place where it ended in silence."""
        held, place = await self._next_due(source, known.place, most)
        now = self.clock()
        is_last_try = known.silent_since is not None and now - known.silent_since >= _PATIENCE
        answers = await self._ask_all(source, held, least, since=known.silent_since, to_the_end=is_last_try)
        if _ends_in_silence(answers) and not is_last_try:
            return replace(known, silent_since=known.silent_since or now)
        gone = replace(
            known,
            place=place,
            asked=known.asked + len(answers),
            unanswered=known.unanswered + answers.count(Presence.UNKNOWN),
            silent_since=None,
        )
        return gone if place is not None else replace(gone, ended=True, expected=gone.asked)

    async def _next_due(
        self, source: PublicSource, place: str | None, most: int
    ) -> tuple[Sequence[HeldName], str | None]:
        """Walk on to the next entries of feeds that can get versions from there; return them, and the place behind."""
        until = self.clock() + _LONGEST_WALK
        reaching: dict[FeedRef, bool] = {}
        while True:
            try:
                part = await self.names.walk(source.ecosystem, after=place, most=most)
            except UnexpectedAnswer:
                # The place is none that the index knows: from the beginning.
                part = await self.names.walk(source.ecosystem, after=None, most=most)
            for ref in {entry.feed for entry in part.held} - reaching.keys():
                reaching[ref] = await self._reaches(ref, source)
            held, place = [entry for entry in part.held if reaching[entry.feed]], part.place
            if held or place is None or self.clock() >= until:
                return held, place

    async def _ask_all(
        self,
        source: PublicSource,
        held: Sequence[HeldName],
        least: timedelta,
        *,
        since: datetime | None,
        to_the_end: bool,
    ) -> Sequence[Presence]:
        """Ask about each name; another feed's copy of a name is not asked again.

        Nor is one that was answered since the silence began. Not `to_the_end` = silence ends it.
        """
        answers: dict[str, Presence] = {}
        for entry in held:
            if not to_the_end and _ends_in_silence(tuple(answers.values()), of=_SILENCE):
                break
            key = entry.name.canonical
            if key not in answers:
                answers[key] = await self._asked(entry.name, source, least, since)
            if answers[key] in (Presence.PRESENT, Presence.TOMBSTONE):
                check = CheckRequest(entry.feed, entry.name, f"round: taken on {source.ecosystem}", expects_twin=True)
                await self.queue.put(QueueName.PACKAGE_CHECKS, check.text())
        return tuple(answers.values())

    async def _asked(
        self, name: PackageName, source: PublicSource, least: timedelta, since: datetime | None
    ) -> Presence:
        answered = self.lookup.absent_since(name, source)
        if since is not None and answered is not None and answered >= since - _LONGEST_RUN:
            return Presence.ABSENT
        await self.sleep(least)
        return (await self.lookup.ask_by_name(name, source)).presence

    async def _reaches(self, ref: FeedRef, source: PublicSource) -> bool:
        try:
            out = await reach(await self.book.feed(ref), source.ecosystem, self.book)
        except UpstreamUnavailable:
            raise
        except UpstreamError:
            # The index is over-inclusive: a feed that is gone, or hidden from us, is asked about by nobody.
            return False
        return source in {PublicSource.at(source.ecosystem, location) for location in out.locations}


def _ends_in_silence(answers: Sequence[Presence], *, of: int = 1) -> bool:
    last = answers[-of:]
    return len(last) == of and all(presence is Presence.UNKNOWN for presence in last)


def _begun(known: Round | None, now: datetime) -> Round:
    """Return the round that is under way, or the next where its time has come."""
    if known is None or known.begun_at > now:
        return Round(now, now)
    waits = PERIOD if known.asked else _EMPTY
    if known.ended and (known.again or now - known.begun_at >= waits):
        return Round(now, now, expected=0 if known.again else known.expected)
    return known


@dataclass(frozen=True, slots=True)
class _Due:
    """How many questions are due, and until when they pay for the time that has passed."""

    count: int
    paid_until: datetime


def _due(known: Round, source: PublicSource, now: datetime) -> _Due:
    """Say what is due at the pace that fills the period evenly."""
    least = SPACING.get(source.ecosystem, _OTHER_SPACING)
    pace = max(least, PERIOD * _FILLED / known.expected) if known.expected else least
    begins = known.place is None and known.asked == 0
    due = max((now - known.looked_at) // pace, 1 if begins else 0)
    most = _LONGEST_RUN // least
    # What a pause has piled up is not asked at once; what is left of a step is kept for the next run.
    return _Due(most, now) if due > most else _Due(due, min(now, known.looked_at + due * pace))
