"""What every page that takes a form does first, and how it says that it did not take one."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Final

from shared.domain.approvals import Actor
from shared.errors import (
    AlreadyDecided,
    BadField,
    DecisionRefused,
    EvidenceChanged,
    FeedNotFound,
    LinkExpired,
    NotAnOwner,
    TooLarge,
    TooManyAsks,
    UnknownFeed,
)
from shared.logs import told
from shared.web.forgery import ForeignForm, FormGuard, is_foreign
from shared.web.forms import Attempt, Problem, read_form
from shared.web.messages import WebAnswer, WebRequest
from shared.web.refusals import bad_form
from shared.web.request_page import Visitor

logger = logging.getLogger("feedwarden.web")

_STATUS: Final[Mapping[type[Exception], HTTPStatus]] = MappingProxyType(
    {
        # The first that fits: what is special stands before what it is a kind of.
        ForeignForm: HTTPStatus.FORBIDDEN,
        TooLarge: HTTPStatus.CONTENT_TOO_LARGE,
        UnknownFeed: HTTPStatus.NOT_FOUND,
        LinkExpired: HTTPStatus.GONE,
        NotAnOwner: HTTPStatus.FORBIDDEN,
        AlreadyDecided: HTTPStatus.CONFLICT,
        EvidenceChanged: HTTPStatus.CONFLICT,
        TooManyAsks: HTTPStatus.TOO_MANY_REQUESTS,
        DecisionRefused: HTTPStatus.UNPROCESSABLE_CONTENT,
        FeedNotFound: HTTPStatus.NOT_FOUND,
    }
)


def status_of(error: Exception) -> HTTPStatus:
    """Return the status for what was not taken; what is not listed is the sender's mistake."""
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), HTTPStatus.BAD_REQUEST)


def own_form(request: WebRequest, guard: FormGuard, actor: Actor, known: frozenset[str]) -> Mapping[str, str]:
    """Return the fields of a form that a page of ours showed to this person. Raises ForeignForm, UntrustedInput."""
    if is_foreign(request):
        raise ForeignForm("sent by a page of another site")
    form = read_form(request, known)
    guard.check(request, actor, form.get("csrf", ""))
    return form


def form_not_taken(request: WebRequest, actor: Actor, error: Exception) -> WebAnswer:
    """Say that a form was not taken, and note who sent it."""
    logger.warning(told("form refused", who=who(actor), why=error))
    text = str(error)
    if isinstance(error, ForeignForm):
        text = "It was not sent from the page that Feedwarden showed you, or that page was open for too long."
    return bad_form(status_of(error), text, actor, request)


def attempt_of(form: Mapping[str, str], error: Exception, *, words: str = "") -> Attempt:
    """Return what was typed and why it was not taken, beside its field where the error names one."""
    if isinstance(error, BadField):
        return Attempt(form, (Problem(error.field, str(error)),))
    changes = error.changes if isinstance(error, EvidenceChanged) else ()
    return Attempt(form, (), words or str(error), changes)


def visitor_of(guard: FormGuard, request: WebRequest, actor: Actor) -> Visitor:
    """Return what a page with forms needs."""
    key = guard.key(request, actor)
    return Visitor(actor, key.token, key.cookie, request.path)


def who(actor: Actor) -> str:
    """Name a person in the log by what tells people apart."""
    return f"{actor.tenant}/{actor.object_id}"
