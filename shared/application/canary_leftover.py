"""What is left of a canary whose settings were taken away: an exercise that was under way is ended, and closed."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from shared.application import canary_switch
from shared.application.canary_row import KEY, exercise_text, read_exercise
from shared.domain.canary import Phase
from shared.errors import StaleWrite
from shared.logs import told
from shared.ports import Cursors, FeedService

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Leftover:
    """Stands in for the canary where none is configured; begins nothing."""

    service: FeedService
    cursors: Cursors

    async def tick(self) -> Phase:
        """End what is under way, by what its row says; return where it stands then. Raises what tables raise."""
        row = await self.cursors.read(KEY)
        exercise = read_exercise(row)
        # A row that cannot be read names no package, and there are no settings that could.
        if exercise is None or exercise.trial is None or exercise.phase is Phase.REST:
            return Phase.REST
        trial = exercise.trial
        if not await canary_switch.close(self.service, trial.feed, trial.name, surely=True):
            return Phase.CLOSING
        try:
            await self.cursors.save(KEY, exercise_text(replace(exercise, phase=Phase.REST)), replaces=row)
        except StaleWrite:
            return exercise.phase
        # Nobody is told: that it is not found in time any more is the settings' wish.
        logger.info(told("an exercise of the canary was ended: no canary is configured", package=trial.name))
        return Phase.REST
