"""What is left of a canary whose settings were taken away: an exercise that was under way is ended, and closed."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from shared.application import canary_switch
from shared.application.canary_row import KEY, exercise_text, read_exercise
from shared.domain.canary import Phase
from shared.errors import StaleWrite
from shared.logs import told
from shared.ports import Clock, Cursors, FeedService

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Leftover:
    """Stands in for the canary where none is configured; begins nothing."""

    service: FeedService
    cursors: Cursors
    clock: Clock

    async def tick(self) -> Phase:
        """End what is under way, by what its row says; return where it stands then. Raises what tables raise."""
        row = await self.cursors.read(KEY)
        exercise = read_exercise(row)
        # A row that cannot be read names no package, and there are no settings that could.
        if exercise is None or exercise.trial is None or exercise.phase is Phase.REST:
            return Phase.REST
        trial = exercise.trial
        ended = await canary_switch.ended(self.service, exercise, trial, self.clock(), surely=True)
        try:
            if ended != exercise:
                await self.cursors.save(KEY, exercise_text(ended), replaces=row)
        except StaleWrite:
            return exercise.phase
        if ended.phase is not Phase.REST:
            return ended.phase
        # Nobody is told: that it is not found in time any more is the settings' wish.
        logger.info(told("an exercise of the canary was ended: no canary is configured", package=trial.name))
        return Phase.REST
