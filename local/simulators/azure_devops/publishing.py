"""Publish a version to a feed, delete it, empty the recycle bin: the rules about version numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from local.simulators.azure_devops.errors import AzureError, conflict, not_found
from local.simulators.azure_devops.feeds import Feed
from local.simulators.azure_devops.packages import HeldVersion, Package, StoredFile
from local.simulators.azure_devops.shelf import Shelf
from local.simulators.azure_devops.spelling import normalize_version
from local.simulators.azure_devops.stock import ensure_package, new_version, put
from local.simulators.azure_devops.world import Organization, World


@dataclass(frozen=True, slots=True)
class Upload:
    """What a publisher sends."""

    protocol: str
    name: str
    version: str
    files: tuple[StoredFile, ...] = ()
    manifest: Mapping[str, Any] = field(default_factory=dict)
    author: str = ""
    description: str = ""


def _refuse_taken(feed: Feed, upload: Upload) -> None:
    package = feed.package(upload.protocol, upload.name)
    normalized = normalize_version(upload.protocol, upload.version)
    if package is None or normalized not in package.used:
        return
    held = package.versions.get(normalized)
    # A Python release grows file by file: a second file of one's own version is no conflict.
    more = upload.protocol == "pypi" and held is not None and held.live and not held.chain
    if not more or any(file.name in held.files for file in upload.files if held):
        raise conflict(
            "PackageVersionAlreadyExistsException" if held and held.live else "PackageVersionDeletedException",
            f"The feed '{feed.name}' already contains '{upload.name} {upload.version}', or contained it:"
            " version numbers are immutable and cannot be used again.",
        )


async def publish(world: World, shelf: Shelf, *, organization: Organization, feed: Feed, upload: Upload) -> HeldVersion:
    """Publish one version, or one more file of a Python version.

    Raises:
        AzureError: 409 where the number is taken here or by an upstream source; 403 for a read-only feed.
    """
    if feed.read_only:
        raise AzureError(HTTPStatus.FORBIDDEN, "FeedIsReadOnlyException", f"The feed '{feed.name}' is read-only.")
    _refuse_taken(feed, upload)
    package = feed.package(upload.protocol, upload.name)
    normalized = normalize_version(upload.protocol, upload.version)
    held = package.versions.get(normalized) if package else None
    if held is None and not feed.allow_upstream_name_conflict:
        offers, _ = await shelf.upstream_offers(organization, feed, protocol=upload.protocol, name=upload.name)
        if any(offer.normalized == normalized for offer in offers):
            raise conflict(
                "PackageExistsInUpstreamException",
                f"The version {upload.version} of the package {upload.name} cannot be published to the feed because"
                " it exists in at least one of the feed's upstream sources.",
            )
    return publish_unchecked(world, feed, upload)


def publish_unchecked(world: World, feed: Feed, upload: Upload) -> HeldVersion:
    """Put a version into the feed as its publisher would, without asking upstream sources.

    Raises:
        AzureError: 409 where the number is taken here.
    """
    _refuse_taken(feed, upload)
    package = ensure_package(world, feed, upload.protocol, upload.name)
    version = package.versions.get(normalize_version(upload.protocol, upload.version))
    if version is None:
        version = new_version(world, upload.protocol, upload.version)
        version.manifest, version.author = dict(upload.manifest), upload.author
        version.description = upload.description
    version.files.update({file.name: file for file in upload.files})
    put(world, feed, package, version)
    return version


def delete(world: World, feed: Feed, package: Package, version: HeldVersion) -> None:
    """Move a version to the recycle bin; its number stays taken."""
    if not version.live:
        raise version_not_found(package.name, version.version)
    version.deleted_at = world.now()
    world.record(feed, package, version, kind="delete")


def restore(world: World, feed: Feed, package: Package, version: HeldVersion) -> None:
    """Take a version out of the recycle bin."""
    version.deleted_at = None
    world.record(feed, package, version)


def purge(world: World, feed: Feed, package: Package, version: HeldVersion) -> None:
    """Delete a version from the recycle bin, for good; its number stays taken."""
    del package.versions[version.normalized]
    world.record(feed, package, version, kind="permanentDelete")


def version_not_found(name: str, version: str) -> AzureError:
    """No such version in the feed."""
    return not_found("PackageVersionNotFoundException", f"Cannot find version '{version}' of package '{name}'.")
