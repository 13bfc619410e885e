"""What Microsoft's own client sees, as JSON: `python -m tests.adapters.azure_devops.official_view URL TOKEN [ALLOW]`.

A program of its own, because that client caches on disk and in its classes, and leaves its sockets open. With
ALLOW, the name of an unscoped npm package, it opens that package's switch in every feed of a project first.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from azure.devops.connection import Connection
from azure.devops.v7_1.npm.models import UpstreamingBehavior
from msrest.authentication import BasicAuthentication


def _versions(feeds: Any, feed: Any, project: str | None, package: Any) -> dict[str, Any]:  # noqa: ANN401  # untyped library
    rows = feeds.get_package_versions(feed.id, package.id, project=project)
    return {
        row.version: {
            "deleted": bool(row.is_deleted),
            "direct": row.direct_upstream_source_id,
            "chain": [link.upstream_source_type for link in row.source_chain or ()],
            "published": row.publish_date.isoformat(),
        }
        for row in rows
    }


def _feed(clients: Any, feed: Any, allow: str | None) -> dict[str, Any]:  # noqa: ANN401  # the same
    feeds, npm = clients.get_feed_client(), clients.get_npm_client()
    project = feed.project.id if feed.project else None
    packages = feeds.get_packages(
        feed.id, project=project, include_all_versions=True, include_deleted=True, include_urls=False
    )
    if allow and project:
        wanted = UpstreamingBehavior(versions_from_external_upstreams="allowExternalVersions")
        npm.set_upstreaming_behavior(feed.id, allow, wanted, project)
    changes = feeds.get_package_changes(feed.id, project=project)
    unscoped = [one.name for one in packages if one.protocol_type == "Npm" and not one.name.startswith("@")]
    return {
        "name": feed.name,
        "project": feed.project.name if feed.project else None,
        "sources": {source.id: source.name for source in feed.upstream_sources},
        "packages": {f"{one.protocol_type.lower()}:{one.name}": one.id for one in packages},
        "versions": {one.id: _versions(feeds, feed, project, one) for one in packages},
        "behaviors": {
            name: npm.get_upstreaming_behavior(feed.id, name, project).versions_from_external_upstreams
            for name in unscoped
        },
        "changed": sorted({change.package.name for change in changes.package_changes}),
        "token": changes.next_package_continuation_token,
    }


def main(url: str, token: str, allow: str | None = None) -> None:
    """Print everything that the client sees of the feeds that it may enter."""
    clients = Connection(base_url=url, creds=BasicAuthentication("", token)).clients_v7_1
    rows = clients.get_feed_client().get_feeds()
    sys.stdout.write(json.dumps({feed.id: _feed(clients, feed, allow) for feed in rows if feed.name != "archive"}))


if __name__ == "__main__":
    main(*sys.argv[1:])
