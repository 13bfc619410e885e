"""Who and what stands in at the desk: people, links that are numbers, and a check that finds what a test says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from shared.application.messages import CheckRequest
from shared.domain.approvals import Actor
from shared.domain.feeds import FeedRef
from shared.domain.owners import FeedOwners
from shared.domain.policy import Protection
from shared.errors import BadLink
from shared.ports import Link, RequestRef
from tests.fakes import START, person


def actor(name: str, *, tenant: str = "tenant-1") -> Actor:
    """Return somebody who is signed in; `person(name)` is the same one as Azure DevOps knows them."""
    return Actor(tenant, f"oid-{name}", name.title())


OLGA: Final = actor("olga")
OWEN: Final = actor("owen")
ORA: Final = actor("ora")
ANN: Final = actor("ann")
OWNERS: Final = FeedOwners((person("olga"), person("owen"), person("ora")))


@dataclass(slots=True)
class FakeLinks:
    """Links whose tokens are numbers; a test may let them expire."""

    targets: list[RequestRef | FeedRef] = field(default_factory=list)
    expired: bool = False

    def to_request(self, ref: RequestRef) -> str:
        """Return the address of a request's page."""
        return self._address(ref)

    def to_requests_of(self, feed: FeedRef) -> str:
        """Return the address of a feed's list."""
        return self._address(feed)

    def _address(self, target: RequestRef | FeedRef) -> str:
        if target not in self.targets:
            self.targets.append(target)
        return f"https://guard.example.test/api/approvals/{self.targets.index(target)}"

    def read(self, token: str) -> Link:
        """Read the last part of an address."""
        number = token.rpartition("/")[2]
        if not number.isdecimal() or int(number) >= len(self.targets):
            raise BadLink("no link of ours")
        return Link(self.targets[int(number)], START, self.expired)


async def _nothing() -> None:
    """Find nothing new."""


@dataclass(slots=True)
class ScriptedChecker:
    """A check that finds what a test says, and keeps what it was asked."""

    verdict: Protection | None = Protection.PROTECTED
    finds: Callable[[], Awaitable[None]] = _nothing
    asked: list[CheckRequest] = field(default_factory=list)

    async def check(self, request: CheckRequest) -> Protection | None:
        """Check once."""
        self.asked.append(request)
        await self.finds()
        return self.verdict
