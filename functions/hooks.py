"""Deliveries come in here."""

from __future__ import annotations

import logging
from http import HTTPStatus

import azure.functions as func

from shared.bootstrap import app
from shared.errors import BadSignature, TooLarge, UnknownSource, UntrustedInput
from shared.logs import told

logger = logging.getLogger(__name__)
blueprint = func.Blueprint()


@blueprint.function_name("receive_delivery")
@blueprint.route("hooks/{source}", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def receive_delivery(req: func.HttpRequest) -> func.HttpResponse:
    """Take one delivery in and answer at once; the queue does the work.

    202  queued; also for a repeat, and for an event that we do not watch
    4xx  not ours, or not readable; the body says what to do
    503  anything else: Azure DevOps resends after 408, 502, 503 and 504 only; 410
         disables the subscription, every other failure loses events for a while:
         https://learn.microsoft.com/azure/devops/service-hooks/troubleshoot
    """
    try:
        receipt = await app().intake.accept(source=req.route_params["source"], headers=req.headers, body=req.get_body())
    except UntrustedInput as error:
        logger.warning(told("delivery refused", reason=str(error)))
        return func.HttpResponse(str(error), status_code=_status(error), mimetype="text/plain")
    except Exception:
        logger.exception("delivery not queued")
        return func.HttpResponse("not taken in: send it again", status_code=HTTPStatus.SERVICE_UNAVAILABLE)
    logger.info(told("delivery accepted", delivery=receipt.delivery_id, outcome=receipt.outcome.value))
    return func.HttpResponse(receipt.outcome.value, status_code=HTTPStatus.ACCEPTED, mimetype="text/plain")


def _status(error: UntrustedInput) -> HTTPStatus:
    for kind, status in (
        (BadSignature, HTTPStatus.UNAUTHORIZED),
        (TooLarge, HTTPStatus.CONTENT_TOO_LARGE),
        (UnknownSource, HTTPStatus.NOT_FOUND),
    ):
        if isinstance(error, kind):
            return status
    return HTTPStatus.BAD_REQUEST
