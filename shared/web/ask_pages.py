"""Asking for versions from outside: a form for people, and the same as JSON for programs. Anybody signed in may ask."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final, Protocol

from shared.application.approve.answers import Asked
from shared.domain.approvals import Actor
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.errors import DecisionRefused, FeedNotFound, FeedwardenError, RefusedName, TooManyAsks, UntrustedInput
from shared.logs import told
from shared.web.ask_form import ask_form, asked_page
from shared.web.forgery import ForeignForm, FormGuard, is_foreign
from shared.web.forms import ASK_FIELDS, NO_ATTEMPT, Attempt, Problem, check_size, reason_problems
from shared.web.intake import attempt_of, form_not_taken, own_form, status_of, visitor_of, who
from shared.web.messages import WebAnswer, WebRequest
from shared.web.refusals import json_answer, json_refusal

logger = logging.getLogger("feedwarden.web")

_LONGEST_FEED: Final = 300
_JSON: Final = "application/json"
_SECOND: Final = timedelta(seconds=1)


class Asking(Protocol):
    """Opens requests."""

    async def ask(self, feed: str, ecosystem: str, name: str, reason: str, actor: Actor) -> Asked:
        """Ask, or join who asked before. Raises UntrustedInput, DecisionRefused, FeedNotFound, UpstreamError."""
        ...


@dataclass(frozen=True, slots=True)
class AskPages:
    """Answers requests of people who are signed in."""

    asker: Asking
    guard: FormGuard

    def show(self, request: WebRequest, actor: Actor) -> WebAnswer:
        """Show the form, filled in as far as the address says."""
        return ask_form(visitor_of(self.guard, request, actor), request.query, NO_ATTEMPT, status=HTTPStatus.OK)

    async def take(self, request: WebRequest, actor: Actor) -> WebAnswer:
        """Take the form in."""
        try:
            form = own_form(request, self.guard, actor, ASK_FIELDS)
        except UntrustedInput as error:
            return form_not_taken(request, actor, error)
        problems = tuple(_problems(form))
        if problems:
            return self._again(request, actor, Attempt(form, problems), HTTPStatus.BAD_REQUEST)
        try:
            asked = await self._ask(form, actor)
        except (DecisionRefused, UntrustedInput, FeedNotFound) as error:
            attempt = attempt_of(form, error, words=_words(error))
            return _timed(self._again(request, actor, attempt, status_of(error)), error)
        return asked_page(asked, actor, form["feed"])

    async def take_json(self, request: WebRequest, actor: Actor) -> WebAnswer:
        """Take the same from a program; a browser's form cannot be sent as JSON, so nobody can forge it."""
        try:
            members = _members(request)
        except UntrustedInput as error:
            return json_refusal(status_of(error), str(error))
        problems = tuple(_problems(members))
        if problems:
            return json_refusal(HTTPStatus.BAD_REQUEST, " ".join(f"{p.field}: {p.text}" for p in problems))
        try:
            asked = await self._ask(members, actor)
        except (DecisionRefused, UntrustedInput, FeedNotFound) as error:
            return _timed(json_refusal(status_of(error), _words(error)), error)
        document = {"request": asked.approval.approval_id, "merged": asked.merged, "address": asked.address}
        return json_answer(HTTPStatus.OK if asked.merged else HTTPStatus.CREATED, document)

    async def _ask(self, form: Mapping[str, str], actor: Actor) -> Asked:
        feed, ecosystem, name = (form[field].strip() for field in ("feed", "ecosystem", "name"))
        try:
            asked = await self.asker.ask(feed, ecosystem, name, form["reason"], actor)
        except (DecisionRefused, UntrustedInput, FeedNotFound) as error:
            logger.warning(told("asking refused", who=who(actor), feed=feed, package=name, why=error))
            raise
        logger.info(told("asked", who=who(actor), request=asked.approval.approval_id, merged=asked.merged))
        return asked

    def _again(self, request: WebRequest, actor: Actor, attempt: Attempt, status: HTTPStatus) -> WebAnswer:
        return ask_form(visitor_of(self.guard, request, actor), {}, attempt, status=status)


def _members(request: WebRequest) -> Mapping[str, str]:
    check_size(request)
    if is_foreign(request):
        raise ForeignForm("sent by a page of another site")
    if request.header("content-type").partition(";")[0].strip().lower() != _JSON:
        raise UntrustedInput(f"send {_JSON}")
    try:
        document: Any = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise UntrustedInput("no JSON document") from error
    if not isinstance(document, dict):
        raise UntrustedInput("no JSON object")
    return {key: value for key, value in document.items() if key in ASK_FIELDS and isinstance(value, str)}


def _problems(form: Mapping[str, str]) -> Iterator[Problem]:
    feed = form.get("feed", "").strip()
    if not feed or len(feed) > _LONGEST_FEED:
        yield Problem("feed", "Say which feed, such as Payments/core.")
    ecosystem = next((known for known in Ecosystem if known.value == form.get("ecosystem", "").strip()), None)
    if ecosystem is None:
        yield Problem("ecosystem", f"Choose one of {', '.join(Ecosystem)}.")
    name = form.get("name", "").strip()
    if not name:
        yield Problem("name", "Say which package.")
    elif ecosystem is not None:
        try:
            PackageName.of(ecosystem, name)
        except RefusedName as error:
            yield Problem("name", f"Check the name: {error}.")
    yield from reason_problems(form)


def _words(error: FeedwardenError) -> str:
    """Say why nothing was asked; which service did not know the feed is of no use to who asked."""
    return "There is no such feed." if isinstance(error, FeedNotFound) else str(error)


def _timed(answer: WebAnswer, error: FeedwardenError) -> WebAnswer:
    """Say in the header when to come again, where that is known.

    Source: https://www.rfc-editor.org/rfc/rfc6585#section-4
    """
    if not isinstance(error, TooManyAsks):
        return answer
    seconds = max(-(-error.retry_after // _SECOND), 1)
    return replace(answer, headers={**answer.headers, "Retry-After": str(seconds)})
