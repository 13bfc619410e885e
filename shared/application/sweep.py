"""Sweep: walk every package of every feed, page by page, so that everything is found without any hook."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from shared.application.feed_book import FeedBook
from shared.application.gather import is_propagating
from shared.application.lookup import TwinLookup
from shared.application.messages import CheckRequest, SweepKind, SweepRequest
from shared.application.reach import Reach, reach
from shared.application.setbacks import Setbacks
from shared.application.watch import RegistryWatcher
from shared.domain.cases import Case, CaseState
from shared.domain.feeds import Feed, FeedRef
from shared.domain.public_sources import PublicSource, sources_of
from shared.domain.rules import GuardPolicy
from shared.domain.twins import Presence
from shared.errors import UpstreamUnavailable
from shared.logs import told
from shared.ports import (
    Clock,
    FeedService,
    ListedPackage,
    NamesIndex,
    PackagePage,
    Queue,
    QueueName,
    Register,
)

logger = logging.getLogger(__name__)

# Up to so many unanswered names of a page are checked one by one; more are an outage, and the page waits.
_SINGLE_UNKNOWNS: Final = 20
# So often a page waits for registries that do not answer, before the walk goes on without them.
_PATIENCE: Final = 6
# Switches that are read in turn: a page of packages under `preempt`, and a feed's others.
_PREEMPTED_A_PAGE: Final = 20
_OTHERS_A_FEED: Final = 4
_TURN_SECONDS: Final = 3600


@dataclass(frozen=True, slots=True)
class _View:
    """What is seen of one internal package; `presence` None = it is not judged by this walk."""

    package: ListedPackage
    out: Reach
    presence: Presence | None

    @property
    def is_taken(self) -> bool:
        return self.presence in (Presence.PRESENT, Presence.TOMBSTONE)

    @property
    def is_unanswered(self) -> bool:
        return self.presence is Presence.UNKNOWN and self.out.complete


@dataclass(frozen=True, slots=True)
class Sweeper:
    """Finds the packages that need a check; judges none of them."""

    service: FeedService
    book: FeedBook
    lookup: TwinLookup
    names: NamesIndex
    register: Register
    queue: Queue
    setbacks: Setbacks
    clock: Clock
    policy: GuardPolicy
    watcher: RegistryWatcher

    async def begin(self) -> int:
        """Catch up with the registries, then queue a walk through every enabled feed; return how many.

        A feed of which we have open cases, and that is not listed any more, was deleted or hidden from us:
        its cases are checked one by one, and become unknown.
        """
        listed = await self.book.feeds()
        # The walks judge by what is known of the registries: without any watch, this is where it comes from.
        await self.watcher.poll(listed)
        await self.watcher.begin_rounds(listed)
        feeds = [feed for feed in listed if feed.enabled]
        cause = f"sweep {self.clock():%Y-%m-%dT%H:%M:%SZ}"
        for feed in feeds:
            request = SweepRequest(SweepKind.EVERY_PACKAGE, cause, feed=feed.ref)
            await self.queue.put(QueueName.FEED_SWEEPS, request.text())
        refs = {feed.ref for feed in listed}
        await self.setbacks.keep_only(refs)
        async for case in self.register.cases():
            if case.feed not in refs and _is_open(case):
                check = CheckRequest(case.feed, case.name, f"{cause}: its feed is not listed")
                await self.queue.put(QueueName.PACKAGE_CHECKS, check.text())
        return len(feeds)

    async def walk_page(self, ref: FeedRef, request: SweepRequest) -> None:
        """Walk one page of one feed, queue the checks it calls for, and then the next page.

        The next page is queued last: a crash repeats this page, and skips none. The feed's open
        cases are checked with the first page, so that a switch opened anew is found even
        where the package has left the list.
        """
        feed = await self.book.feed(ref)
        page = await self.service.packages(feed, skip=request.skip)
        _tell_refused(feed, page.refused)
        internal = [p for p in page.packages if p.maybe_internal and request.covers(p.name.ecosystem)]
        # The index is written before any case: it may only ever be over-inclusive.
        await self.names.add(ref, (package.name for package in internal))
        await self.names.add_look_alikes(ref, (package.name for package in internal))
        views = await self._look(feed, internal)
        for package in _taken_or_mixed(views):
            if not await self._has_open_case(ref, package):
                await self._check(ref, package, request.cause)
        for package in await self._public_for_others(views):
            await self._check(ref, package, request.cause, expects_twin=True)
        if self._is_outage(views) and request.attempt < _PATIENCE:
            raise UpstreamUnavailable("too many names were not answered", service="public registry")
        if request.skip == 0:
            await self._check_open_cases(ref, request)
        for package in self._others_to_check(feed, views, first_page=request.skip == 0):
            if not await self._has_open_case(ref, package):
                await self._check(ref, package, request.cause)
        await self._go_on(feed, request, page, blind=self._is_outage(views) or _cannot_follow(views))

    async def _go_on(self, feed: Feed, request: SweepRequest, page: PackagePage, *, blind: bool) -> None:
        if blind:
            why = "public registries did not answer, or an upstream feed could not be followed"
            logger.warning(told("packages not judged", feed=feed.title, why=why))
            await self.setbacks.remember(feed.ref, f"{why}: some packages of {feed.title} are not judged")
        if page.next_skip is not None:
            following = replace(request, skip=page.next_skip, attempt=0, blind=request.blind or blind)
            await self.queue.put(QueueName.FEED_SWEEPS, following.text())
            return
        # A walk of one ecosystem says nothing about what the others left behind.
        if not (blind or request.blind or request.only):
            await self.setbacks.forget(feed.ref)
        logger.info(told("feed swept", feed=feed.title, packages=request.skip + len(page.packages)))

    async def _check_open_cases(self, ref: FeedRef, request: SweepRequest) -> None:
        now = self.clock()
        async for case in self.register.cases(ref):
            # A change that is under way has rechecks of its own.
            rechecked = case.state is CaseState.PENDING and is_propagating(case.changed_at, now)
            if request.covers(case.name.ecosystem) and _is_open(case) and not rechecked:
                check = CheckRequest(ref, case.name, request.cause)
                await self.queue.put(QueueName.PACKAGE_CHECKS, check.text())

    async def _has_open_case(self, ref: FeedRef, package: ListedPackage) -> bool:
        stored = await self.register.case(ref, package.name)
        return stored is not None and _is_open(stored.case)

    async def _look(self, feed: Feed, packages: Sequence[ListedPackage]) -> list[_View]:
        """Say of each name whether it is taken where the feed pulls from; only public names are asked for.

        A walk comes again when a registry's list was read; names that have to be asked for are asked in rounds.
        """
        by_ecosystem = {e: await reach(feed, e, self.book) for e in {p.name.ecosystem for p in packages}}
        _tell_not_asked(feed, packages, self.lookup)

        views: list[_View] = []
        for ecosystem, out in by_ecosystem.items():
            held = [package for package in packages if package.name.ecosystem is ecosystem]
            known = bool(out.locations) and self.lookup.knows(held[0].name)
            screened = await self.lookup.screen([package.name for package in held], out) if known else {}
            views += [_View(package, out, screened.get(package.name)) for package in held]
        return views

    async def _public_for_others(self, views: Sequence[_View]) -> list[ListedPackage]:
        """Return packages that this feed cannot get from outside, but another feed might be served from there."""
        sources = sources_of(await self.book.listed())
        found: list[ListedPackage] = []
        for ecosystem in {view.package.name.ecosystem for view in views}:
            seen = [view for view in views if view.package.name.ecosystem is ecosystem and not view.is_taken]
            out = {PublicSource.at(ecosystem, location) for view in seen[:1] for location in view.out.locations}
            others = [source for source in sources if source.ecosystem is ecosystem and source not in out]
            public = await self.lookup.public_at([view.package.name for view in seen], others)
            found += [view.package for view in seen if view.package.name in public]
        return found

    def _is_outage(self, views: Sequence[_View]) -> bool:
        """Say whether so many names went unanswered that it is no matter of single packages."""
        return sum(1 for view in views if view.is_unanswered) > _SINGLE_UNKNOWNS

    def _others_to_check(self, feed: Feed, views: Sequence[_View], *, first_page: bool) -> list[ListedPackage]:
        """Return single unknowns, and some packages whose switch is read in turn; what is certain was queued before."""
        if self._is_outage(views):
            return []
        unknown = [view.package for view in views if view.is_unanswered]
        certain = set(_taken_or_mixed(views))
        turn = self._switches_in_turn(feed, views, first_page=first_page)
        return [package for package in dict.fromkeys((*unknown, *turn)) if package not in certain]

    def _switches_in_turn(self, feed: Feed, views: Sequence[_View], *, first_page: bool) -> list[ListedPackage]:
        """Choose packages whose switch is read though nothing calls for it: an open one shows nowhere else.

        A few a feed and sweep, more where the policy says `preempt`; each sweep goes on with others.
        """
        names = sorted((view.package for view in views), key=lambda package: package.name.canonical)
        preempted = [p for p in names if self.policy.stance(feed, p.name).preempt]
        turn = int(self.clock().timestamp()) // _TURN_SECONDS
        chosen = _in_turn(preempted, _PREEMPTED_A_PAGE, turn)
        return [*chosen, *(_in_turn(names, _OTHERS_A_FEED, turn) if first_page else ())]

    async def _check(self, ref: FeedRef, package: ListedPackage, cause: str, *, expects_twin: bool = False) -> None:
        check = CheckRequest(ref, package.name, cause, package_id=package.package_id, expects_twin=expects_twin)
        await self.queue.put(QueueName.PACKAGE_CHECKS, check.text())


def _is_open(case: Case) -> bool:
    # A closed case whose name was public once is looked at too: what closed it can end.
    seen = case.twin.presence in (Presence.PRESENT, Presence.TOMBSTONE)
    return case.state is not CaseState.CLOSED or seen


def _taken_or_mixed(views: Sequence[_View]) -> list[ListedPackage]:
    """Return the packages that need no further question: the name is taken, or external versions stand beside ours."""
    return [view.package for view in views if view.is_taken or view.package.holds_external]


def _cannot_follow(views: Sequence[_View]) -> bool:
    return any(not view.out.complete and not view.is_taken for view in views)


def _in_turn(packages: Sequence[ListedPackage], count: int, turn: int) -> list[ListedPackage]:
    if len(packages) <= count:
        return list(packages)
    # A number without a pattern: with steps of any size some packages would never have their turn.
    start = int.from_bytes(sha256(str(turn).encode()).digest()[:8]) % len(packages)
    return [*packages[start : start + count], *packages[: max(0, start + count - len(packages))]]


def _tell_refused(feed: Feed, refused: tuple[str, ...]) -> None:
    if refused:
        logger.warning(
            told(
                "names that no registry could hold: not guarded", feed=feed.title, count=len(refused), first=refused[:5]
            )
        )


def _tell_not_asked(feed: Feed, packages: Iterable[ListedPackage], lookup: TwinLookup) -> None:
    blind = sum(1 for package in packages if not lookup.knows(package.name))
    if blind:
        logger.warning(told("packages of ecosystems without a registry adapter", feed=feed.title, count=blind))
