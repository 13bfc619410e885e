"""Messages that failed five times become visible."""

from __future__ import annotations

import logging

import azure.functions as func

from shared.bootstrap import app

logger = logging.getLogger(__name__)
blueprint = func.Blueprint()


@blueprint.function_name("abandon_check")
@blueprint.queue_trigger("message", queue_name="package-checks-poison", connection="STORAGE_CONNECTION")
async def abandon_check(message: func.QueueMessage) -> None:
    """Show a check that failed too often as the state of its case."""
    await app().abandoner.abandon_check(message.get_body().decode(errors="replace"))


@blueprint.function_name("abandon_sweep")
@blueprint.queue_trigger("message", queue_name="feed-sweeps-poison", connection="STORAGE_CONNECTION")
async def abandon_sweep(message: func.QueueMessage) -> None:
    """Show a walk that failed too often in readiness."""
    await app().abandoner.abandon_sweep(message.get_body().decode(errors="replace"))


@blueprint.function_name("abandon_notice")
@blueprint.queue_trigger("message", queue_name="notices-poison", connection="STORAGE_CONNECTION")
async def abandon_notice(message: func.QueueMessage) -> None:
    """Show in readiness that people were not told of something."""
    await app().abandoner.abandon_notice(message.get_body().decode(errors="replace"))
