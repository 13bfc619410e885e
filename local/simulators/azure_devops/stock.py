"""Put packages and versions into a feed."""

from __future__ import annotations

from local.simulators.azure_devops.feeds import Feed, UpstreamSource
from local.simulators.azure_devops.packages import HeldVersion, Package, SourceStep
from local.simulators.azure_devops.spelling import normalize_name, normalize_version
from local.simulators.azure_devops.world import World


def step(source: UpstreamSource) -> SourceStep:
    """Return the link that a version's source chain gets from passing through this source."""
    return SourceStep(source.id, source.name, source.kind, source.protocol, source.location)


def ensure_package(world: World, feed: Feed, protocol: str, name: str) -> Package:
    """Return the feed's package of that name; a new one where there is none."""
    key = (protocol, normalize_name(protocol, name))
    if key not in feed.packages:
        feed.packages[key] = Package(world.new_id(), protocol, name, key[1])
    return feed.packages[key]


def new_version(world: World, protocol: str, version: str) -> HeldVersion:
    """Return a version with fresh ids, published now."""
    normalized = normalize_version(protocol, version)
    return HeldVersion(world.new_id(), version, normalized, world.now(), storage_id=world.new_id())


def put(world: World, feed: Feed, package: Package, version: HeldVersion) -> None:
    """Put a version into a package and into the feed's change log."""
    package.versions[version.normalized] = version
    package.used.add(version.normalized)
    world.record(feed, package, version)
