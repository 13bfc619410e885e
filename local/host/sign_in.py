"""App Service Authentication with Entra ID, played: sessions, and the addresses below `/.auth/`.

Requests without a session pass, as with "Allow unauthenticated access": the app answers 401 where it wants to. The page
that lets a person choose who to be stands for Entra's, where a password would be asked; choosing takes a POST, so that
whoever only follows links stays a stranger.

What differs from the platform: the cookie has neither `Secure`, since there is no TLS on loopback, nor the platform's
`SameSite=None`, which browsers take with `Secure` only. Not modelled: tokens, their store and refresh, the nonce, and
the platform's refusal of a browser's cross-site POST, so that an app must withstand one by itself.

Source: https://learn.microsoft.com/azure/app-service/configure-authentication-customize-sign-in-out
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import parse_qs, quote, urlsplit

from local.host.http_messages import Answer, Request
from local.host.personas import PROVIDER, SESSION, Persona, claims_of, principal_headers
from local.host.sign_in_pages import choice_page, word_page

ENABLED: Final = ("WEBSITE_AUTH_ENABLED", "True")
"""The variable by which the platform tells an app that sign-in is on, and its value."""
COOKIE: Final = "AppServiceAuthSession"
_CALLBACK: Final = f"/.auth/login/{PROVIDER}/callback"
_DONE: Final = "/.auth/login/done"
_SIGNED_OUT: Final = "/.auth/logout/complete"
_WORDS: Final = {_DONE: "You have successfully signed in", _SIGNED_OUT: "You have signed out"}
# What browsers drop from an address, or read as a slash, would make another host of `/\host` or `/<tab>/host`.
_UNSAFE: Final = re.compile(r"[\x00-\x20\x7f\\]")


@dataclass(frozen=True, slots=True)
class _Session:
    persona: Persona
    since: datetime


@dataclass(frozen=True, slots=True)
class SignIn:
    """The sign-in of one app; its sessions live as long as the host."""

    personas: tuple[Persona, ...]
    now: Callable[[], datetime]
    sessions: dict[str, _Session] = field(default_factory=dict)

    def headers(self, cookies: str) -> list[tuple[str, str]]:
        """Return the headers that the platform adds to a request with that `Cookie` header; none for a stranger."""
        session = self._session(cookies)
        return [] if session is None else principal_headers(session.persona, since=session.since)

    def answer(self, path: str, request: Request) -> Answer:
        """Answer a request below `/.auth/`; HEAD is answered as GET is."""
        query = dict(request.query)
        method = "GET" if request.method == "HEAD" else request.method
        match (method, path.lower().rstrip("/")):
            case ("GET", "/.auth/login/aad"):
                return choice_page(self.personas, action=_CALLBACK, target=query.get("post_login_redirect_uri", ""))
            case ("POST", "/.auth/login/aad/callback"):
                return self._begin(request)
            case ("GET", "/.auth/logout"):
                return self._end(request, target=query.get("post_logout_redirect_uri", ""))
            case ("GET", "/.auth/me"):
                return self._me(request)
            case ("GET", place) if place in _WORDS:
                return word_page(_WORDS[place])
            case _:
                return Answer(status=404)

    def _begin(self, request: Request) -> Answer:
        """Begin a session for the persona that was chosen, under a new id."""
        form = {name: values[-1] for name, values in parse_qs(request.body.decode("latin-1")).items()}
        persona = next((one for one in self.personas if one.key == form.get("persona")), None)
        if persona is None:
            return Answer(status=400)
        token = secrets.token_urlsafe(32)
        self.sessions[token] = _Session(persona, self.now())
        return _redirect(_inside(form.get("post_login_redirect_uri", "")) or _DONE, cookie=f"{COOKIE}={token}")

    def _end(self, request: Request, *, target: str) -> Answer:
        """End the session, here and in the browser."""
        if request.method == "GET":
            self.sessions.pop(_cookie(request.header("cookie")), None)
        return _redirect(_inside(target) or _SIGNED_OUT, cookie=f"{COOKIE}=; Max-Age=0")

    def _me(self, request: Request) -> Answer:
        """Tell the claims of whoever asks; 401 for a stranger."""
        session = self._session(request.header("cookie"))
        if session is None:
            return Answer(status=401)
        told = {
            "expires_on": (session.since + SESSION).isoformat(),
            "provider_name": PROVIDER,
            "user_claims": claims_of(session.persona, since=session.since),
            "user_id": session.persona.mail,
        }
        headers = (("content-type", "application/json; charset=utf-8"), ("cache-control", "no-store"))
        return Answer(status=200, headers=headers, body=json.dumps([told]).encode())

    def _session(self, cookies: str) -> _Session | None:
        """Return the session that a `Cookie` header names, unless it is over."""
        session = self.sessions.get(_cookie(cookies))
        return None if session is None or self.now() >= session.since + SESSION else session


def _cookie(cookies: str) -> str:
    """Return the session's id; empty where there is none."""
    pairs = (cookie.strip().partition("=") for cookie in cookies.split(";"))
    return next((token for name, _, token in pairs if name == COOKIE), "")


def _inside(target: str) -> str:
    """Return where to go on, if that is a path of this very app; else nothing."""
    if not target.startswith("/") or target.startswith("//") or _UNSAFE.search(target):
        return ""
    parts = urlsplit(target)
    return "" if parts.scheme or parts.netloc else quote(target, safe="/?#[]@!$&'()*+,;=:%~-._")


def _redirect(target: str, *, cookie: str) -> Answer:
    """Send the browser on; 302, as the platform does, makes a GET of its POST."""
    cookies = f"{cookie}; Path=/; HttpOnly"
    return Answer(status=302, headers=(("location", target), ("set-cookie", cookies), ("cache-control", "no-store")))
