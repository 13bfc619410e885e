"""Notices: out of the outbox on a timer, and to people from the queue."""

from __future__ import annotations

import logging

import azure.functions as func

from shared.bootstrap import app
from shared.logs import told

logger = logging.getLogger(__name__)
blueprint = func.Blueprint()


@blueprint.function_name("relay_outbox")
@blueprint.timer_trigger("timer", schedule="*/15 * * * * *", use_monitor=False)
async def relay_outbox(timer: func.TimerRequest) -> None:
    """Queue the notices that were committed with their cases."""
    count = await app().relay.relay()
    logger.debug(told("outbox relayed", notices=count, past_due=timer.past_due))


@blueprint.function_name("send_notice")
@blueprint.queue_trigger("message", queue_name="notices", connection="STORAGE_CONNECTION")
async def send_notice(message: func.QueueMessage) -> None:
    """Send one notice."""
    await app().messenger.send(message.get_body().decode())
