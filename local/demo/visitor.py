"""A visitor of Feedwarden's pages without a browser: opens links, signs in as somebody, fills in forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Final
from urllib.parse import quote, urlsplit

import httpx

from local.plain_http import TRUST_NOBODY
from local.scanner import Form, read_markup
from shared.errors import FeedwardenError

_TIMEOUT_SECONDS: Final = 60
# What a form carries along without being asked; the rest is the visitor's to fill in.
_CARRIED: Final = frozenset({"csrf", "choice", "digest", "shown", "post_login_redirect_uri"})


class NoSuchForm(FeedwardenError):
    """The page has no form for what the visitor wants."""


@dataclass(slots=True)
class Visitor:
    """Somebody with a client that keeps cookies, as a browser does on loopback; nobody until they sign in."""

    app_url: str
    cookies: dict[str, str] = field(default_factory=dict)

    def signs_in(self, persona: str) -> Visitor:
        """Choose a persona where the platform asks who comes; return the visitor."""
        login = f"{self.app_url}/.auth/login/aad?post_login_redirect_uri={quote('/', safe='')}"
        for form in self._forms(login):
            if ("persona", persona) in form.buttons:
                self._send(form.method.upper(), form.action, {**_carried(form), "persona": persona})
                return self
        raise NoSuchForm(f"nobody is called {persona!r} where one signs in")

    def opens(self, url: str, *, method: str = "GET") -> httpx.Response:
        """Fetch a page, without following where it leads."""
        return self._send(method, url, None)

    def chooses(self, url: str, choice: str, answers: Mapping[str, str]) -> httpx.Response:
        """Open a page, fill in its form for a choice, and send it; return the answer, not followed."""
        for form in self._forms(url):
            if ("choice", choice) in (*form.fixed, *form.buttons):
                return self._send("POST", form.action, {**_carried(form), "choice": choice, **answers})
        raise NoSuchForm(f"the page offers no {choice!r}")

    def _forms(self, url: str) -> tuple[Form, ...]:
        return read_markup(self.opens(url).text, url).forms

    def _send(self, method: str, url: str, fields: Mapping[str, str] | None) -> httpx.Response:
        if urlsplit(url).netloc != urlsplit(self.app_url).netloc:
            raise NoSuchForm(f"a page leads away from Feedwarden, to {urlsplit(url).netloc!r}")
        # The client's own jar keeps cookies marked as secure from loopback, where browsers send them.
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if method == "POST":
            headers["Origin"] = self.app_url
        answer = httpx.request(
            method,
            url,
            data=dict(fields or {}) or None,
            headers=headers,
            trust_env=False,
            timeout=_TIMEOUT_SECONDS,
            verify=TRUST_NOBODY,
        )
        self.cookies.update(_set_cookies(answer))
        return answer


def _carried(form: Form) -> dict[str, str]:
    return {name: value for name, value in form.fixed if name in _CARRIED}


def _set_cookies(answer: httpx.Response) -> Iterator[tuple[str, str]]:
    for header in answer.headers.get_list("set-cookie"):
        for name, morsel in SimpleCookie(header).items():
            yield name, morsel.value
