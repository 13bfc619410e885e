"""Azure Artifacts in memory: the FeedService port over a scripted world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.domain.approved_versions import same_version
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import OrganizationPolicy, Proof, UpstreamingBehavior
from shared.domain.feeds import Feed, FeedRef, UpstreamKind
from shared.domain.names import PackageName
from shared.domain.versions import FeedVersion
from shared.errors import FeedNotFound, FeedwardenError, PermissionMissing, UnexpectedAnswer
from shared.ports import ChangePage, FetchOutcome, ListedPackage, PackagePage
from tests.fakes.faults import Faults
from tests.fakes.feed_world import FeedWorld, HeldFeed, HeldPackage

_SERVICE = "fake feeds"
# As the real adapter: of these no index tells a version's files.
_NOT_FETCHED = frozenset({Ecosystem.MAVEN, Ecosystem.CARGO})


@dataclass(slots=True)
class FakeFeedService:
    """A FeedService whose world, policy, page size and trouble a test sets.

    `slow_to_settle` = a change of a switch reads back at once and is served by only after
    `world.settle()`. `owner` false = switches may be neither read nor set. `collaborator` false = nothing may be
    saved from upstream.
    """

    world: FeedWorld = field(default_factory=FeedWorld)
    faults: Faults = field(default_factory=Faults)
    policy: OrganizationPolicy = OrganizationPolicy.ON
    page_size: int = 1000
    slow_to_settle: bool = False
    owner: bool = True
    collaborator: bool = True

    async def feeds(self) -> tuple[Feed, ...]:
        """Return every feed, disabled ones too."""
        self.faults.end(await self.faults.begin("feeds"))
        return tuple(held.feed for held in self.world.by_ref.values())

    async def feed(self, ref: FeedRef) -> Feed:
        """Return one feed."""
        await self.faults.begin("feed", feed=ref)
        return self._held(ref).feed

    async def package_positions(self) -> dict[FeedRef, str]:
        """Return each feed's newest change token."""
        await self.faults.begin("package_positions")
        return {ref: str(len(held.changes)) for ref, held in self.world.by_ref.items()}

    async def packages(self, feed: Feed, *, skip: int) -> PackagePage:
        """Return one page of packages."""
        await self.faults.begin("packages", feed=feed.ref)
        held = self._open(feed)
        page = tuple(held.packages.values())[skip : skip + self.page_size]
        refused = tuple(held.refused) if skip == 0 else ()
        following = skip + len(page) if len(page) == self.page_size else None
        return PackagePage(tuple(package.listed for package in page), refused, next_skip=following)

    async def package_changes(self, feed: Feed, *, token: str | None) -> ChangePage:
        """Return one page of changes after the token."""
        await self.faults.begin("package_changes", feed=feed.ref)
        held, start = self._open(feed), int(token or 0)
        page = held.changes[start : start + self.page_size]
        listed = tuple(held.packages[name].listed for name in dict.fromkeys(page))
        refused = tuple(held.refused) if start == 0 else ()
        return ChangePage(listed, refused, token=str(start + len(page)), exhausted=not page)

    async def find_package(self, feed: Feed, name: PackageName) -> ListedPackage | None:
        """Return the package of that canonical name."""
        await self.faults.begin("find_package", feed=feed.ref, name=name)
        package = self._open(feed).packages.get(name)
        return None if package is None else package.listed

    async def versions(self, feed: Feed, package: ListedPackage) -> tuple[FeedVersion, ...]:
        """Return all versions of a package that was listed."""
        await self.faults.begin("versions", feed=feed.ref, name=package.name)
        held = self._open(feed).packages.get(package.name)
        if held is None or held.package_id != package.package_id:
            raise UnexpectedAnswer(f"no package {package.package_id}", service=_SERVICE)
        return tuple(held.versions)

    async def organization_policy(self) -> OrganizationPolicy:
        """Return the policy; scripted trouble makes it unknown, as the port promises."""
        try:
            await self.faults.begin("organization_policy")
        except FeedwardenError:
            return OrganizationPolicy.UNKNOWN
        return self.policy

    async def get_upstreaming_behavior(self, feed: Feed, name: PackageName) -> UpstreamingBehavior:
        """Read the switch; that of a package which the feed never saw reads as it was set, else `auto`."""
        await self.faults.begin("get_upstreaming_behavior", feed=feed.ref, name=name)
        held = self._for_owner(feed)
        package = held.packages.get(name)
        return held.switches.get(name, UpstreamingBehavior.AUTO) if package is None else package.behavior

    async def allow_external_versions(self, feed: Feed, name: PackageName) -> None:
        """Open the switch."""
        await self._switch("allow_external_versions", feed, name, UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS)

    async def clear_upstreaming_behavior(self, feed: Feed, name: PackageName) -> None:
        """Set the switch back to `auto`."""
        await self._switch("clear_upstreaming_behavior", feed, name, UpstreamingBehavior.AUTO)

    async def fetch_version(self, feed: Feed, name: PackageName, version: str) -> FetchOutcome:
        """Save one version that the feed offers now, as a download would; what is held already is only downloaded."""
        call = await self.faults.begin("fetch_version", feed=feed.ref, name=name)
        if name.ecosystem in _NOT_FETCHED:
            return FetchOutcome.UNSUPPORTED
        package = self._open(feed).packages.get(name)
        outcome = FetchOutcome.NOT_OFFERED if package is None else self._save(feed, package, version)
        self.faults.end(call)
        return outcome

    async def proof(self, feed: Feed, name: PackageName, held: Sequence[FeedVersion]) -> Proof:
        """Return the scripted proof, else what a client of this feed would see now."""
        try:
            await self.faults.begin("proof", feed=feed.ref, name=name)
            package = self._open(feed).packages[name]
        except (FeedwardenError, KeyError):
            return Proof.UNKNOWN
        if package.proof is not None:
            return package.proof
        offered = self._offered(feed, package) - {version.version for version in held}
        return Proof.LEAKS if offered else Proof.HOLDS

    async def _switch(self, method: str, feed: Feed, name: PackageName, behavior: UpstreamingBehavior) -> None:
        call = await self.faults.begin(method, feed=feed.ref, name=name)
        held = self._for_owner(feed)
        package = held.packages.get(name)
        if package is None:
            held.switches[name] = behavior
        else:
            package.behavior = behavior
            package.effective = package.effective if self.slow_to_settle else behavior
        self.faults.end(call)

    def _save(self, feed: Feed, package: HeldPackage, wanted: str) -> FetchOutcome:
        ecosystem = package.name.ecosystem
        for held in package.versions:
            # A number that was deleted is never filled from outside.
            if same_version(ecosystem, held.version, wanted):
                return FetchOutcome.NOT_OFFERED if held.deleted else FetchOutcome.FETCHED
        offered = (text for text in self._offered(feed, package) if same_version(ecosystem, text, wanted))
        version = next(offered, None)
        if version is None:
            return FetchOutcome.NOT_OFFERED
        if not self.collaborator:
            raise PermissionMissing(f"no collaborator of feed {feed.title}", service=_SERVICE)
        self.world.save(feed, package, version)
        return FetchOutcome.FETCHED

    def _offered(self, feed: Feed, package: HeldPackage) -> set[str]:
        current = self._held(feed.ref).feed
        sources = current.upstreams_for(package.name.ecosystem)
        reached = any(source.kind is UpstreamKind.PUBLIC and current.serves_from(source) for source in sources)
        blocked = (
            package.effective is UpstreamingBehavior.AUTO
            and package.internal_is_live
            and self.policy is OrganizationPolicy.ON
        )
        return set(self.world.public.get(package.name, ())) if reached and not blocked else set()

    def _held(self, ref: FeedRef) -> HeldFeed:
        try:
            return self.world.by_ref[ref]
        except KeyError as error:
            raise FeedNotFound(f"no feed {ref.feed_id}", service=_SERVICE) from error

    def _open(self, feed: Feed) -> HeldFeed:
        held = self._held(feed.ref)
        if not held.feed.enabled:
            raise UnexpectedAnswer(f"feed {feed.title} is disabled", service=_SERVICE)
        return held

    def _for_owner(self, feed: Feed) -> HeldFeed:
        held = self._open(feed)
        if not self.owner:
            raise PermissionMissing(f"not an owner of feed {feed.title}", service=_SERVICE)
        return held
