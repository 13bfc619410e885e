"""Drive a simulator with Microsoft's own client and print what it saw, as JSON.

A program of its own: that client never closes its sockets, keeps what it discovered in its classes and on disk, and
warns when it is compiled. Run with AZURE_DEVOPS_CACHE_DIR set to an empty folder.

usage: program.py BASE_URL PERSONAL_ACCESS_TOKEN
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from azure.devops.connection import Connection
from azure.devops.v7_1.maven.models import UpstreamingBehavior
from msrest.authentication import BasicAuthentication

PROJECT, FEED = "Payments", "core"
ALLOW = UpstreamingBehavior(versions_from_external_upstreams="allowExternalVersions")


def connect(base_url: str, token: str) -> Connection:
    """Connect as the documentation shows."""
    return Connection(base_url=base_url, creds=BasicAuthentication("", token))


def read_feeds(connection: Connection) -> dict[str, Any]:
    """List feeds in every scope, and read one with its deleted upstream sources."""
    client = connection.clients_v7_1.get_feed_client()
    core = client.get_feed(FEED, project=PROJECT, include_deleted_upstreams=True)
    return {
        "all": sorted((feed.name, feed.project.name if feed.project else None) for feed in client.get_feeds()),
        "of project": [feed.name for feed in client.get_feeds(project=PROJECT)],
        "owned": sorted(feed.name for feed in client.get_feeds(feed_role="administrator")),
        "sources": [
            [source.name, source.protocol, source.upstream_source_type, source.status, source.deleted_date is not None]
            for source in core.upstream_sources
        ],
        "views": [(view.name, view.type) for view in client.get_feed_views(FEED, project=PROJECT)],
    }


def read_packages(connection: Connection) -> dict[str, Any]:
    """List packages page by page and by origin, and the versions of one."""
    client = connection.clients_v7_1.get_feed_client()

    def names(**options: object) -> list[str]:
        return [package.name for package in client.get_packages(FEED, project=PROJECT, **options)]

    (saved,) = client.get_packages(FEED, project=PROJECT, protocol_type="Npm", package_name_query="save")
    (version,) = client.get_package_versions(FEED, saved.id, project=PROJECT)
    return {
        "second page": names(top=2, skip=2),
        "pushed here": names(direct_upstream_id="00000000-0000-0000-0000-000000000000"),
        "unlisted": names(protocol_type="NuGet", is_listed=False),
        "saved": [saved.name, saved.normalized_name, saved.protocol_type],
        "version": [version.version, version.is_latest, version.publish_date.tzinfo is not None],
        "chain": [[step.name, step.upstream_source_type] for step in version.source_chain],
        "direct": version.direct_upstream_source_id == version.source_chain[0].id,
    }


def read_changes(connection: Connection) -> dict[str, Any]:
    """Follow the change logs with their tokens."""
    client = connection.clients_v7_1.get_feed_client()
    first = client.get_package_changes(FEED, project=PROJECT, batch_size=2)
    token = first.next_package_continuation_token
    rest = client.get_package_changes(FEED, project=PROJECT, continuation_token=token)
    newest = client.get_feed_change(FEED, project=PROJECT)
    end = client.get_package_changes(FEED, project=PROJECT, continuation_token=rest.next_package_continuation_token)
    return {
        "first": [[row.package.name, row.package_version_change.change_type] for row in first.package_changes],
        "rest": rest.count,
        "end": [end.count, end.next_package_continuation_token == rest.next_package_continuation_token],
        "beyond 32 bits": token > 2**32,
        "newest": newest.latest_package_continuation_token == rest.next_package_continuation_token,
        "feeds": [change.feed.name for change in client.get_feed_changes(project=PROJECT).feed_changes],
    }


def read_people(connection: Connection) -> dict[str, Any]:
    """Read roles, owners by office, and the identity behind a mail address."""
    client = connection.clients_v7_1.get_feed_client()
    rows = client.get_feed_permissions(FEED, project=PROJECT, include_ids=True)
    ids = connection.clients_v7_1.get_identity_client()
    (publisher,) = ids.read_identities(
        search_filter="MailAddress", filter_value="publisher@acme.test", query_membership="ExpandedUp"
    )
    granted = {row.identity_descriptor for row in rows if row.role == "contributor"}
    return {
        "roles": sorted([row.display_name, row.role, row.is_inherited_role] for row in rows),
        "global": [row.role for row in client.get_global_permissions()],
        "through groups": bool(granted & set(publisher.member_of)),
    }


def set_switches(connection: Connection) -> dict[str, Any]:
    """Get, set and get again the upstreaming behavior of every protocol that the client knows."""
    factory = connection.clients_v7_1
    npm, nuget = factory.get_npm_client(), factory.get_nuget_client()
    pypi, maven = factory.get_py_pi_api_client(), factory.get_maven_client()
    calls: dict[str, tuple[Callable[..., Any], Callable[..., Any], tuple[str, ...]]] = {
        "npm": (npm.get_upstreaming_behavior, npm.set_upstreaming_behavior, ("acme-billing",)),
        "npm scoped": (npm.get_scoped_upstreaming_behavior, npm.set_scoped_upstreaming_behavior, ("acme", "ledger")),
        "nuget": (nuget.get_upstreaming_behavior, nuget.set_upstreaming_behavior, ("Acme.Core",)),
        "pypi": (pypi.get_upstreaming_behavior, pypi.set_upstreaming_behavior, ("acme-tools",)),
        "maven": (maven.get_upstreaming_behavior, maven.set_upstreaming_behavior, ("test.acme", "billing")),
    }
    seen = {}
    for protocol, (getter, setter, name) in calls.items():
        before = getter(FEED, *name, project=PROJECT).versions_from_external_upstreams
        setter(FEED, *name, ALLOW, project=PROJECT)
        after = getter(FEED, *name, project=PROJECT).versions_from_external_upstreams
        seen[protocol] = [before, after]
    released = connection.clients.get_npm_client()  # the client of 7.0 sends the released version
    told = released.get_upstreaming_behavior(FEED, "acme-billing", project=PROJECT)
    return seen | {"7.0": told.versions_from_external_upstreams}


def provoke(base_url: str, token: str) -> dict[str, Any]:
    """Collect how refusals arrive: class and type key."""
    npm = connect(base_url, token).clients_v7_1.get_npm_client()
    reader = connect(base_url, "pat-reader").clients_v7_1.get_npm_client()
    attempts: dict[str, Callable[[], Any]] = {
        "wrong scope": lambda: npm.get_upstreaming_behavior(FEED, "acme-billing"),
        "wrong project": lambda: npm.get_upstreaming_behavior(FEED, "acme-billing", project="Nope"),
        "wrong value": lambda: npm.set_upstreaming_behavior(
            FEED, "x", UpstreamingBehavior(versions_from_external_upstreams="never"), project=PROJECT
        ),
        "not an owner": lambda: reader.set_upstreaming_behavior(FEED, "acme-billing", ALLOW, project=PROJECT),
    }
    seen = {}
    for name, attempt in attempts.items():
        try:
            attempt()
        except Exception as error:  # noqa: BLE001  # the classes are what is looked at
            seen[name] = [type(error).__name__, getattr(error, "type_key", None)]
    return seen


def main(base_url: str, token: str) -> None:
    """Print everything."""
    connection = connect(base_url, token)
    seen = {
        "feeds": read_feeds(connection),
        "packages": read_packages(connection),
        "changes": read_changes(connection),
        "people": read_people(connection),
        "switches": set_switches(connection),
        "refusals": provoke(base_url, token),
    }
    print(json.dumps(seen))  # noqa: T201  # its answer to the test


if __name__ == "__main__":
    main(*sys.argv[1:])
