"""Write feeds, upstream sources, views and permissions as the feed API does."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from local.simulators.azure_devops.calls import Call
from local.simulators.azure_devops.feeds import Feed, UpstreamSource, View
from local.simulators.azure_devops.people import Identity
from local.simulators.azure_devops.world import Organization


def timestamp(moment: datetime) -> str:
    """Write a time with seven fractional digits, as .NET does."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond:06d}0Z"


def feed_url(call: Call, feed: Feed) -> str:
    """Return the address of a feed in the feed API."""
    return f"{call.base(feed)}/_apis/Packaging/Feeds/{feed.id}"


def feed_json(call: Call, feed: Feed, *, deleted_upstreams: bool, urls: bool = True) -> dict[str, Any]:
    """Write one feed. `project` stands only in a project-scoped one."""
    project = call.organization.project_of(feed)
    sources = [source for source in feed.sources if deleted_upstreams or source.deleted_at is None]
    body = _settings_json(feed)
    body["upstreamSources"] = [source_json(call.organization, source) for source in sources]
    if not feed.enabled:
        body["isEnabled"] = False  # left out where it has its default, as in real answers
    if project is not None:
        body["project"] = {"id": project.id, "name": project.name, "visibility": project.visibility}
    if feed.deleted_at is not None:
        body["deletedDate"] = timestamp(feed.deleted_at)
    if urls:
        url = feed_url(call, feed)
        links = {"self": url, "packages": f"{url}/Packages", "permissions": f"{url}/Permissions"}
        body |= {"url": url, "_links": {name: {"href": href} for name, href in links.items()}}
    return body


def _settings_json(feed: Feed) -> dict[str, Any]:
    local = next((view for view in feed.views if view.kind == "implicit"), None)
    return {
        "description": feed.description,
        "upstreamEnabled": feed.upstream_enabled,
        "allowUpstreamNameConflict": feed.allow_upstream_name_conflict,
        "hideDeletedPackageVersions": True,
        "badgesEnabled": False,
        "viewId": None,
        "viewName": None,
        "fullyQualifiedName": feed.name,
        "fullyQualifiedId": feed.id,
        "isReadOnly": feed.read_only,
        "capabilities": "defaultCapabilities",
        "defaultViewId": local.id if local else None,
        "id": feed.id,
        "name": feed.name,
    }


def source_json(organization: Organization, source: UpstreamSource) -> dict[str, Any]:
    """Write one upstream source; where an internal one leads is told by ids."""
    body: dict[str, Any] = {
        "id": source.id,
        "name": source.name,
        "protocol": source.protocol,
        "location": source.location,
        "displayLocation": source.location,
        "upstreamSourceType": source.kind,
        "status": "ok" if source.enabled else "disabled",
    }
    if not source.enabled:
        body["statusDetails"] = [{"reason": "The upstream source was disabled by a feed owner."}]
    if source.deleted_at is not None:
        body["deletedDate"] = timestamp(source.deleted_at)
    target = organization.feed_by_id(source.target or "")
    if source.kind == "internal" and target is not None:
        view = next((view for view in target.views if view.name.lower() == source.target_view.lower()), None)
        body["internalUpstreamCollectionId"] = organization.id
        body["internalUpstreamFeedId"] = target.id
        body["internalUpstreamViewId"] = view.id if view else None
        if target.project_id is not None:
            body["internalUpstreamProjectId"] = target.project_id
    return body


def view_json(call: Call, feed: Feed, view: View) -> dict[str, Any]:
    """Write one view."""
    url = f"{feed_url(call, feed)}/Views/{view.id}"
    return {"id": view.id, "name": view.name, "type": view.kind, "visibility": view.visibility, "url": url}


def permission_json(identity: Identity, role: str, *, inherited: bool, ids: bool) -> dict[str, Any]:
    """Write one row of a feed's permissions; the identity's id only where it is asked for."""
    body: dict[str, Any] = {
        "role": role,
        "identityDescriptor": identity.descriptor,
        "displayName": identity.name,
        "isInheritedRole": inherited,
    }
    return body | ({"identityId": identity.id} if ids else {})
