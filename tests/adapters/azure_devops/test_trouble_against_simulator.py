"""Refusals, broken answers and throttling by a simulated Azure DevOps, over real HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import UpstreamingBehavior
from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName
from shared.errors import (
    AuthenticationFailed,
    FeedNotFound,
    PermissionMissing,
    UnexpectedAnswer,
    UpstreamError,
    UpstreamUnavailable,
)
from tests.adapters.azure_devops.simulated import READER_TOKEN, Simulated

_BILLING = PackageName.of(Ecosystem.NPM, "billing")


@pytest.mark.parametrize("status", [203, 401])
async def test_a_credential_that_nobody_knows(acme: Simulated, status: int) -> None:
    """As a sign-in page or plainly."""
    await acme.control("settings", bad_credential_status=status)
    with pytest.raises(AuthenticationFailed):
        await acme.client("sample-pat-nobody").feeds()


async def test_a_feed_in_the_wrong_scope_is_not_found(acme: Simulated) -> None:
    """The error names the scope as the likely cause."""
    core = await acme.feed()
    for project_id in (None, "00000000-1111-4222-8333-444455556666"):
        with pytest.raises(FeedNotFound, match="Project-scoped feeds need the project"):
            await acme.feeds.feed(FeedRef("acme", project_id, core.ref.feed_id))


async def test_a_reader_may_look_but_not_touch(acme: Simulated) -> None:
    """And is told which role is missing."""
    core = await acme.feed()
    reader = acme.client(READER_TOKEN)
    assert await reader.get_upstreaming_behavior(core, _BILLING) is UpstreamingBehavior.AUTO
    with pytest.raises(PermissionMissing, match=r"\('AdministerFeed'\).*Feed Owner"):
        await reader.allow_external_versions(core, _BILLING)
    with pytest.raises(PermissionMissing, match=r"\('ReadPackages'\)"):
        await reader.packages(await acme.feed("shared"), skip=0)


async def test_a_disabled_feed_refuses_everything_else(acme: Simulated) -> None:
    """It is listed as disabled, so that nobody needs to try."""
    with pytest.raises(UpstreamError):
        await acme.feeds.packages(await acme.feed("archive"), skip=0)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"cut": True}, UpstreamUnavailable),
        ({"status": 502, "html": True}, UpstreamUnavailable),
        ({"html": True}, AuthenticationFailed),
        ({"status": 302, "headers": {"location": "/_signin"}}, AuthenticationFailed),
        ({"status": 200, "body": "[]"}, UnexpectedAnswer),
        ({"status": 200, "body": '{"value": ['}, UnexpectedAnswer),
        ({"oversize_bytes": 65 * 1024 * 1024, "gzip": True}, UnexpectedAnswer),
        ({"status": 200, "body": "{}", "headers": {"content-encoding": "gzip"}}, UpstreamUnavailable),
    ],
)
async def test_trouble_on_the_way_is_one_of_our_errors(
    acme: Simulated, fault: dict[str, Any], kind: type[UpstreamError]
) -> None:
    """Over real connections, and never an empty feed."""
    core = await acme.feed()
    await acme.control("faults", path="*/packages", **fault)
    with pytest.raises(kind):
        await acme.feeds.packages(core, skip=0)


async def test_a_storm_of_refusals_is_weathered(acme: Simulated) -> None:
    """Every second call is refused, with a wait or without; the walk comes through, and waits as it was told."""
    core = await acme.feed()
    await acme.control("throttling", share=0.5, status=429, retry_after_seconds=3)
    await acme.control("throttling", share=0.5, status=503)
    for _ in range(5):
        assert len((await acme.feeds.packages(core, skip=0)).packages) == 8
    assert timedelta(seconds=3) in acme.sleep.slept


@pytest.mark.parametrize("as_date", [False, True])
async def test_a_wait_on_a_good_answer_is_heeded(acme: Simulated, as_date: bool) -> None:  # noqa: FBT001  # a column
    """Before the next call; a long one sends the work back to its queue without a call."""
    core = await acme.feed()
    for seconds in (8, 100):
        await acme.control(
            "throttling", status=200, times=1, path="*/packages", retry_after_seconds=seconds, retry_after_date=as_date
        )
    await acme.feeds.packages(core, skip=0)
    await acme.feeds.packages(core, skip=0)
    (waited,) = acme.sleep.slept
    assert timedelta(seconds=4) <= waited <= timedelta(seconds=10)
    calls = len(acme.asked())
    with pytest.raises(UpstreamUnavailable) as refusal:
        await acme.feeds.packages(core, skip=0)
    assert refusal.value.retry_after is not None
    assert refusal.value.retry_after > timedelta(seconds=80)
    assert len(acme.asked()) == calls
