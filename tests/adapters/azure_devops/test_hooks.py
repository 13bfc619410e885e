"""Subscriptions as our client sees them, against the simulator."""

from __future__ import annotations

import pytest

from shared.adapters.azure_devops.hooks import AzureDevOpsHooks
from shared.domain.subscriptions import SubscriptionList, SubscriptionStatus
from shared.errors import AuthenticationFailed, PermissionMissing, UpstreamUnavailable
from tests.adapters.azure_devops.samples import HOSTS, answer
from tests.adapters.azure_devops.scripted import bench
from tests.adapters.azure_devops.simulated import Simulated, simulated_offline

_SECRET = "sample-hook-secret"


async def _administrator_makes(served: Simulated) -> None:
    person = {"name": "Ada", "pats": ["sample-pat-ada"], "collection_administrator": True}
    await served.control("identity", identity=person)
    project = served.world.organizations[0].projects[0].id
    wish = {
        "publisherId": "tfs",
        "eventType": "build.complete",
        "consumerId": "webHooks",
        "consumerActionId": "httpRequest",
        "publisherInputs": {"projectId": project},
        "consumerInputs": {"url": "http://127.0.0.1:9/api/hooks/azure-devops", "httpHeaders": f"X-S:{_SECRET}"},
    }
    made = await served.http.post(
        f"{served.url}/acme/_apis/hooks/subscriptions?api-version=7.1", json=wish, auth=("", "sample-pat-ada")
    )
    assert made.is_success, made.text


async def test_subscriptions_are_seen_as_far_as_the_identity_may() -> None:
    """None without the right, which is no refusal there; all with it, as the service leaves them."""
    async with simulated_offline() as served:
        await _administrator_makes(served)
        assert await served.hooks.subscriptions() == SubscriptionList(())
        served.world.behavior.unseen_subscriptions_status = 403
        with pytest.raises(PermissionMissing, match="View subscriptions"):
            await served.hooks.subscriptions()
        organization = served.world.organizations[0]
        guard = next(one for one in organization.identities.values() if one.name == "Guard")
        guard.subscriptions = "view"
        (seen,) = await served.hooks.subscriptions()
        assert (seen.event_type, seen.status) == ("build.complete", SubscriptionStatus.ENABLED)
        assert seen.project_id == organization.projects[0].id
        # Nobody listens where it leads, and after three minutes Azure DevOps gives up for now.
        await served.control("event", project=organization.projects[0].name)
        await served.control("clock", advance_seconds=200)
        (seen,) = await served.hooks.subscriptions()
        assert seen.status is SubscriptionStatus.ON_PROBATION


async def test_a_refusal_names_the_right_and_not_a_feed_s_role() -> None:
    """Or the scope, where it is a token; an outage stays one."""
    refused = answer({"typeKey": "AccessCheckException", "message": "Access denied."}, status=403)
    hooks = AzureDevOpsHooks(bench(refused).sender, hosts=HOSTS, organization="Acme")
    with pytest.raises(PermissionMissing) as caught:
        await hooks.subscriptions()
    assert "View subscriptions" in str(caught.value)
    assert "Feed Owner" not in str(caught.value)
    stranger = AzureDevOpsHooks(bench(answer({}, status=401)).sender, hosts=HOSTS, organization="Acme")
    with pytest.raises(AuthenticationFailed, match="Work items"):
        await stranger.subscriptions()
    down = AzureDevOpsHooks(bench(answer({}, status=503)).sender, hosts=HOSTS, organization="Acme")
    with pytest.raises(UpstreamUnavailable):
        await down.subscriptions()
