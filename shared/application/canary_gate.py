"""What must hold before the canary may open a switch: looked at each time, and every doubt is a refusal."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from shared.application.feed_book import FeedBook
from shared.application.lookup import TwinLookup
from shared.application.reach import reach
from shared.domain.approvals import ApprovalState
from shared.domain.canary import MARK, Trial, is_exercise
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
from shared.domain.twins import Presence, PublicTwin
from shared.domain.versions import FeedVersion, Origin
from shared.errors import UpstreamError
from shared.ports import FeedService, PackagePage, Register


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing is begun, in words for whoever set the canary up; `is_doubt` = it could not be looked at."""

    why: str
    is_doubt: bool = False


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

    async def look(self, *, begun: Trial | None = None) -> Feed | Refusal:
        """Return the feed, or why the canary must not be exercised there now.

        `begun` = the exercise that opened the switch before, and is to go on.
        """
        return await self._judged(partial(self._of_exercise, begun=begun))

    async def own(self) -> Feed | Refusal:
        """Return the feed, where the package in it can be no real one: enough for closing its switch, not for more."""
        return await self._judged(self._of_identity)

    async def _judged(self, judge: Callable[[Feed], Awaitable[str]]) -> Feed | Refusal:
        try:
            found = [feed for feed in await self.book.feeds() if feed.title.casefold() == self.title.casefold()]
            if len(found) != 1:
                return Refusal(f"there is no feed {self.title} that we see")
            (feed,) = found
            why = await judge(feed)
        except UpstreamError as error:
            return Refusal(f"it cannot be looked at: {error}", is_doubt=True)
        return Refusal(why) if why else feed

    async def _of_exercise(self, feed: Feed, *, begun: Trial | None) -> str:
        if begun is not None and (begun.feed, begun.name) != (feed.ref, self.name):
            return f"the settings do not name {begun.name} any more, with which it was begun"
        why = next(self._of_feed(feed), "") or await self._of_surroundings(feed) or await self._of_package(feed)
        return why or (await self._of_switch(feed) if begun is None else "")

    async def _of_identity(self, feed: Feed) -> str:
        package = await self.service.find_package(feed, self.name)
        held = () if package is None else await self.service.versions(feed, package)
        return self._of_name() or self._of_numbers(held)

    def _of_name(self) -> str:
        return (
            ""
            if MARK in self.name.unscoped
            else f"{self.name} has no {MARK!r} in its name, and might be a real package"
        )

    def _of_feed(self, feed: Feed) -> Iterator[str]:
        yield from filter(None, [self._of_name()])
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
        return self._of_publishers(twin)

    def _of_publishers(self, twin: PublicTwin) -> str:
        """Refuse a twin that a stranger can publish to: as long as the switch is open, the feed serves what comes."""
        rule = f"under `ours.publishers`, {self.name.ecosystem}, in the policy file"
        if not twin.publishers:
            return f"the registry does not tell who publishes its public twin: use one that does, and name them {rule}"
        if set(twin.publishers) <= self.policy.ours.publishers.get(self.name.ecosystem, frozenset()):
            return ""
        return f"its public twin is published by {', '.join(twin.publishers)}: name each account that is yours {rule}"

    async def _of_package(self, feed: Feed) -> str:
        page = await self.service.packages(feed, skip=0)
        others = [str(package.name) for package in page.packages if package.name != self.name] + list(page.refused)
        if others or page.next_skip is not None:
            held = ", ".join(others[:3]) or "more than a page of packages"
            return f"the feed {feed.title} is not the canary's own: it holds {held} too"
        return await self._of_versions(feed, page)

    async def _of_versions(self, feed: Feed, page: PackagePage) -> str:
        if not page.packages:
            return ""
        (package,) = page.packages
        versions = await self.service.versions(feed, package)
        why = self._of_numbers(versions)
        if why:
            return why
        if saved_external(versions) or origin_in_doubt(versions):
            return f"{self.name} has versions in the feed that may be from outside: delete them"
        if internal_presence(versions) not in {InternalPresence.LIVE, InternalPresence.DELETED}:
            return f"{self.name} is not internal in the feed: delete what is there"
        return ""

    def _of_numbers(self, versions: Iterable[FeedVersion]) -> str:
        """Refuse what is, or was, a real package: exercises number their versions as nobody else does."""
        foreign = [v.version for v in versions if v.origin is not Origin.EXTERNAL and not is_exercise(v.version)]
        if not foreign:
            return ""
        return f"{self.name} has versions in the feed that no exercise published, such as {foreign[0]}: a real package"

    async def _of_switch(self, feed: Feed) -> str:
        behavior = await self.service.get_upstreaming_behavior(feed, self.name)
        return "" if behavior is UpstreamingBehavior.AUTO else "its switch stands open already, and not by the canary"
