"""Forms that only our own pages can have sent, for the person who saw them.

A form carries a seal over the browser's cookie, the person and the form's own address. Another site can make a browser
send the cookie, but can read neither it nor the seal. What the browser itself says of a request's origin comes on top.

Source: https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from shared.domain.approvals import Actor
from shared.errors import BadLink, UntrustedInput
from shared.ports import NewId
from shared.web.messages import WebRequest
from shared.web.seals import Seals

COOKIE: Final = "__Host-feedwarden"
FORM_LIFE: Final = timedelta(hours=8)
"""So long a page may stay open before its forms are refused."""

_PURPOSE: Final = "csrf"
_VALUE: Final = re.compile(r"[A-Za-z0-9_-]{20,128}")
# Our pages name no referrer, so browsers write "null" for the origin of their forms; by itself it says nothing then.
_NO_ORIGIN: Final = frozenset({"", "null"})
_OUR_SITES: Final = frozenset({"", "same-origin", "none"})


class ForeignForm(UntrustedInput):
    """A form that was not sent from a page of ours, by the person who saw it."""


@dataclass(frozen=True, slots=True)
class FormKey:
    """What a page needs for its forms; `cookie` is the header that sets the cookie, empty where the browser has it."""

    token: str
    cookie: str


class FormGuard:
    """Gives out keys for forms, and checks them."""

    def __init__(self, seals: Seals, new_id: NewId) -> None:
        """Keep what signs and what makes random values."""
        self._seals = seals
        self._new_id = new_id

    def key(self, request: WebRequest, actor: Actor) -> FormKey:
        """Return the key of the forms of one page for one person."""
        value = _cookie(request)
        header = ""
        if not value:
            value = self._new_id()
            header = f"{COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"
        return FormKey(self._seals.seal(_PURPOSE, _subject(value, actor, request.path)), header)

    def check(self, request: WebRequest, actor: Actor, token: str) -> None:
        """Make sure that a form is one of ours. Raises ForeignForm; its text is for the log."""
        value = _cookie(request)
        if not value:
            raise ForeignForm("no cookie of ours")
        try:
            sealed = self._seals.open(_PURPOSE, token, FORM_LIFE)
        except BadLink as error:
            raise ForeignForm("no seal of ours, or too old") from error
        if not hmac.compare_digest(str(sealed).encode(), _subject(value, actor, request.path).encode()):
            raise ForeignForm("sealed for another browser, person or page")


def is_foreign(request: WebRequest) -> bool:
    """Say whether the browser tells that another site made it send this."""
    if request.header("sec-fetch-site").strip().lower() not in _OUR_SITES:
        return True
    origin = request.header("origin").strip().lower()
    if origin in _NO_ORIGIN:
        return False
    # No page of another site can write these; behind a front door the outer name stands in one of the latter.
    ours = {request.header(name).strip().lower() for name in ("host", "x-forwarded-host", "x-original-host")}
    try:
        return urlsplit(origin).netloc not in ours - {""}
    except ValueError:
        return True


def _subject(value: str, actor: Actor, path: str) -> str:
    return f"{value}\n{actor.tenant.lower()}\n{actor.object_id.lower()}\n{path}"


def _cookie(request: WebRequest) -> str:
    """Return the value of our cookie; empty where there is none, several, or one that is not ours."""
    pairs = (part.strip().partition("=") for part in request.header("cookie").split(";"))
    values = {value for name, _, value in pairs if name == COOKIE}
    return next((value for value in values if _VALUE.fullmatch(value)), "") if len(values) == 1 else ""
