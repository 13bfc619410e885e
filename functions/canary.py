"""The canary: exercised about once a day, where it is configured."""

from __future__ import annotations

import logging

import azure.functions as func

from shared.bootstrap import app
from shared.logs import told

logger = logging.getLogger(__name__)
blueprint = func.Blueprint()


@blueprint.function_name("exercise_canary")
@blueprint.timer_trigger("timer", schedule="45 * * * * *", use_monitor=False)
async def exercise_canary(timer: func.TimerRequest) -> None:
    """Move the exercise on by what is due; where none is configured, end what was left behind."""
    phase = await app().canary.tick()
    logger.debug(told("canary looked after", phase=phase.value, past_due=timer.past_due))
