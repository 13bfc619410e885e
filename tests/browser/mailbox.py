"""Reading the mails that the sink holds, and the links in them."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import httpx

from local.plain_http import TRUST_NOBODY
from local.scanner import read_markup

_LINK: Final = re.compile(r"https?://[^\s<>\"']+")
_PATIENCE_SECONDS: Final = 60
_LOOK_EVERY_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail, as its reader sees it."""

    number: int
    subject: str
    recipients: tuple[str, ...]
    text: str
    html: str

    def links(self) -> tuple[str, ...]:
        """Return the addresses that either part leads to, each once, in order."""
        shown = read_markup(self.html, "about:blank").links
        return tuple(dict.fromkeys((*_LINK.findall(self.text), *shown)))

    def link(self) -> str:
        """Return the one address that the mail leads to; another number of them is a fault of the mail."""
        links = self.links()
        assert len(links) == 1, links
        return links[0]


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The mail sink at an address."""

    url: str

    def mails(self) -> list[Mail]:
        """Return all mails, the newest last."""
        answer = httpx.get(f"{self.url}/mails", timeout=_PATIENCE_SECONDS, verify=TRUST_NOBODY)
        told: list[dict[str, Any]] = answer.json()["mails"]
        return [Mail(one["number"], one["subject"], tuple(one["recipients"]), one["text"], one["html"]) for one in told]

    async def wait_for(self, fits: Callable[[Mail], bool]) -> Mail:
        """Wait for a mail, and return the newest that fits; a minute without one fails loudly."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not (fitting := [mail for mail in self.mails() if fits(mail)]):
            assert time.monotonic() < deadline, [mail.subject for mail in self.mails()]
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
        return fitting[-1]

    def clear(self) -> None:
        """Forget all mails."""
        httpx.delete(f"{self.url}/mails", timeout=_PATIENCE_SECONDS, verify=TRUST_NOBODY).raise_for_status()
