"""Watches: the feeds' own changes, and the change feeds of the public registries, each on the same schedule."""

from __future__ import annotations

import logging

import azure.functions as func

from shared.bootstrap import app
from shared.logs import told

logger = logging.getLogger(__name__)
blueprint = func.Blueprint()


@blueprint.function_name("watch_feeds")
@blueprint.timer_trigger("timer", schedule="%WATCH_SCHEDULE%", use_monitor=False)
async def watch_feeds(timer: func.TimerRequest) -> None:
    """Look which feeds changed."""
    count = await app().feed_watcher.poll()
    logger.info(told("feeds watched", changed=count, past_due=timer.past_due))


@blueprint.function_name("watch_registries")
@blueprint.timer_trigger("timer", schedule="%WATCH_SCHEDULE%", use_monitor=False)
async def watch_registries(timer: func.TimerRequest) -> None:
    """Look what changed on the public registries."""
    outcomes = await app().registry_watcher.poll()
    announced = await app().announcer.look()
    logger.info(told("registries watched", outcomes=dict(outcomes), announced=announced, past_due=timer.past_due))


@blueprint.function_name("ask_registries")
@blueprint.timer_trigger("timer", schedule="%WATCH_SCHEDULE%", use_monitor=False)
async def ask_registries(timer: func.TimerRequest) -> None:
    """Ask registries that give no list of their names about a few of ours."""
    outcomes = await app().rounds.go_on()
    logger.info(told("registries asked", outcomes=dict(outcomes), past_due=timer.past_due))
