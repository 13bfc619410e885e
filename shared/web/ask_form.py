"""The form with which anybody signed in asks for versions from outside, and what they see afterwards. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from shared.application.approve.answers import Asked
from shared.domain.approvals import Actor
from shared.domain.ecosystems import Ecosystem
from shared.web.forms import Attempt
from shared.web.messages import WebAnswer
from shared.web.rendering import page
from shared.web.request_page import Visitor
from shared.web.words import STANDINGS


def ask_form(visitor: Visitor, preset: Mapping[str, str], attempt: Attempt, *, status: int) -> WebAnswer:
    """Return the form; `preset` is what an address filled in, `attempt` what was typed and not taken."""
    return page(
        "ask.html.jinja",
        status=status,
        cookie=visitor.cookie,
        visitor=visitor,
        preset={field: preset.get(field, "") for field in ("feed", "ecosystem", "name")},
        attempt=attempt,
        ecosystems=[ecosystem.value for ecosystem in Ecosystem],
    )


def asked_page(asked: Asked, actor: Actor, feed: str) -> WebAnswer:
    """Return what comes after asking."""
    return page(
        "asked.html.jinja",
        status=HTTPStatus.OK if asked.merged else HTTPStatus.CREATED,
        actor=actor,
        asked=asked,
        feed=feed,
        standing=STANDINGS[asked.approval.state],
    )
