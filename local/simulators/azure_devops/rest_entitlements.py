"""Access levels of people and of service principals; on a host of its own (vsaex) in reality.

Collection administrators may read them, with a credential whose scopes reach that far. The wording of refusals is
believed, not documented.

Source: https://learn.microsoft.com/rest/api/azure/devops/memberentitlementmanagement
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from starlette.responses import Response
from starlette.routing import Route

from local.simulators.azure_devops.api_versions import PREVIEW, PREVIEW_3
from local.simulators.azure_devops.calls import Call, Site
from local.simulators.azure_devops.errors import AzureError, NotSignedIn, not_found
from local.simulators.azure_devops.people import Identity, groups_of
from local.simulators.azure_devops.routing import Handler, scoped_routes

_SCOPE: Final = "vso.memberentitlementmanagement"
_TITLES: Final = {"stakeholder": "Stakeholder", "express": "Basic", "advanced": "Basic + Test Plans", "none": "None"}


def _require(call: Call) -> None:
    if call.caller.scopes and not any(scope.startswith(_SCOPE) for scope in call.caller.scopes):
        raise NotSignedIn(offered=False)
    people, me = call.organization.identities, call.caller.identity
    if not any(one.collection_administrator for one in (me, *(people[group] for group in groups_of(me.id, people)))):
        message = f"Access Denied: {me.name} needs the following permission(s) to perform this action: View members"
        raise AzureError(HTTPStatus.FORBIDDEN, "AccessCheckException", message)


def _json(call: Call, one: Identity, member: str) -> dict[str, Any]:
    subject = {"displayName": one.name, "originId": one.entra_object_id, "descriptor": one.subject_descriptor}
    return {
        member: subject | {"origin": "aad", "url": f"{call.base()}/_apis/Graph/{one.subject_descriptor}"},
        "id": one.id,
        "accessLevel": {
            "licensingSource": "account",
            "accountLicenseType": one.access_level,
            "msdnLicenseType": "none",
            "licenseDisplayName": _TITLES[one.access_level],
            "status": one.access_status,
            "statusMessage": "",
            "assignmentSource": "unknown",
        },
        "projectEntitlements": [],
        "extensions": [],
        "groupAssignments": [],
    }


def _reader(member: str, kind: str) -> Handler:
    async def read(call: Call) -> Response:
        _require(call)
        wanted = call.path("identity").lower()
        found = next((one for one in call.organization.identities.values() if one.id.lower() == wanted), None)
        if found is None or found.kind != kind:
            raise not_found("MemberNotFoundException", f"The member with ID '{wanted}' doesn't exist.")
        return call.answer(_json(call, found, member))

    return read


def routes(site: Site) -> list[Route]:
    """Return the routes of this part; access levels are the organization's, no project's."""
    people, services = "/_apis/userentitlements/{identity}", "/_apis/serviceprincipalentitlements/{identity}"
    return [
        *scoped_routes(site, people, {"GET": _reader("user", "user")}, versions=PREVIEW_3)[:1],
        *scoped_routes(site, services, {"GET": _reader("servicePrincipal", "service")}, versions=PREVIEW)[:1],
    ]
