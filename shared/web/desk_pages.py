"""The pages behind links: an owner looks, and decides. Nothing changes but by a form of ours from an owner."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Protocol

from shared.application.approve.answers import Choice, FeedRequestsView, OwnerDecision, RequestView
from shared.domain.approvals import Actor
from shared.domain.owners import Owns
from shared.errors import BadLink, DecisionRefused, NotAnOwner, UntrustedInput
from shared.logs import told
from shared.web.forgery import FormGuard
from shared.web.forms import DECISION_FIELDS, NO_ATTEMPT, Attempt, read_decision
from shared.web.intake import attempt_of, form_not_taken, own_form, status_of, visitor_of, who
from shared.web.list_page import list_page
from shared.web.messages import WebAnswer, WebRequest
from shared.web.refusals import no_such_page, not_an_owner
from shared.web.rendering import see_other
from shared.web.request_page import request_page
from shared.web.seals import Seals
from shared.web.shown import open_pack, seal_pack

logger = logging.getLogger("feedwarden.web")


class Looking(Protocol):
    """Shows what a link names, to one person."""

    async def look(self, token: str, actor: Actor) -> RequestView | FeedRequestsView:
        """Return what is known. Raises BadLink, UpstreamError."""
        ...


class Deciding(Protocol):
    """Takes an owner's decision."""

    async def decide(self, token: str, actor: Actor, decision: OwnerDecision) -> object:
        """Decide, or raise BadLink, UntrustedInput, a DecisionRefused or an UpstreamError, with nothing changed."""
        ...


@dataclass(frozen=True, slots=True)
class DeskPages:
    """Answers requests of people who are signed in."""

    viewer: Looking
    decider: Deciding
    seals: Seals
    guard: FormGuard

    async def show(self, request: WebRequest, token: str, actor: Actor) -> WebAnswer:
        """Show what a link names."""
        try:
            view = await self.viewer.look(token, actor)
        except BadLink:
            return no_such_page(actor)
        return self._page(request, actor, view, NO_ATTEMPT, HTTPStatus.OK)

    async def take(self, request: WebRequest, token: str, actor: Actor) -> WebAnswer:
        """Take a form in."""
        try:
            form = own_form(request, self.guard, actor, DECISION_FIELDS)
            view = await self.viewer.look(token, actor)
        except BadLink:
            return no_such_page(actor)
        except UntrustedInput as error:
            return form_not_taken(request, actor, error)
        if isinstance(view, FeedRequestsView):
            return form_not_taken(request, actor, UntrustedInput("This page has nothing to decide."))
        only_closes = form.get("choice") == Choice.REVOKE.value
        if view.ownership.owns is not Owns.YES or (view.link_expired and not only_closes):
            return self._page(request, actor, view, NO_ATTEMPT, HTTPStatus.OK)
        return await self._decide(request, token, actor, view, form)

    async def _decide(
        self, request: WebRequest, token: str, actor: Actor, view: RequestView, form: Mapping[str, str]
    ) -> WebAnswer:
        shown = open_pack(self.seals, form.get("shown", ""), name=view.case.name, digest=form.get("digest", ""))
        decision = read_decision(form, view, shown)
        if isinstance(decision, tuple):
            return self._page(request, actor, view, Attempt(form, decision), HTTPStatus.BAD_REQUEST)
        try:
            await self.decider.decide(token, actor, decision)
        except BadLink:
            return no_such_page(actor)
        except (DecisionRefused, UntrustedInput) as error:
            logger.warning(told("decision refused", who=who(actor), choice=decision.choice.value, why=error))
            return await self._refused(request, token, actor, form, error)
        logger.info(told("decision taken", who=who(actor), choice=decision.choice.value))
        return see_other(request.path)

    async def _refused(
        self, request: WebRequest, token: str, actor: Actor, form: Mapping[str, str], error: Exception
    ) -> WebAnswer:
        """Show the page as it is now, why the decision was not taken, and what was typed."""
        view = await self.viewer.look(token, actor)
        if isinstance(error, NotAnOwner) or isinstance(view, FeedRequestsView):
            return not_an_owner(view, actor, why=str(error))
        return self._page(request, actor, view, attempt_of(form, error), status_of(error))

    def _page(
        self,
        request: WebRequest,
        actor: Actor,
        view: RequestView | FeedRequestsView,
        attempt: Attempt,
        status: HTTPStatus,
    ) -> WebAnswer:
        if view.ownership.owns is not Owns.YES:
            logger.warning(told("not shown to who is no owner", who=who(actor), why=view.ownership.why))
            return not_an_owner(view, actor)
        if view.link_expired:
            status = HTTPStatus.GONE
        if isinstance(view, FeedRequestsView):
            return list_page(view, actor, status=status)
        visitor = replace(visitor_of(self.guard, request, actor), sealed_pack=seal_pack(self.seals, view.case.pack))
        return request_page(view, visitor, attempt, status=status)
