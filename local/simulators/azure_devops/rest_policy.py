"""The organization's policy "additional protections when using public package registries"."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from local.simulators.azure_devops.api_versions import PREVIEW
from local.simulators.azure_devops.calls import Call, Site
from local.simulators.azure_devops.errors import not_found
from local.simulators.azure_devops.routing import method_not_supported, scoped_routes

POLICY_NAME = "Policy.ArtifactsExternalPackageProtectionToken"


async def get_policy(call: Call) -> Response:
    """Answer the endpoint that tools use; it is not documented, so its shape is what they read of it."""
    if call.world.behavior.policy_needs_default_value and call.query("defaultValue") is None:
        return method_not_supported(call.request)
    wanted = call.path("policy")
    if wanted.lower() != POLICY_NAME.lower():
        raise not_found("PolicyNotFoundException", f"The policy '{wanted}' doesn't exist.")
    on = call.organization.protection
    body: dict[str, Any] = {
        "name": POLICY_NAME,
        "value": on,
        "effectiveValue": on,
        "isValueUndefined": on,  # on is the default, which nobody had to set
        "parentPolicy": None,
    }
    return call.answer(body)


def routes(site: Site) -> list[Route]:
    """Return the routes of this part."""
    path = "/_apis/organizationpolicy/policies/{policy}"
    return scoped_routes(site, path, {"GET": get_policy}, versions=PREVIEW)
