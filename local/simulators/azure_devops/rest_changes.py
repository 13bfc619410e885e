"""A feed's package change log: what was published, saved, deleted since a token."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from local.simulators.azure_devops.calls import Call, Site
from local.simulators.azure_devops.feeds import Feed
from local.simulators.azure_devops.packages import PackageChange
from local.simulators.azure_devops.render_feeds import feed_url
from local.simulators.azure_devops.render_packages import version_json
from local.simulators.azure_devops.routing import scoped_routes
from local.simulators.azure_devops.spelling import PROTOCOL_TYPES

_BATCH, _MOST = 1000, 2000
_ORIGIN = frozenset({"directUpstreamSourceId", "sourceChain"})


def changes_after(feed: Feed, token: int, *, batch: int, coalesce: bool) -> list[PackageChange]:
    """Return the next changes strictly after the token, at most one batch.

    Coalesced, a version appears with its newest change only; since it may change again while somebody
    reads on, the same version can still come up twice.
    """
    entries = feed.log.entries
    found: list[PackageChange] = []
    for place in range(bisect_right(entries, token, key=lambda entry: entry.token), len(entries)):
        entry = entries[place]
        if not coalesce or feed.log.newest[entry.version.id] == entry.token:
            found.append(entry)
        if len(found) == batch:
            break
    return found


def _change_json(call: Call, feed: Feed, change: PackageChange) -> dict[str, Any]:
    package = change.package
    version = version_json(call, feed, package, change.version)
    if not call.world.behavior.changes_tell_origin:
        # The type of these rows has both members; whether they are filled is not documented.
        version = {key: value for key, value in version.items() if key not in _ORIGIN}
    return {
        "package": {
            "id": package.id,
            "normalizedName": package.normalized,
            "name": package.name,
            "protocolType": PROTOCOL_TYPES[package.protocol],
        },
        "packageVersionChange": {
            "changeType": change.kind,
            "continuationToken": change.token,
            "packageVersion": version,
        },
    }


async def list_package_changes(call: Call) -> Response:
    """Answer `Get Package Changes`; where nothing follows, the token stays what it was."""
    feed = call.feed()
    token = call.number("continuationToken", default=0)
    batch = max(1, min(call.number("batchSize", default=_BATCH), _MOST))
    changes = changes_after(feed, token, batch=batch, coalesce=call.world.behavior.coalesce_changes)
    following = changes[-1].token if changes else token
    href = f"{feed_url(call, feed)}/PackageChanges?continuationtoken={following}&batchSize={batch}"
    return call.answer(
        {
            "count": len(changes),
            "packageChanges": [_change_json(call, feed, change) for change in changes],
            "nextPackageContinuationToken": following,
            "_links": {"next": {"href": href}},
        }
    )


def routes(site: Site) -> list[Route]:
    """Return the routes of this part."""
    return scoped_routes(site, "/_apis/packaging/feeds/{feed}/packagechanges", {"GET": list_package_changes})
