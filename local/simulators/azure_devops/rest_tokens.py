"""Personal access tokens of who asks, for Entra tokens of people only.

Source: https://learn.microsoft.com/rest/api/azure/devops/tokens/pats/list
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from starlette.responses import Response
from starlette.routing import Route

from local.simulators.azure_devops.api_versions import PREVIEW
from local.simulators.azure_devops.calls import Call, Site
from local.simulators.azure_devops.errors import AzureError, NotSignedIn
from local.simulators.azure_devops.people import ListedPat
from local.simulators.azure_devops.render_feeds import timestamp
from local.simulators.azure_devops.routing import scoped_routes

_MOST: Final = 100


def _json(call: Call, pat: ListedPat) -> dict[str, Any]:
    return {
        "displayName": pat.name,
        "validTo": timestamp(pat.valid_to),
        "scope": "vso.packaging_manage",
        "targetAccounts": None if pat.everywhere else [call.organization.id],
        "validFrom": timestamp(call.world.now()),
        "authorizationId": call.organization.id,
        "token": None,
    }


async def list_pats(call: Call) -> Response:
    """Answer a page of the caller's active tokens; the continuation token is a place in the list."""
    if not call.request.headers.get("authorization", "").lower().startswith("bearer "):
        raise NotSignedIn(offered=True)
    if call.caller.identity.kind != "user":
        message = "The requested operation is not allowed for service principals."
        raise AzureError(HTTPStatus.FORBIDDEN, "InvalidAccessException", message)
    active = [pat for pat in call.caller.identity.listed_pats if pat.valid_to > call.world.now()]
    begin = call.number("continuationToken", default=0)
    end = begin + max(1, min(call.number("$top", default=_MOST), _MOST))
    rows = [_json(call, pat) for pat in active[begin:end]]
    return call.answer({"continuationToken": str(end) if end < len(active) else "", "patTokens": rows})


def routes(site: Site) -> list[Route]:
    """Return the routes of this part."""
    return scoped_routes(site, "/_apis/tokens/pats", {"GET": list_pats}, versions=PREVIEW)[:1]
