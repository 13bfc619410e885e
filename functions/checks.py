"""Checks of one package each."""

from __future__ import annotations

import azure.functions as func

from shared.application.messages import CheckRequest
from shared.bootstrap import app

blueprint = func.Blueprint()


@blueprint.function_name("check_package")
@blueprint.queue_trigger("message", queue_name="package-checks", connection="STORAGE_CONNECTION")
async def check_package(message: func.QueueMessage) -> None:
    """Check one package. An error leaves the message in the queue; the fifth sends it to poison."""
    await app().checker.check(CheckRequest.of(message.get_body().decode()))
