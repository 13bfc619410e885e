"""Each trigger invoked through the worker: what it calls, and how errors leave it."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable
from dataclasses import replace

import pytest

from local.host import InvocationFailed
from shared.application.messages import CheckRequest, SweepKind, SweepRequest
from shared.bootstrap import App
from shared.domain.cases import CaseState
from shared.domain.evidence import OrganizationPolicy, UpstreamingBehavior
from shared.domain.notices import NoticeKind
from shared.domain.subscriptions import SubscriptionStatus
from shared.errors import UpstreamUnavailable
from shared.ports import QueueName
from tests.adapters.doors.vectors import VECTORS, Vector
from tests.application.canary_scene import scene
from tests.application.house import BILLING
from tests.functions.conftest import Platform, app_over

HOOK = {
    "id": "6f2c0f6e-0000-4000-8000-000000000001",
    "eventType": "git.push",
    "resourceContainers": {"project": {"id": "11bb0000-0000-4000-8000-000000000002"}},
}


def basic(password: str) -> dict[str, str]:
    """Return the header that Azure DevOps sends with a Basic password."""
    return {"authorization": "Basic " + base64.b64encode(f"hooks:{password}".encode()).decode()}


async def deliver(platform: Platform, *, body: bytes, headers: dict[str, str], source: str = "azure-devops") -> int:
    """Post one delivery, return the status."""
    answer = await platform.http("receive_delivery", headers=headers, body=body, route={"source": source})
    return answer.status


@pytest.mark.parametrize("secret", ["sample-secret-new", "sample-secret-old"])
async def test_a_delivery_is_queued(platform: Platform, secret: str) -> None:
    """Both secrets of a rotation are accepted."""
    assert await deliver(platform, body=json.dumps(HOOK).encode(), headers=basic(secret)) == 202
    (text,) = platform.house.queue.visible(QueueName.FEED_SWEEPS)
    assert SweepRequest.of(text).hinted_project == HOOK["resourceContainers"]["project"]["id"]  # type: ignore[index]  # the sample above


@pytest.mark.parametrize(
    ("body", "headers", "source", "status"),
    [
        (json.dumps(HOOK).encode(), basic("wrong"), "azure-devops", 401),
        (json.dumps(HOOK).encode(), basic("fälsch"), "azure-devops", 401),
        (json.dumps(HOOK).encode(), {"authorization": "Basic %%%"}, "azure-devops", 401),
        (json.dumps(HOOK).encode(), {}, "azure-devops", 401),
        (json.dumps(HOOK).encode(), {}, "generic", 401),
        (b"not json", basic("sample-secret-new"), "azure-devops", 400),
        (b'{"id":' + b"[" * 200_000, basic("sample-secret-new"), "azure-devops", 400),
        (b"\xff\xfe", basic("sample-secret-new"), "azure-devops", 400),
        (b"", basic("sample-secret-new"), "azure-devops", 400),
        (b" " * (3 * 1024 * 1024), basic("sample-secret-new"), "azure-devops", 413),
        (json.dumps(HOOK).encode(), basic("sample-secret-new"), "teamcity", 404),
    ],
)
async def test_what_is_refused(
    platform: Platform, body: bytes, headers: dict[str, str], source: str, status: int
) -> None:
    """The status codes of the contract, and nothing is queued."""
    assert await deliver(platform, body=body, headers=headers, source=source) == status
    assert platform.house.queue.visible(QueueName.FEED_SWEEPS) == []


async def test_storage_down_asks_the_sender_to_send_again(platform: Platform) -> None:
    """503 is what Azure DevOps resends after; anything unforeseen is 503 too."""
    body = json.dumps(HOOK).encode()
    platform.house.deliveries.faults.fail("take_in", UpstreamUnavailable("no answer", service="tables"))
    assert await deliver(platform, body=body, headers=basic("sample-secret-new")) == 503
    platform.house.queue.faults.fail("put", RuntimeError("a defect of ours"))
    assert await deliver(platform, body=body, headers=basic("sample-secret-new")) == 503
    assert await deliver(platform, body=body, headers=basic("sample-secret-new")) == 202


async def test_a_message_becomes_a_check(platform: Platform) -> None:
    """The queue's text leads to the case."""
    feed = platform.house.service.world.add_feed("core")
    open_switch = UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS
    platform.house.service.world.add_package(feed, BILLING, internal=["1.0.0"], behavior=open_switch)
    platform.house.attack(BILLING)
    await platform.queue("check_package", CheckRequest(feed.ref, BILLING, "test").text())
    assert (await platform.house.case(feed, BILLING)).state is CaseState.PENDING
    await platform.timer("relay_outbox")
    (notice,) = platform.house.queue.take(QueueName.NOTICES)
    await platform.queue("send_notice", notice)
    assert len(platform.house.channel.sent) == 1


