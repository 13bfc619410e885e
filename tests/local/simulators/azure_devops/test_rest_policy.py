"""The organization's policy."""

from __future__ import annotations

from tests.local.simulators.azure_devops.stage import Stage

_URL = "/acme/_apis/OrganizationPolicy/Policies/Policy.ArtifactsExternalPackageProtectionToken"


async def test_the_policy_tells_its_effective_value(stage: Stage) -> None:
    """It is on unless somebody switched it off."""
    version = "?defaultValue=true&api-version=5.0-preview.1"
    assert (await stage.get(_URL + version)).json()["effectiveValue"] is True
    await stage.control("policy", protection=False)
    assert (await stage.get(_URL + version)).json()["effectiveValue"] is False


async def test_another_policy_is_not_known(stage: Stage) -> None:
    """And the endpoint is a preview."""
    other = _URL.replace("Artifacts", "Other")
    assert (await stage.get(f"{other}?defaultValue=true&api-version=5.0-preview.1")).status_code == 404
    assert (await stage.get(f"{_URL}?defaultValue=true&api-version=5.0")).status_code == 400


async def test_the_default_must_be_said_where_the_organization_wants_it(stage: Stage) -> None:
    """Some answer 405 without it, others answer: the cautious world is the default."""
    bare = f"{_URL}?api-version=5.0-preview.1"
    refused = await stage.get(bare)
    assert (refused.status_code, "http method 'GET'" in refused.json()["value"]["Message"]) == (405, True)
    stage.world.behavior.policy_needs_default_value = False
    assert (await stage.get(bare)).json()["effectiveValue"] is True
