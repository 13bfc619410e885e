"""Who may do what: feed permissions, permissions for the whole service, identities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from local.simulators.azure_devops.calls import Call, Site
from local.simulators.azure_devops.errors import bad_request
from local.simulators.azure_devops.people import Identity, groups_of
from local.simulators.azure_devops.render_feeds import permission_json
from local.simulators.azure_devops.routing import scoped_routes


async def list_permissions(call: Call) -> Response:
    """Answer `Get Feed Permissions`; owners by office are inherited rows."""
    feed = call.feed(disabled_too=True)
    ids = call.flag("includeIds", default=False)
    people = call.organization.identities
    rows = [permission_json(people[one], role, inherited=False, ids=ids) for one, role in feed.roles.items()]
    if not call.flag("excludeInheritedPermissions", default=False):
        rows += [
            permission_json(one, "administrator", inherited=True, ids=ids)
            for one in people.values()
            if one.collection_administrator and one.id not in feed.roles
        ]
    wanted = (call.query("identityDescriptor") or "").lower()
    return call.collection([row for row in rows if wanted in ("", row["identityDescriptor"].lower())])


async def list_global_permissions(call: Call) -> Response:
    """Answer `Get Global Permissions`: who reads and manages every feed."""
    ids = call.flag("includeIds", default=False)
    rows = []
    for one in call.organization.identities.values():
        if one.artifacts_administrator:
            row = permission_json(one, "administrator", inherited=False, ids=ids)
            del row["isInheritedRole"], row["displayName"]
            rows.append(row)
    return call.collection(rows)


def identity_json(call: Call, identity: Identity, *, membership: str) -> dict[str, Any]:
    """Write one identity of the identity service; `memberOf` are descriptors."""
    people = call.organization.identities
    parents: set[str] = set()
    if membership == "expandedup":
        parents = groups_of(identity.id, people)
    elif membership in {"direct", "expanded"}:
        parents = {one.id for one in people.values() if identity.id in one.members}
    properties = {"Account": identity.mail or identity.name, "Mail": identity.mail, "Domain": identity.tenant_id}
    if identity.entra_object_id:
        properties["http://schemas.microsoft.com/identity/claims/objectidentifier"] = identity.entra_object_id
    members = [] if membership == "none" else _told_members(identity, people)
    return {
        "id": identity.id,
        "descriptor": identity.descriptor,
        "subjectDescriptor": identity.subject_descriptor,
        "providerDisplayName": identity.name,
        "isActive": identity.active,
        "isContainer": identity.is_group,
        "members": [people[one].descriptor for one in members],
        "memberOf": sorted(people[one].descriptor for one in parents),
        "memberIds": members,
        "properties": {key: {"$type": "System.String", "$value": value} for key, value in properties.items()},
        "resourceVersion": 2,
        "metaTypeId": 0,
    }


def _told_members(identity: Identity, people: Mapping[str, Identity]) -> list[str]:
    """Return the direct members that the service knows: those of an Entra group after their first sign-in."""
    known = identity.members if identity.kind == "group" else {one for one in identity.members if people[one].signed_in}
    return sorted(known)


def _found(call: Call) -> list[Identity]:
    people = list(call.organization.identities.values())
    for name, attribute in (("identityIds", "id"), ("descriptors", "descriptor")):
        listed = call.query(name)
        if listed:
            wanted = {text.strip().lower() for text in listed.split(",")}
            return [one for one in people if str(getattr(one, attribute)).lower() in wanted]
    subjects = call.query("subjectDescriptors")
    if subjects:
        return [one for one in people if one.subject_descriptor in subjects.split(",")]
    return _searched(people, call.query("searchFilter"), call.query("filterValue"))


def _searched(people: list[Identity], by: str | None, value: str | None) -> list[Identity]:
    if not by or not value:
        raise bad_request("ArgumentException", "Pass identityIds, descriptors, or searchFilter with filterValue.")
    wanted = value.lower()
    match by.lower():
        case "mailaddress" | "accountname":
            return [one for one in people if one.mail.lower() == wanted]
        case "displayname" | "localgroupname":
            return [one for one in people if one.name.lower() == wanted]
        case "general":
            return [one for one in people if wanted in (one.mail.lower(), one.name.lower())]
        case _:
            raise bad_request("ArgumentException", f"The value '{by}' is not valid for 'searchFilter'.")


async def read_identities(call: Call) -> Response:
    """Answer `Read Identities`: by id, descriptor, or search."""
    membership = (call.query("queryMembership") or "none").lower()
    return call.collection([identity_json(call, one, membership=membership) for one in _found(call)])


async def connection_data(call: Call) -> Response:
    """Answer who the caller is, as `_apis/connectionData` does."""
    one = call.caller.identity
    user: dict[str, Any] = {"id": one.id, "descriptor": one.descriptor, "subjectDescriptor": one.subject_descriptor}
    user |= {"providerDisplayName": one.name, "isActive": True}
    return call.answer({"authenticatedUser": user, "authorizedUser": user, "instanceId": call.organization.id})


def routes(site: Site) -> list[Route]:
    """Return the routes of this part."""
    return [
        *scoped_routes(site, "/_apis/packaging/feeds/{feed}/permissions", {"GET": list_permissions}),
        *scoped_routes(site, "/_apis/packaging/globalpermissions", {"GET": list_global_permissions}),
        *scoped_routes(site, "/_apis/identities", {"GET": read_identities}),
        *scoped_routes(site, "/_apis/connectiondata", {"GET": connection_data}),
    ]
