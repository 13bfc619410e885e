"""Everything about approvals that comes over HTTP from people: who is it, then which page.

A link grants nothing: whoever is not signed in gets the same page for every link, and is noted as what it mostly is,
a scanner of mails.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from shared.domain.approvals import Actor
from shared.errors import UpstreamError
from shared.logs import told
from shared.ports import NewId
from shared.web.ask_pages import Asking, AskPages
from shared.web.desk_pages import Deciding, DeskPages, Looking
from shared.web.forgery import FormGuard
from shared.web.intake import who
from shared.web.messages import WebAnswer, WebRequest
from shared.web.principal import NotSignedIn, SignInIsOff, WrongTenant, who_is_signed_in
from shared.web.refusals import out_of_order, sign_in, sign_in_is_off, wrong_tenant
from shared.web.rendering import without_body
from shared.web.seals import Seals

logger = logging.getLogger("feedwarden.web")

_LONGEST_AGENT: Final = 120
_HEAD: Final = "HEAD"


class ApprovalPages:
    """The pages; `environment` is what the platform says of itself, `tenant` whose people may come in."""

    def __init__(  # noqa: PLR0913  # what it is wired with, each by name
        self,
        *,
        viewer: Looking,
        decider: Deciding,
        asker: Asking,
        seals: Seals,
        tenant: str,
        new_id: NewId,
        environment: Mapping[str, str],
    ) -> None:
        """Keep the use cases; `new_id` has to be unguessable."""
        guard = FormGuard(seals, new_id)
        self._desk = DeskPages(viewer, decider, seals, guard)
        self._asking = AskPages(asker, guard)
        self._tenant = tenant
        self._environment = environment

    async def link(self, request: WebRequest, token: str) -> WebAnswer:
        """Answer GET, HEAD and POST of a link."""

        async def answer(actor: Actor) -> WebAnswer:
            if request.method == "POST":
                return await self._desk.take(request, token, actor)
            return await self._desk.show(request, token, actor)

        return await self._for_somebody(request, answer)

    async def ask(self, request: WebRequest) -> WebAnswer:
        """Answer GET, HEAD and POST of the form that asks."""

        async def answer(actor: Actor) -> WebAnswer:
            if request.method == "POST":
                return await self._asking.take(request, actor)
            return self._asking.show(request, actor)

        return await self._for_somebody(request, answer)

    async def ask_json(self, request: WebRequest) -> WebAnswer:
        """Answer POST of the JSON interface."""
        return await self._for_somebody(request, lambda actor: self._asking.take_json(request, actor))

    async def _for_somebody(self, request: WebRequest, page: Callable[[Actor], Awaitable[WebAnswer]]) -> WebAnswer:
        answer = await self._signed_in(request, page)
        return without_body(answer) if request.method == _HEAD else answer

    async def _signed_in(self, request: WebRequest, page: Callable[[Actor], Awaitable[WebAnswer]]) -> WebAnswer:
        match who_is_signed_in(request.headers, self._environment, tenant=self._tenant):
            case SignInIsOff():
                logger.error(told("sign-in is off: nobody can decide", setting="WEBSITE_AUTH_ENABLED"))
                return sign_in_is_off(request)
            case NotSignedIn(why):
                agent = request.header("user-agent")[:_LONGEST_AGENT]
                logger.warning(told("link opened without sign-in", method=request.method, agent=agent, why=why))
                return sign_in(request)
            case WrongTenant(actor):
                logger.warning(told("refused: another tenant", who=who(actor), method=request.method))
                return wrong_tenant(request, actor)
            case actor:
                try:
                    return await page(actor)
                except UpstreamError:
                    logger.exception("page not answered")
                    return out_of_order(request)
