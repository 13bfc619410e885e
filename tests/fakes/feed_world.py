"""What the scripted organization holds: feeds, packages, versions, switches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import Proof, UpstreamingBehavior
from shared.domain.feeds import Feed, FeedRef, UpstreamKind, UpstreamSource
from shared.domain.names import PackageName
from shared.domain.versions import FeedVersion, Origin
from shared.ports import ListedPackage

ORGANIZATION: Final = "contoso"


def public_source(ecosystem: Ecosystem, *, enabled: bool = True) -> UpstreamSource:
    """Return a public upstream source of one ecosystem."""
    return UpstreamSource(
        source_id=f"public-{ecosystem}",
        name=f"{ecosystem} public",
        ecosystem=ecosystem,
        kind=UpstreamKind.PUBLIC,
        location=f"https://{ecosystem}.example.test/",
        enabled=enabled,
    )


def internal_source(ecosystem: Ecosystem, feed: Feed | None, *, enabled: bool = True) -> UpstreamSource:
    """Return an upstream source that leads to another feed; None = a feed of another organization."""
    target = "elsewhere" if feed is None else feed.ref.feed_id
    return UpstreamSource(
        source_id=f"feed-{ecosystem}-{target}",
        name=target if feed is None else feed.title,
        ecosystem=ecosystem,
        kind=UpstreamKind.INTERNAL,
        location=f"azure-feed://contoso/{target}@Local",
        enabled=enabled,
        feed=None if feed is None else feed.ref,
    )


def versions_of(
    *,
    internal: Sequence[str] = (),
    external: Sequence[str] = (),
    unknown: Sequence[str] = (),
    deleted: Sequence[str] = (),
) -> list[FeedVersion]:
    """Return versions by origin; those named in `deleted` too are deleted ones."""
    by_origin = ((Origin.INTERNAL, internal), (Origin.EXTERNAL, external), (Origin.UNKNOWN, unknown))
    return [FeedVersion(text, origin, text in deleted) for origin, texts in by_origin for text in texts]


@dataclass(slots=True)
class HeldPackage:
    """One package in one feed.

    `behavior` is what the switch reads; `effective` is what the feed serves by, which follows later
    where changes are slow to settle. `proof` overrides what the world would work out.
    """

    package_id: str
    name: PackageName
    versions: list[FeedVersion]
    behavior: UpstreamingBehavior = UpstreamingBehavior.AUTO
    effective: UpstreamingBehavior = UpstreamingBehavior.AUTO
    proof: Proof | None = None

    @property
    def listed(self) -> ListedPackage:
        """The package as the list shows it: doubt counts as maybe."""
        origins = {version.origin for version in self.versions}
        return ListedPackage(
            package_id=self.package_id,
            name=self.name,
            maybe_internal=bool(origins - {Origin.EXTERNAL}) or not origins,
            maybe_external=bool(origins - {Origin.INTERNAL}) or not origins,
            holds_external=any(v.origin is Origin.EXTERNAL and not v.deleted for v in self.versions),
        )

    @property
    def internal_is_live(self) -> bool:
        """Whether a live internal version is there, the thing that `auto` needs to block."""
        return any(version.origin is Origin.INTERNAL and not version.deleted for version in self.versions)


@dataclass(slots=True)
class HeldFeed:
    """One feed, its packages in the order of their first appearance, and its change log.

    `switches` are those that were set of packages which the feed does not hold yet.
    """

    feed: Feed
    packages: dict[PackageName, HeldPackage] = field(default_factory=dict)
    changes: list[PackageName] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    switches: dict[PackageName, UpstreamingBehavior] = field(default_factory=dict)


@dataclass(slots=True)
class FeedWorld:
    """The organization, written by tests and read by the fake service."""

    by_ref: dict[FeedRef, HeldFeed] = field(default_factory=dict)
    public: dict[PackageName, tuple[str, ...]] = field(default_factory=dict)

    def add_feed(
        self,
        name: str,
        *,
        project: str | None = None,
        upstreams: Sequence[UpstreamSource] | None = None,
        enabled: bool = True,
        upstream_enabled: bool = True,
    ) -> Feed:
        """Create a feed; without `upstreams` it has a public one for each ecosystem."""
        project_id = None if project is None else f"project-{project}"
        sources = tuple(public_source(ecosystem) for ecosystem in Ecosystem) if upstreams is None else tuple(upstreams)
        ref = FeedRef(ORGANIZATION, project_id, f"feed-{name}")
        return self.put_feed(Feed(ref, name, project, enabled, upstream_enabled, sources))

    def put_feed(self, feed: Feed) -> Feed:
        """Create a feed or change its settings; its packages stay."""
        held = self.by_ref.setdefault(feed.ref, HeldFeed(feed))
        held.feed = feed
        return feed

    def remove_feed(self, feed: Feed) -> None:
        """Delete a feed with all it holds."""
        del self.by_ref[feed.ref]

    def add_package(
        self,
        feed: Feed,
        name: PackageName,
        *,
        internal: Sequence[str] = (),
        external: Sequence[str] = (),
        unknown: Sequence[str] = (),
        deleted: Sequence[str] = (),
        behavior: UpstreamingBehavior = UpstreamingBehavior.AUTO,
    ) -> ListedPackage:
        """Put a package with these versions into a feed, replacing what stood there; it shows as a change."""
        held = self.by_ref[feed.ref]
        versions = versions_of(internal=internal, external=external, unknown=unknown, deleted=deleted)
        package = HeldPackage(f"{feed.ref.feed_id}/{name}", name, versions, behavior, behavior)
        held.packages[name] = package
        held.changes.append(name)
        return package.listed

    def held(self, feed: Feed, name: PackageName) -> HeldPackage:
        """Return a package to look at or to change."""
        return self.by_ref[feed.ref].packages[name]

    def publish(self, name: PackageName, *versions: str) -> None:
        """Let a package appear on the public registry that the feeds' upstream sources lead to."""
        self.public[name] = (*self.public.get(name, ()), *(versions or ("99.0.0",)))

    def save(self, feed: Feed, package: HeldPackage, version: str) -> None:
        """Keep a version that came from outside; it shows as a change."""
        package.versions.append(FeedVersion(version, Origin.EXTERNAL, deleted=False))
        self.by_ref[feed.ref].changes.append(package.name)

    def settle(self) -> None:
        """Let every change of a switch take effect."""
        for held in self.by_ref.values():
            for package in held.packages.values():
                package.effective = package.behavior
