"""What must hold before the canary may open a switch: looked at each time, and every doubt is a refusal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shared.application.feed_book import FeedBook
from shared.application.lookup import TwinLookup
from shared.application.reach import reach
from shared.domain.approvals import ApprovalState
from shared.domain.canary import MARK
from shared.domain.evidence import (
    InternalPresence,
    OrganizationPolicy,
    PublicUpstream,
    UpstreamingBehavior,
    internal_presence,
    origin_in_doubt,
    saved_external,
)
from shared.domain.feeds import Feed
from shared.domain.names import PackageName
from shared.domain.policy import Mode
from shared.domain.rules import GuardPolicy
from shared.domain.twins import Presence
from shared.errors import UpstreamError
from shared.ports import FeedService, PackagePage, Register


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing is begun, in words for whoever set the canary up."""

    why: str


@dataclass(frozen=True, slots=True)
class CanaryGate:
    """Says whether the canary is what it should be: a package of its own in a feed of its own. Writes nothing."""

    title: str
    name: PackageName
    service: FeedService
    book: FeedBook
    lookup: TwinLookup
    register: Register
    policy: GuardPolicy

    async def look(self) -> Feed | Refusal:
        """Return the feed, or why the canary must not be exercised there now."""
        try:
            found = [feed for feed in await self.book.feeds() if feed.title.casefold() == self.title.casefold()]
            if len(found) != 1:
                return Refusal(f"there is no feed {self.title} that we see")
            (feed,) = found
            why = next(self._of_feed(feed), "") or await self._of_surroundings(feed) or await self._of_package(feed)
        except UpstreamError as error:
            return Refusal(f"it cannot be looked at: {error}")
        return Refusal(why) if why else feed

    def _of_feed(self, feed: Feed) -> Iterator[str]:
        if MARK not in self.name.unscoped:
            yield f"{self.name} has no {MARK!r} in its name, and might be a real package"
        if not feed.enabled:
            yield f"the feed {feed.title} is disabled"
        if self.policy.stance(feed, self.name).mode is not Mode.ENFORCE:
            yield f"the mode for it in {feed.title} is not `enforce`, so nobody would close the switch"

    async def _of_surroundings(self, feed: Feed) -> str:
        if await self.service.organization_policy() is not OrganizationPolicy.ON:
            return "the organization's policy is not known to be on, so `auto` may block nothing"
        approval = await self.register.approval(feed.ref, self.name)
        # A request that nobody answered permits nothing; Feedwarden's own letter about the last exercise opens one.
        if approval is not None and approval.state is not ApprovalState.OPEN:
            return f"an approval of versions from outside is {approval.state}: let it end, or take it back"
        out = await reach(feed, self.name.ecosystem, self.book)
        if out.public_upstream is not PublicUpstream.ENABLED:
            return f"the feed {feed.title} has no open upstream source of {self.name.ecosystem} that is public"
        twin = await self.lookup.look_up(self.name, out)
        if twin.presence is not Presence.PRESENT:
            return f"its public twin is {twin.presence} {twin.detail}".strip()
        return ""

    async def _of_package(self, feed: Feed) -> str:
        page = await self.service.packages(feed, skip=0)
        others = [str(package.name) for package in page.packages if package.name != self.name] + list(page.refused)
        if others or page.next_skip is not None:
            held = ", ".join(others[:3]) or "more than a page of packages"
            return f"the feed {feed.title} is not the canary's own: it holds {held} too"
        return await self._of_versions(feed, page) or await self._of_switch(feed)

    async def _of_versions(self, feed: Feed, page: PackagePage) -> str:
        if not page.packages:
            return ""
        (package,) = page.packages
        versions = await self.service.versions(feed, package)
        if saved_external(versions) or origin_in_doubt(versions):
            return f"{self.name} has versions in the feed that may be from outside: delete them"
        if internal_presence(versions) not in {InternalPresence.LIVE, InternalPresence.DELETED}:
            return f"{self.name} is not internal in the feed: delete what is there"
        return ""

    async def _of_switch(self, feed: Feed) -> str:
        behavior = await self.service.get_upstreaming_behavior(feed, self.name)
        return "" if behavior is UpstreamingBehavior.AUTO else "its switch stands open already, and not by the canary"
