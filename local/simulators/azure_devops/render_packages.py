"""Write packages and versions as the feed API does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from local.simulators.azure_devops.calls import Call
from local.simulators.azure_devops.feeds import Feed
from local.simulators.azure_devops.packages import HeldVersion, Package, SourceStep
from local.simulators.azure_devops.render_feeds import feed_url, timestamp
from local.simulators.azure_devops.spelling import PROTOCOL_TYPES


def package_url(call: Call, feed: Feed, package: Package) -> str:
    """Return the address of a package in the feed API."""
    return f"{feed_url(call, feed)}/Packages/{package.id}"


def package_json(
    call: Call, feed: Feed, package: Package, versions: Iterable[HeldVersion], *, urls: bool
) -> dict[str, Any]:
    """Write one package with some of its versions, each in the short form."""
    latest = package.latest_of(package.live())
    body: dict[str, Any] = {
        "id": package.id,
        "normalizedName": package.normalized,
        "name": package.name,
        "protocolType": PROTOCOL_TYPES[package.protocol],
    }
    if urls:
        url = package_url(call, feed, package)
        links = {"self": url, "feed": feed_url(call, feed), "versions": f"{url}/Versions"}
        body |= {"url": url, "_links": {name: {"href": href} for name, href in links.items()}}
    body["versions"] = [short_version_json(feed, version, latest=latest) for version in versions]
    return body


def short_version_json(feed: Feed, version: HeldVersion, *, latest: HeldVersion | None) -> dict[str, Any]:
    """Write one version; members that have their default are left out, as in real answers."""
    body: dict[str, Any] = {
        "id": version.id,
        "normalizedVersion": version.normalized,
        "version": version.version,
        "isLatest": version is latest,
        "isListed": version.listed,
        "storageId": version.storage_id,
        "views": [
            {"id": view.id, "name": view.name, "url": None, "type": view.kind}
            for view in feed.views
            if view.name in version.views
        ],
        "publishDate": timestamp(version.published_at),
    }
    if version.direct_source_id is not None:
        body["directUpstreamSourceId"] = version.direct_source_id
    if version.deleted_at is not None:
        body["isDeleted"] = True
    return body


def version_json(call: Call, feed: Feed, package: Package, version: HeldVersion) -> dict[str, Any]:
    """Write one version in the long form, with its source chain."""
    latest = package.latest_of(package.live())
    url = f"{package_url(call, feed, package)}/Versions/{version.id}"
    body = short_version_json(feed, version, latest=latest) | {
        "author": version.author,
        "description": version.description,
        "tags": [],
        "dependencies": [],
        "files": [{"name": file.name, "children": []} for file in version.files.values()],
        "protocolMetadata": {"schemaVersion": 1, "data": dict(version.manifest)},
        "sourceChain": [step_json(step) for step in version.told_chain],
        "url": url,
        "_links": {
            "self": {"href": url},
            "feed": {"href": feed_url(call, feed)},
            "package": {"href": package_url(call, feed, package)},
        },
    }
    if version.deleted_at is not None:
        body["deletedDate"] = timestamp(version.deleted_at)
    return body


def step_json(step: SourceStep) -> dict[str, Any]:
    """Write one link of a source chain."""
    return {
        "id": step.source_id,
        "name": step.name,
        "protocol": step.protocol,
        "location": step.location,
        "displayLocation": step.location,
        "upstreamSourceType": step.kind,
        "status": "ok",
    }
