"""The desk under test: what happens in feeds and registries behind its pages, and what the register knows of it."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx

from local.demo.stage import FEED, PROJECT, Stage
from local.plain_http import TRUST_NOBODY
from local.stack import Stack
from local.stack.sample import APPROVAL_KEY
from shared.adapters.links import SignedLinks
from shared.adapters.register import Storage, StorageAddress, TableRegister
from shared.adapters.seals import Seals
from shared.bootstrap import new_id
from shared.bootstrap.surroundings import now
from shared.domain.approvals import Approval
from shared.domain.audit import AuditEvent
from shared.domain.cases import Case
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.ports import Links
from tests.browser.mailbox import Mail, Mailbox
from tests.browser.people import client_of

TITLE: Final = f"{PROJECT}/{FEED}"
OURS: Final = "1.0.0"
OLD: Final = {"published_at": "2015-03-01T12:00:00Z", "description": "Bills of exchange."}
"""What makes a public package older than ours, and unrelated."""
WHY: Final = "Their reports read a format that only the public package knows."
_PATIENCE_SECONDS: Final = 60
_LINK: Final = re.compile(r'https?://[^"\\ ]+/api/approvals/[^"\\ ]+')

type State = tuple[Case, tuple[AuditEvent, ...], Approval | None]


@dataclass(frozen=True, slots=True)
class Desk:
    """A stack whose feeds and registries the test plays; all packages are npm's, in one feed."""

    stack: Stack
    stage: Stage
    register: TableRegister

    def letters(self) -> set[str]:
        """Return the links of all mails and cards that were sent so far."""
        cards = httpx.get(f"{self.stack.teams_url}/runs", timeout=_PATIENCE_SECONDS, verify=TRUST_NOBODY).text
        mailed = {link for mail in Mailbox(self.stack.mail_url).mails() for link in mail.links()}
        return mailed | set(_LINK.findall(cards))

    def collides(self, spelling: str, version: str = "99.0.0", **about: Any) -> PackageName:  # noqa: ANN401  # JSON
        """Publish a package in the feed, and one of the same name in public; return the name."""
        name = PackageName.of(Ecosystem.NPM, spelling)
        self.stage.publishes_quietly(name, OURS)
        self.appears(name, version, **about)
        return name

    def appears(self, name: PackageName, version: str, **about: Any) -> None:  # noqa: ANN401  # members of JSON
        """Publish a version in public; `about` is what its publisher says of it."""
        order = {"name": name.spelling, "version": version, **about}
        address = f"{self.stack.npm_url}/_control/publish"
        httpx.post(address, json=order, timeout=_PATIENCE_SECONDS, verify=TRUST_NOBODY).raise_for_status()

    def asks(self, name: PackageName, persona: str = "contributor") -> str:
        """Let somebody ask for versions from outside; return the link for the owners."""
        wanted = {"feed": TITLE, "ecosystem": name.ecosystem, "name": name.spelling, "reason": WHY}
        with client_of(self.stack.app_url, persona) as client:
            answer = client.post("/api/v1/requests", json=wanted)
        assert answer.is_success, answer.text
        return str(answer.json()["address"])

    async def mail(self, words: str, name: PackageName) -> Mail:
        """Wait for a letter about a package, but not for the timer that hands letters on."""

        async def came() -> bool:
            if self._mails(words, name):
                return True
            self._hands_letters_on()
            return False

        await self.until(came, look_every_seconds=0.5)
        return self._mails(words, name)[-1]

    def _hands_letters_on(self) -> None:
        address = f"{self.stack.app_url}/admin/functions/relay_outbox"
        httpx.post(address, json={}, timeout=_PATIENCE_SECONDS, verify=TRUST_NOBODY).raise_for_status()

    def _mails(self, words: str, name: PackageName) -> list[Mail]:
        return [
            mail
            for mail in Mailbox(self.stack.mail_url).mails()
            if words in mail.subject and name.spelling in mail.subject
        ]

    async def case(self, name: PackageName) -> Case:
        """Return what is known of a package in the feed."""
        found = [case async for case in self.register.cases() if (case.feed_title, case.name) == (TITLE, name)]
        assert len(found) == 1, found
        return found[0]

    async def approval(self, name: PackageName) -> Approval:
        """Return the newest request about a package, alive or past."""
        case = await self.case(name)
        alive = await self.register.approval(case.feed, name)
        found = alive or await self.register.past_approval(case.feed, name, case.approval_id)
        assert found is not None
        return found

    async def events(self, name: PackageName) -> list[str]:
        """Return what happened to a package, in order."""
        case = await self.case(name)
        return [event.kind.value async for event in self.register.events(case.feed, name)]

    async def everything(self) -> list[State]:
        """Return all that is on record, of all packages."""
        cases = [case async for case in self.register.cases()]
        return [await self._state(case) for case in cases]

    def feeds(self) -> Any:  # noqa: ANN401  # a JSON document
        """Return all that the feeds hold, with every switch."""
        told = httpx.get(f"{self.stack.feeds_url}/_control/state", timeout=_PATIENCE_SECONDS, verify=TRUST_NOBODY)
        return told.raise_for_status().json()["organizations"]

    async def _state(self, case: Case) -> State:
        events = [event async for event in self.register.events(case.feed, case.name)]
        return case, tuple(events), await self.register.approval(case.feed, case.name)

    def links(self, *, age: timedelta = timedelta(0)) -> Links:
        """Return what makes links as the app does, so long ago."""
        return SignedLinks(Seals((APPROVAL_KEY,), lambda: now() - age), self.stack.app_url)

    async def until(self, so: Callable[[], Awaitable[bool]], *, look_every_seconds: float = 0.1) -> None:
        """Wait until something is so; a minute without it fails loudly."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not await so():
            assert time.monotonic() < deadline, "it did not become so within a minute"
            await asyncio.sleep(look_every_seconds)


@asynccontextmanager
async def desk_of(stack: Stack, folder: Path) -> AsyncIterator[Desk]:
    """Give the desk of a running stack."""
    storage = Storage(StorageAddress(connection=stack.connection_string))
    try:
        yield Desk(stack, Stage(stack, folder), TableRegister(storage, new_id=new_id))
    finally:
        await storage.close()