async def test_an_error_leaves_the_message_in_the_queue(platform: Platform) -> None:
    """The invocation fails, so the platform delivers again and at last moves it to poison."""
    for name in ("check_package", "sweep_feed", "send_notice"):
        with pytest.raises(InvocationFailed):
            await platform.queue(name, "not ours")


async def test_the_timer_begins_a_sweep(platform: Platform) -> None:
    """One message a feed; the step is taken by the queue's function."""
    feed = platform.house.service.world.add_feed("core")
    await platform.timer("sweep_feeds")
    (text,) = platform.house.queue.take(QueueName.FEED_SWEEPS)
    request = SweepRequest.of(text)
    assert (request.kind, request.feed) == (SweepKind.EVERY_PACKAGE, feed.ref)
    await platform.queue("sweep_feed", text)
    assert platform.house.service.faults.count("packages") == 1


async def test_the_watches_look_at_feeds_and_registries(platform: Platform) -> None:
    """A feed that was never seen is walked; registries without a change feed are no trouble."""
    platform.house.service.world.add_feed("core")
    await platform.timer("watch_feeds")
    await platform.timer("watch_registries")
    assert len(platform.house.queue.take(QueueName.FEED_SWEEPS)) == 1


async def test_the_audit_trail_is_sealed(platform: Platform, caplog: pytest.LogCaptureFixture) -> None:
    """The timer leads to the digest of the day."""
    with caplog.at_level(logging.INFO):
        await platform.timer("seal_chains")
    assert "chains sealed" in caplog.text


async def test_what_is_about_no_package_is_told_with_the_watch(platform: Platform) -> None:
    """The organization's policy was seen off: one notice, and its letter is sent like every other."""
    platform.house.service.policy = OrganizationPolicy.OFF
    await platform.timer("watch_registries")
    await platform.timer("watch_registries")
    (text,) = platform.house.queue.take(QueueName.NOTICES)
    await platform.queue("send_notice", text)
    assert [notice.kind for notice in platform.house.channel.sent] == [NoticeKind.ORGANIZATION_POLICY_OFF]


async def test_a_sweep_looks_after_the_service_hooks(platform: Platform) -> None:
    """One that does not deliver is told; that they cannot be seen does not stop the sweep."""
    house = platform.house
    house.service.world.add_feed("core")
    house.hooks.add("a")
    house.hooks.turn("a", SubscriptionStatus.DISABLED_BY_SYSTEM)
    house.hooks.faults.fail("subscriptions", UpstreamUnavailable("down", service="Azure DevOps"))
    await platform.timer("sweep_feeds")
    assert len(house.queue.take(QueueName.FEED_SWEEPS)) == 1
    assert house.queue.take(QueueName.NOTICES) == []
    await platform.timer("sweep_feeds")
    (text,) = house.queue.take(QueueName.NOTICES)
    await platform.queue("send_notice", text)
    assert [notice.kind for notice in house.channel.sent] == [NoticeKind.HOOKS_NOT_DELIVERING]


