"""The canary: about once a day, leave a synthetic package open to the outside, and time how that is found and ended.

Nothing here queues a check or tells anybody where to look: what is measured is the way that a real package goes.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from shared.application import canary_outcome, canary_switch
from shared.application.canary_gate import CanaryGate, Refusal
from shared.application.canary_row import KEY, exercise_text, read_exercise
from shared.application.notify_messages import Dispatch
from shared.domain.canary import (
    BEGIN_WITHIN,
    EVERY,
    OVERDUE_AFTER,
    Exercise,
    Measure,
    Phase,
    Trial,
    elapsed,
    version_of,
)
from shared.domain.feeds import Feed
from shared.errors import StaleWrite, UpstreamError
from shared.logs import told
from shared.ports import Clock, Cursor, Cursors, FeedService, Publisher, Queue, QueueName, Register

logger = logging.getLogger(__name__)

# Whoever mends what was refused need not wait long, and a refusal that stays costs few calls.
REFUSED_FOR: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Canary:
    """Moves the exercise on by what is due; a crash anywhere leaves a row from which the next tick goes on.

    Every step is written down before it is done, guarded by the row's tag, so that of several instances one goes on.
    """

    gate: CanaryGate
    service: FeedService
    publisher: Publisher
    register: Register
    cursors: Cursors
    queue: Queue
    clock: Clock

    async def tick(self) -> Phase:
        """Do what is due; return where the exercise stands then. Raises what tables and queues raise."""
        row = await self.cursors.read(KEY)
        exercise = read_exercise(row)
        try:
            return await (self._forgotten(row) if exercise is None else self._move(exercise, row))
        except StaleWrite:
            logger.info(told("the canary is exercised by another instance too"))
            return Phase.REST if exercise is None else exercise.phase

    async def _move(self, exercise: Exercise, row: Cursor | None) -> Phase:
        steps = {Phase.BEGINNING: self._take_up, Phase.RUNNING: self._look, Phase.CLOSING: self._close}
        if exercise.trial is None or exercise.phase is Phase.REST:
            return await self._rest(exercise, row)
        return await steps[exercise.phase](exercise, exercise.trial, row)

    async def _forgotten(self, row: Cursor | None) -> Phase:
        """Close what may stand open though nobody can read what is under way, and only then write a row anew."""
        feed = await self.gate.own()
        if isinstance(feed, Refusal):
            logger.error(told("the canary's switch may stand open", package=self.gate.name, error=feed.why))
            return Phase.CLOSING
        if not await canary_switch.close(self.service, feed.ref, self.gate.name, surely=True):
            return Phase.CLOSING
        why = "what was kept of the exercise could not be read; its switch was closed"
        return await self._refuse(Exercise(), Refusal(why), row)

    async def _rest(self, exercise: Exercise, row: Cursor | None) -> Phase:
        now, trial = self.clock(), exercise.trial
        refused = exercise.refused_at is not None and elapsed(exercise.refused_at, now) < REFUSED_FOR
        if refused or (trial is not None and elapsed(trial.begun_at, now) < EVERY):
            return Phase.REST
        feed = await self.gate.look()
        if isinstance(feed, Refusal):
            return await self._refuse(exercise, feed, row)
        intended = Trial(begun_at=now, since=now, version=version_of(now), feed=feed.ref, name=self.gate.name)
        return await self._begin(replace(exercise, refused="", refused_at=None), intended, row, feed)

    async def _refuse(self, exercise: Exercise, refusal: Refusal, row: Cursor | None) -> Phase:
        """Rest; the newest trial is forgotten, and with it that the package was accepted, but not for a mere doubt."""
        logger.warning(told("canary refused", package=self.gate.name, why=refusal.why))
        trial = exercise.trial if refusal.is_doubt else None
        refused = replace(exercise, phase=Phase.REST, trial=trial, refused=refusal.why, refused_at=self.clock())
        await self._save(refused, row)
        return Phase.REST

    async def _begin(self, exercise: Exercise, trial: Trial, row: Cursor | None, feed: Feed) -> Phase:
        """Write the intent, open the switch, publish: whoever looks because of the version finds the switch open."""
        trial = replace(trial, since=self.clock())
        exercise = replace(exercise, phase=Phase.BEGINNING, trial=trial, seen=0)
        row = await self._save(exercise, row)
        phase = Phase.BEGINNING
        try:
            phase = await self._publish(exercise, trial, row, feed)
        finally:
            if phase is not Phase.RUNNING:
                # We may have hung for so long that others ended what we opened only now.
                await canary_switch.give_way(self.service, self.cursors, trial)
        return phase

    async def _publish(self, exercise: Exercise, trial: Trial, row: Cursor, feed: Feed) -> Phase:
        try:
            await self.service.allow_external_versions(feed, trial.name)
            await self.publisher.publish(feed, trial.name, trial.version)
        except UpstreamError as error:
            # The next tick looks whether the version is there all the same, and else tries again, for a while.
            logger.warning(told("canary not begun yet", package=trial.name, error=error))
            return Phase.BEGINNING
        logger.info(told("canary published", package=trial.name, feed=feed.title, version=trial.version))
        return await self._run(exercise, row)

    async def _take_up(self, exercise: Exercise, trial: Trial, row: Cursor | None) -> Phase:
        """Go on where a beginning broke off: the version that is there already was published by us."""
        is_late, why = elapsed(trial.begun_at, self.clock()) > BEGIN_WITHIN, "its version could not be published"
        try:
            feed = await self.service.feed(trial.feed)
            if await canary_outcome.is_published(self.service, feed, trial):
                return await self._run(exercise, row)
            if not is_late:
                return await self._begin_again(exercise, trial, row)
        except UpstreamError as error:
            why = f"{why}: {error}"
            logger.warning(told("canary not begun yet", package=trial.name, error=error))
        return await self._fail(exercise, trial, row, why) if is_late else Phase.BEGINNING

    async def _begin_again(self, exercise: Exercise, trial: Trial, row: Cursor | None) -> Phase:
        """Ask the gate as before the first attempt; what it does not let through is closed, and not opened again."""
        feed = await self.gate.look(begun=trial)
        if not isinstance(feed, Refusal):
            return await self._begin(exercise, trial, row, feed)
        is_closed = await canary_switch.close(self.service, trial.feed, trial.name, surely=True)
        if feed.is_doubt or not is_closed:
            logger.warning(told("canary not begun yet", package=trial.name, error=feed.why))
            return Phase.BEGINNING
        return await self._refuse(exercise, feed, row)

    async def _run(self, exercise: Exercise, row: Cursor | None) -> Phase:
        await self._save(replace(exercise, phase=Phase.RUNNING), row)
        return Phase.RUNNING

    async def _look(self, exercise: Exercise, trial: Trial, row: Cursor | None) -> Phase:
        """Look whether the register says that it is over. How late we look changes nothing in what is measured."""
        look = await canary_outcome.look(self.register, trial, seen=exercise.seen)
        measure, now = look.measure, self.clock()
        if measure is not None and measure.seconds <= OVERDUE_AFTER.total_seconds():
            late = canary_outcome.found_late(measure)
            return await (
                self._fail(exercise, trial, row, late) if late else self._protected(exercise, trial, row, measure)
            )
        if elapsed(trial.since, now) > OVERDUE_AFTER:
            state = look.unread or await canary_outcome.state(self.register, trial, now)
            return await self._fail(exercise, trial, row, state)
        if look.seen != exercise.seen:
            await self._save(replace(exercise, seen=look.seen), row)
        return Phase.RUNNING

    async def _protected(self, exercise: Exercise, trial: Trial, row: Cursor | None, measure: Measure) -> Phase:
        ended = exercise.protected(measure)
        # Before it is noted: a crash between tells the same figures twice.
        logger.info(told("canary protected", **ended.figures(), package=trial.name))
        return await self._close(ended, trial, await self._save(ended, row))

    async def _fail(self, exercise: Exercise, trial: Trial, row: Cursor | None, why: str) -> Phase:
        """Close the switch first: a queue that is down must not keep it open. Then tell, and only then note it."""
        logger.error(told("canary overdue", package=trial.name, since=trial.since.isoformat(), state=why))
        is_closed = await canary_switch.close(self.service, trial.feed, trial.name, surely=True)
        await self.queue.put(QueueName.NOTICES, Dispatch(canary_outcome.overdue(trial, why, self.clock())).text())
        failed = replace(exercise, phase=Phase.REST if is_closed else Phase.CLOSING, failed=why)
        await self._save(failed, row)
        return failed.phase

    async def _close(self, exercise: Exercise, trial: Trial, row: Cursor | None) -> Phase:
        """See to it that the switch is closed, whoever was to close it, and rest; else the next tick tries again."""
        now, surely = self.clock(), bool(exercise.failed)
        ended = await canary_switch.ended(self.service, exercise, trial, now, surely=surely)
        if ended != exercise:
            await self._save(ended, row)
        return ended.phase

    async def _save(self, exercise: Exercise, row: Cursor | None) -> Cursor:
        """Write the row that was read as `row`, and return it as it stands now. Raises StaleWrite."""
        text = exercise_text(exercise)
        await self.cursors.save(KEY, text, replaces=row)
        saved = await self.cursors.read(KEY)
        if saved is None or saved.value != text:
            raise StaleWrite("another instance moved the exercise on")
        return saved
