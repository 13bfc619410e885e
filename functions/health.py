"""Liveness for anyone, readiness for who has the key."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus

import azure.functions as func

from shared.bootstrap import app

logger = logging.getLogger(__name__)
blueprint = func.Blueprint()


@blueprint.function_name("live")
@blueprint.route("health/live", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def live(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001  # the binding needs its parameter
    """Say that the process answers; asks nothing of anybody."""
    return func.HttpResponse("live", mimetype="text/plain")


@blueprint.function_name("ready")
@blueprint.route("health/ready", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
async def ready(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001  # the binding needs its parameter
    """Say which dependency is not there: 200 all are, 503 at least one is not."""
    try:
        findings = await app().readiness.report()
    except Exception:
        logger.exception("readiness could not be told")
        return func.HttpResponse("not ready: see the log", status_code=HTTPStatus.SERVICE_UNAVAILABLE)
    well = all(finding.ok for finding in findings.values())
    body = {
        "ready": well,
        "dependencies": {name: {"ok": f.ok, "detail": f.detail} for name, f in findings.items()},
    }
    status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
    return func.HttpResponse(json.dumps(body), status_code=status, mimetype="application/json")
