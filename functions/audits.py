"""The audit trail: sealed once a day."""

from __future__ import annotations

import logging

import azure.functions as func

from shared.bootstrap import app
from shared.logs import told

logger = logging.getLogger(__name__)
blueprint = func.Blueprint()


@blueprint.function_name("seal_chains")
@blueprint.timer_trigger("timer", schedule="0 30 0 * * *", use_monitor=True)
async def seal_chains(timer: func.TimerRequest) -> None:
    """Write down where every audit chain stands, at half past midnight UTC, or as soon after it as there is an app."""
    await app().sealer.seal()
    logger.debug(told("seals looked after", past_due=timer.past_due))
