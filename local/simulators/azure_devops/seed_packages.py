"""Fill a feed with packages: what seeds and the control API publish without a client."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from local.simulators.azure_devops.feeds import Feed
from local.simulators.azure_devops.models import GenerateModel, PackageModel, VersionModel
from local.simulators.azure_devops.packages import HeldVersion, SourceStep, StoredFile
from local.simulators.azure_devops.publishing import Upload, delete, publish_unchecked
from local.simulators.azure_devops.stock import ensure_package, new_version, put, step
from local.simulators.azure_devops.world import World
from local.simulators.npm_protocol import tarball_name
from local.simulators.npm_protocol_archives import build_tarball
from local.simulators.pypi_protocol_archives import build_wheel


def stable_id(*names: str) -> str:
    """Return an id that is the same in every run, so that notes and settings written down stay true."""
    return str(uuid5(NAMESPACE_URL, "/".join(names).lower()))


def add_package(world: World, feed: Feed, model: PackageModel) -> None:
    """Add a package with its versions."""
    for told in model.versions:
        version = told if isinstance(told, VersionModel) else VersionModel(version=told)
        add_version(world, feed, protocol=model.protocol, name=model.name, model=version)


def sample_upload(protocol: str, name: str, version: str) -> Upload:
    """Make what a publisher would send: a real, installable package for npm and pypi."""
    if protocol == "npm":
        manifest, tarball = build_tarball(name, version)
        return Upload(protocol, name, version, (StoredFile(tarball_name(name, version), tarball),), manifest)
    if protocol == "pypi":
        return Upload(protocol, name, version, (StoredFile(*build_wheel(name, version)),))
    return Upload(protocol, name, version)


def add_version(world: World, feed: Feed, *, protocol: str, name: str, model: VersionModel) -> HeldVersion:
    """Add one version as if it had been pushed here, or saved through the named sources."""
    upload = sample_upload(protocol, name, model.version)
    if model.source:
        package = ensure_package(world, feed, protocol, name)
        version = new_version(world, protocol, model.version)
        version.chain = chain_of(feed, protocol, model.source)
        version.manifest = dict(upload.manifest)
        version.files = {file.name: file for file in upload.files}
        put(world, feed, package, version)
    else:
        version = publish_unchecked(world, feed, upload)
        package = ensure_package(world, feed, protocol, name)
    version.listed, version.views, version.contradiction = model.listed, tuple(model.views), model.contradiction
    if model.deleted:
        delete(world, feed, package, version)
    return version


def chain_of(feed: Feed, protocol: str, names: list[str]) -> tuple[SourceStep, ...]:
    """Return the source chain through named sources; the first must be one of this feed's."""
    nearest = feed.source(names[0])
    if nearest is None:
        raise KeyError(f"the feed {feed.name!r} has no upstream source {names[0]!r}")
    behind = [name.partition(":") for name in names[1:]]
    return (
        step(nearest),
        *(SourceStep(stable_id("source", name), name, kind, protocol, "") for kind, _, name in behind),
    )


def generate(world: World, feed: Feed, model: GenerateModel) -> None:
    """Add many packages, without bytes, so that a hundred thousand fit in memory."""
    chain = chain_of(feed, model.protocol, model.source) if model.source else ()
    for number in range(model.count):
        package = ensure_package(world, feed, model.protocol, model.pattern.format(number=number))
        version = new_version(world, model.protocol, model.version)
        version.chain = chain
        put(world, feed, package, version)
