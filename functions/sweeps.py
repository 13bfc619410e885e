"""Walks through feeds: all packages on a timer, changes on a hint."""

from __future__ import annotations

import logging

import azure.functions as func

from shared.application.messages import SweepRequest
from shared.bootstrap import app
from shared.logs import told

logger = logging.getLogger(__name__)
blueprint = func.Blueprint()


@blueprint.function_name("sweep_feeds")
@blueprint.timer_trigger("timer", schedule="%SWEEP_SCHEDULE%", use_monitor=True)
async def sweep_feeds(timer: func.TimerRequest) -> None:
    """Begin a walk through every feed; then look after the hooks that should make it unnecessary."""
    feeds = await app().sweeper.begin()
    logger.info(told("sweep begun", feeds=feeds, past_due=timer.past_due))
    await app().hook_inspector.look()


@blueprint.function_name("sweep_feed")
@blueprint.queue_trigger("message", queue_name="feed-sweeps", connection="STORAGE_CONNECTION")
async def sweep_feed(message: func.QueueMessage) -> None:
    """Take one step of a walk: a hint, a feed's changes, or one page of its packages."""
    await app().walker.take(SweepRequest.of(message.get_body().decode()))
