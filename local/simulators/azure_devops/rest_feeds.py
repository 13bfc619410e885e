"""Feeds: list, get, views, change log, recycle bin."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from local.simulators.azure_devops.calls import Call, Site
from local.simulators.azure_devops.errors import bad_request, feed_not_found, not_found
from local.simulators.azure_devops.feeds import Feed
from local.simulators.azure_devops.people import ADMINISTER, READ, ROLES
from local.simulators.azure_devops.render_feeds import feed_json, view_json
from local.simulators.azure_devops.routing import scoped_routes
from local.simulators.azure_devops.world import FeedChange

_MOST_CHANGES = 2000


def _readable(call: Call) -> Iterable[Feed]:
    """Yield the live feeds that the caller may see: of the project, or of the whole organization."""
    for feed in call.organization.feeds:
        in_scope = call.project is None or feed.project_id == call.project.id
        if in_scope and feed.deleted_at is None and call.role(feed) != "none":
            yield feed


async def list_feeds(call: Call) -> Response:
    """Answer `Get Feeds`; `feedRole` keeps those where the caller has that role."""
    role = (call.query("feedRole") or "").lower()
    if role and role not in {*ROLES, "custom"}:
        raise bad_request("InvalidQueryParameterException", f"The value '{role}' is not valid for 'feedRole'.")
    deleted = call.flag("includeDeletedUpstreams", default=False)
    urls = call.flag("includeUrls", default=True)
    feeds = [feed for feed in _readable(call) if not role or call.role(feed) == role]
    return call.collection([feed_json(call, feed, deleted_upstreams=deleted, urls=urls) for feed in feeds])


async def get_feed(call: Call) -> Response:
    """Answer `Get Feed`; a disabled one is still shown."""
    feed = call.feed(disabled_too=True)
    return call.answer(feed_json(call, feed, deleted_upstreams=call.flag("includeDeletedUpstreams", default=False)))


async def update_feed(call: Call) -> Response:
    """Answer `Update Feed`, as far as the guard's question goes: the feed's own settings."""
    feed = call.feed(ADMINISTER, disabled_too=True)
    body = await call.body()
    for key, attribute in _SETTINGS.items():
        if key in body:
            setattr(feed, attribute, body[key])
    call.world.record_feed(call.organization, feed)
    return call.answer(feed_json(call, feed, deleted_upstreams=False))


_SETTINGS = {
    "name": "name",
    "description": "description",
    "upstreamEnabled": "upstream_enabled",
    "allowUpstreamNameConflict": "allow_upstream_name_conflict",
}


async def delete_feed(call: Call) -> Response:
    """Answer `Delete Feed`: to the recycle bin."""
    feed = call.feed(ADMINISTER, disabled_too=True)
    feed.deleted_at = call.world.now()
    call.world.record_feed(call.organization, feed, kind="delete")
    return Response(status_code=204)


async def list_recycled(call: Call) -> Response:
    """Answer `Get Feeds From Recycle Bin`."""
    scope = call.project.id if call.project else None
    feeds = [feed for feed in call.organization.feeds if feed.deleted_at and scope in (None, feed.project_id)]
    return call.collection([feed_json(call, feed, deleted_upstreams=False) for feed in feeds])


async def list_views(call: Call) -> Response:
    """Answer `Get Feed Views`."""
    feed = call.feed()
    return call.collection([view_json(call, feed, view) for view in feed.views])


async def get_view(call: Call) -> Response:
    """Answer `Get Feed View`, by id or name."""
    feed = call.feed()
    wanted = call.path("view").lower()
    for view in feed.views:
        if wanted in (view.id.lower(), view.name.lower()):
            return call.answer(view_json(call, feed, view))
    raise not_found("FeedViewNotFoundException", f"The view '{wanted}' doesn't exist.")


def _change_json(call: Call, change: FeedChange) -> dict[str, Any]:
    return {
        "changeType": change.kind,
        "feed": feed_json(call, change.feed, deleted_upstreams=True),
        "feedContinuationToken": change.token,
        "latestPackageContinuationToken": change.feed.log.last_token,
    }


async def list_feed_changes(call: Call) -> Response:
    """Answer `Get Feed Changes`: each feed's newest change after the token; package changes do not count here."""
    token = call.number("continuationToken", default=0)
    batch = max(1, min(call.number("batchSize", default=1000), _MOST_CHANGES))
    deleted = call.flag("includeDeleted", default=False)
    newest = {change.feed.id: change for change in call.organization.feed_log}
    rows = [
        change
        for change in sorted(newest.values(), key=lambda change: change.token)
        if change.token > token and (deleted or change.feed.deleted_at is None) and _visible(call, change.feed)
    ][:batch]
    following = rows[-1].token if rows else token
    href = f"{call.base()}/_apis/Packaging/FeedChanges?continuationToken={following}&batchSize={batch}"
    return call.answer(
        {
            "count": len(rows),
            "feedChanges": [_change_json(call, change) for change in rows],
            "nextFeedContinuationToken": following,
            "_links": {"next": {"href": href}},
        }
    )


def _visible(call: Call, feed: Feed) -> bool:
    return call.role(feed) != "none" and (call.project is None or feed.project_id == call.project.id)


async def get_feed_change(call: Call) -> Response:
    """Answer `Get Feed Change`: the cheap question whether anything is new in a feed."""
    feed = call.feed(READ, disabled_too=True)
    changes = [change for change in call.organization.feed_log if change.feed is feed]
    if not changes:
        raise feed_not_found(feed.name)
    return call.answer(_change_json(call, changes[-1]))


def routes(site: Site) -> list[Route]:
    """Return the routes of this part."""
    base = "/_apis/packaging"
    feed = {"GET": get_feed, "PATCH": update_feed, "DELETE": delete_feed}
    return [
        *scoped_routes(site, f"{base}/feeds", {"GET": list_feeds}),
        *scoped_routes(site, f"{base}/feeds/{{feed}}", feed),
        *scoped_routes(site, f"{base}/feeds/{{feed}}/views", {"GET": list_views}),
        *scoped_routes(site, f"{base}/feeds/{{feed}}/views/{{view}}", {"GET": get_view}),
        *scoped_routes(site, f"{base}/feedrecyclebin", {"GET": list_recycled}),
        *scoped_routes(site, f"{base}/feedchanges", {"GET": list_feed_changes}),
        *scoped_routes(site, f"{base}/feedchanges/{{feed}}", {"GET": get_feed_change}),
    ]
