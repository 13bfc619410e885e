"""Approvals: pages for people, the same asking for programs, and a timer for what is due."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import azure.functions as func

from shared.bootstrap import app
from shared.logs import told
from shared.web.messages import WebAnswer, WebRequest

if TYPE_CHECKING:
    from shared.web.approval_pages import ApprovalPages

logger = logging.getLogger(__name__)
blueprint = func.Blueprint()


@blueprint.function_name("approval_page")
@blueprint.route("approvals/{token}", methods=["GET", "HEAD", "POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def approval_page(req: func.HttpRequest) -> func.HttpResponse:
    """Show what a link names, or take an owner's decision. Who it is, the platform says: nobody else could know.

    200, 303  shown, decided
    4xx       said kindly, with what to do: 401 sign in, 403 not an owner, 409 somebody was faster, 410 too late
    503       not set up, or something that we need did not answer
    """
    token = req.route_params["token"]
    return await _answer(req, lambda pages, request: pages.link(request, token))


@blueprint.function_name("request_page")
@blueprint.route("requests", methods=["GET", "HEAD", "POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def request_page(req: func.HttpRequest) -> func.HttpResponse:
    """Show the form that asks for versions from outside, or take it in."""
    return await _answer(req, lambda pages, request: pages.ask(request))


@blueprint.function_name("ask_for_versions")
@blueprint.route("v1/requests", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def ask_for_versions(req: func.HttpRequest) -> func.HttpResponse:
    """Take in as JSON what the form asks; anybody signed in may ask."""
    return await _answer(req, lambda pages, request: pages.ask_json(request))


@blueprint.function_name("expire_approvals")
@blueprint.timer_trigger("timer", schedule="0 * * * * *", use_monitor=False)
async def expire_approvals(timer: func.TimerRequest) -> None:
    """Queue checks of packages whose approvals are due."""
    count = await app().expirer.nudge()
    logger.debug(told("approvals looked through", due=count, past_due=timer.past_due))


async def _answer(
    req: func.HttpRequest, page: Callable[[ApprovalPages, WebRequest], Awaitable[WebAnswer]]
) -> func.HttpResponse:
    from shared.web.refusals import not_configured, out_of_order  # noqa: PLC0415  # costs cold start, like all pages

    request = _request(req)
    try:
        pages = app().approvals
        answer = not_configured(request) if pages is None else await page(pages, request)
    except Exception:
        logger.exception("page not answered")
        answer = out_of_order(request)
    return func.HttpResponse(answer.body, status_code=answer.status, headers=answer.headers)


def _request(req: func.HttpRequest) -> WebRequest:
    return WebRequest(
        method=req.method.upper(),
        path=urlsplit(req.url).path,
        headers={name.lower(): value for name, value in req.headers.items()},
        query=dict(req.params),
        body=req.get_body(),
    )