async def test_poison_becomes_visible(platform: Platform) -> None:
    """A check as the state of its case, a walk in readiness."""
    feed = platform.house.service.world.add_feed("core")
    await platform.queue("abandon_check", CheckRequest(feed.ref, BILLING, "test").text())
    assert (await platform.house.case(feed, BILLING)).state is CaseState.ABANDONED
    await platform.queue("abandon_sweep", SweepRequest(SweepKind.EVERY_PACKAGE, "test", feed=feed.ref).text())
    await platform.queue("abandon_notice", "{}")
    assert len(await platform.house.setbacks.all()) == 2
    answer = await platform.http("ready", headers={}, body=b"", route={})
    assert answer.status == 503
    assert json.loads(answer.body)["dependencies"]["walks"]["ok"] is False


async def test_the_canary_is_exercised(
    platform: Platform, install: Callable[[Callable[[], App]], None], caplog: pytest.LogCaptureFixture
) -> None:
    """The timer leads to its tick; without one it reads its row and asks nobody, and readiness says so."""
    made = await scene(platform.house)
    before = len(platform.house.service.faults.calls)
    await platform.timer("exercise_canary")
    assert len(platform.house.service.faults.calls) == before
    app = platform.house.readiness
    assert (await app.report())["canary"].detail == "not configured"
    install(lambda: replace(app_over(platform.house), canary=made.canary, readiness=replace(app, canary=made.report)))
    with caplog.at_level(logging.INFO):
        await platform.timer("exercise_canary")
    assert any(line.startswith("canary published") for line in caplog.messages)
    answer = await platform.http("ready", headers={}, body=b"", route={})
    assert json.loads(answer.body)["dependencies"]["canary"] == {
        "ok": True,
        "detail": "never protected yet; an exercise is under way",
    }


async def test_live_and_ready(platform: Platform) -> None:
    """Liveness asks nobody; readiness lists every dependency."""
    platform.house.service.world.add_feed("core")
    assert (await platform.http("live", headers={}, body=b"", route={})).status == 200
    assert platform.house.service.faults.calls == []
    answer = await platform.http("ready", headers={}, body=b"", route={})
    assert answer.status == 200
    assert json.loads(answer.body)["ready"] is True


async def test_readiness_survives_an_app_that_cannot_be_built(
    platform: Platform, install: Callable[[Callable[[], App]], None]
) -> None:
    """Even then it answers 503, and the log says why."""

    def broken() -> App:
        raise RuntimeError("a defect of ours")

    install(broken)
    assert (await platform.http("ready", headers={}, body=b"", route={})).status == 503


@pytest.mark.parametrize(("source", "vector"), VECTORS.items(), ids=VECTORS)
async def test_signed_deliveries_are_queued(platform: Platform, source: str, vector: Vector) -> None:
    """GitHub, Artifactory and Nexus come in through the same route, with either secret; a wrong one does not."""
    for made in (vector.newest, vector.older):
        assert await deliver(platform, body=vector.body, headers=vector.signed(made), source=source) == 202
    first, _ = platform.house.queue.take(QueueName.FEED_SWEEPS)
    assert SweepRequest.of(first).cause.startswith(f"delivery {source} ")
    assert await deliver(platform, body=vector.body + b" ", headers=vector.headers, source=source) == 401
    assert await deliver(platform, body=vector.body, headers=dict(vector.more), source=source) == 401
    assert await deliver(platform, body=b" " * (3 * 1024 * 1024), headers=vector.headers, source=source) == 413
    assert platform.house.queue.visible(QueueName.FEED_SWEEPS) == []


async def test_an_event_that_is_not_watched_is_answered_and_forgotten(platform: Platform) -> None:
    """GitHub's ping: 202, so that the webhook shows as healthy, and no work."""
    vector = VECTORS["github"]
    headers = {**vector.headers, "X-GitHub-Event": "ping"}
    answer = await platform.http("receive_delivery", headers=headers, body=vector.body, route={"source": "github"})
    assert (answer.status, bytes(answer.body)) == (202, b"not-watched")
    assert platform.house.queue.visible(QueueName.FEED_SWEEPS) == []
    assert platform.house.deliveries.faults.calls == []
