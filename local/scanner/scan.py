"""The walk of a scanner: from the links of a letter to everything that they lead to on the same host."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urlsplit

import httpx

from local.scanner.browse import Tab, in_browser
from local.scanner.markup import Form, Markup, read_markup

if TYPE_CHECKING:
    from playwright.async_api import Browser

USER_AGENT: Final = "Sample-Mail-Scanner/1.0"
"""What stands in the app's log beside each hit that is not the browser's."""
_SIGN_IN: Final = "/.auth/"
_MOST_PAGES: Final = 60
_SERVER_ERROR: Final = 500
_FORM: Final = {"content-type": "application/x-www-form-urlencoded"}


@dataclass(slots=True)
class Scan:
    """What was done: how often, and how it was answered; `submitted` counts both ways of submitting a form."""

    heads: int = 0
    gets: int = 0
    opened: int = 0
    submitted: int = 0
    pages: set[str] = field(default_factory=set)
    not_submitted: set[str] = field(default_factory=set)
    elsewhere: set[str] = field(default_factory=set)
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)

    @property
    def failures(self) -> list[tuple[str, int]]:
        """Return what was answered with trouble of the server's own, by method and status."""
        return sorted(answer for answer in self.statuses if answer[1] >= _SERVER_ERROR)


async def scan(urls: Iterable[str], *, browser: Browser | None = None, rounds: int = 2) -> Scan:
    """Follow links and everything behind them on their hosts, and submit every form but the sign-in's.

    Args:
        urls: where to begin.
        browser: opens and submits everything once more, with scripts on; None = over HTTP only.
        rounds: how often all of it is done; cookies are kept in between.
    """
    done = Scan()
    starts = tuple(urls)
    async with _tools(browser) as (client, tab):
        walker = _Walker(done, client, tab, frozenset(urlsplit(url).netloc for url in starts))
        for _ in range(rounds):
            await walker.walk(starts)
    return done


@asynccontextmanager
async def _tools(browser: Browser | None) -> AsyncIterator[tuple[httpx.AsyncClient, Tab | None]]:
    """Open what the scanner works with: a client without any sign-in, and a tab of its own."""
    async with httpx.AsyncClient(headers={"user-agent": USER_AGENT}, follow_redirects=False, timeout=30) as client:
        if browser is None:
            yield client, None
        else:
            async with in_browser(browser) as tab:
                yield client, tab


class _Walker:
    """One scanner at work."""

    def __init__(self, done: Scan, client: httpx.AsyncClient, tab: Tab | None, hosts: frozenset[str]) -> None:
        self._done = done
        self._client = client
        self._tab = tab
        self._hosts = hosts
        self._waiting: deque[str] = deque()
        self._seen: set[str] = set()

    async def walk(self, starts: Iterable[str]) -> None:
        """Do one round."""
        self._seen = set()
        self._found(starts)
        while self._waiting and len(self._seen) <= _MOST_PAGES:
            address = self._waiting.popleft()
            self._done.pages.add(address)
            self._done.heads += 1
            self._answered("HEAD", await self._client.head(address))
            self._done.gets += 1
            await self._submit_all(self._answered("GET", await self._client.get(address)))
            if self._tab is not None:
                await self._open(self._tab, address)

    async def _open(self, tab: Tab, address: str) -> None:
        """Open a page in the browser, and submit what its scripts have left of its forms."""
        self._done.opened += 1
        markup = await tab.open(address)
        self._found(markup.links)
        for form in markup.forms:
            for filling in form.fillings() if self._may_submit(form) else ():
                await tab.open(address)
                self._done.submitted += 1
                self._found((await tab.submit(form, filling)).links)
        self._done.statuses.update(tab.take_statuses())

    async def _submit_all(self, markup: Markup) -> None:
        """Submit each form of a page as a program does, without its scripts."""
        for form in markup.forms:
            for filling in form.fillings() if self._may_submit(form) else ():
                self._done.submitted += 1
                if form.method == "post":
                    body = urlencode(filling)
                    self._answered("POST", await self._client.post(form.action, content=body, headers=_FORM))
                else:
                    self._answered("GET", await self._client.get(form.action, params=filling))

    def _answered(self, method: str, answer: httpx.Response) -> Markup:
        """Count an answer, and find what it leads to."""
        self._done.statuses[method, answer.status_code] += 1
        here = str(answer.url)
        if location := answer.headers.get("location"):
            self._found([str(answer.url.join(location))])
        is_page = "html" in answer.headers.get("content-type", "")
        markup = read_markup(answer.text, here) if is_page else Markup((), ())
        self._found(markup.links)
        return markup

    def _found(self, addresses: Iterable[str]) -> None:
        """Remember where to go on: once a round, and on the same hosts only."""
        for address in addresses:
            parts = urlsplit(address)
            if parts.netloc not in self._hosts or parts.scheme not in {"http", "https"}:
                self._done.elsewhere.add(address)
            elif address not in self._seen:
                self._seen.add(address)
                self._waiting.append(address)

    def _may_submit(self, form: Form) -> bool:
        """Tell whether a form is one that a stranger can submit here: not the sign-in's, and not another host's."""
        parts = urlsplit(form.action)
        may = parts.netloc in self._hosts and not parts.path.lower().startswith(_SIGN_IN)
        if not may:
            self._done.not_submitted.add(form.action)
        return may
