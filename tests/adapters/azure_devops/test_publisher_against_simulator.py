"""The canary over real HTTP: published to a simulated feed, found by the watch, closed and proved there."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from shared.adapters.azure_devops.publisher import AzureDevOpsPublisher
from shared.application.canary import Canary
from shared.application.canary_gate import CanaryGate
from shared.domain.canary import Phase
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence import Proof, UpstreamingBehavior
from shared.domain.feeds import Feed
from shared.domain.names import PackageName
from shared.domain.versions import Origin
from shared.errors import PermissionMissing, UnexpectedAnswer
from tests.adapters.azure_devops.simulated import GUARD_TOKEN, READER_TOKEN, Simulated
from tests.application.canary_scene import OURS, TWIN
from tests.application.house import House
from tests.fakes import FakeFeedService

NAME = PackageName.of(Ecosystem.NPM, "@acme/feedwarden-canary")


def _publisher(acme: Simulated, token: str = GUARD_TOKEN) -> AzureDevOpsPublisher:
    feeds = acme.client(token)
    # The client's own sender and addresses: one identity, as in production.
    return AzureDevOpsPublisher(feeds._sender, hosts=feeds._hosts)


async def _internal(acme: Simulated, feed: Feed, name: PackageName) -> list[str]:
    package = await acme.feeds.find_package(feed, name)
    held = () if package is None else await acme.feeds.versions(feed, package)
    return [version.version for version in held if version.origin is Origin.INTERNAL]


@pytest.mark.parametrize("text", ["@acme/feedwarden-canary", "acme-canary"])
async def test_a_version_is_published(acme: Simulated, text: str) -> None:
    """It is internal, and can be downloaded; its number is taken for ever."""
    core, name = await acme.feed(), PackageName.of(Ecosystem.NPM, text)
    await _publisher(acme).publish(core, name, "1.20250301.0")
    assert await _internal(acme, core, name) == ["1.20250301.0"]
    with pytest.raises(UnexpectedAnswer):
        await _publisher(acme).publish(core, name, "1.20250301.0")
    await _publisher(acme).publish(core, name, "1.20250302.0")
    assert set(await _internal(acme, core, name)) == {"1.20250301.0", "1.20250302.0"}


async def test_a_reader_publishes_nothing(acme: Simulated) -> None:
    """And is told which permission is missing."""
    core = await acme.feed()
    with pytest.raises(PermissionMissing):
        await _publisher(acme, READER_TOKEN).publish(core, NAME, "1.20250301.0")
    assert await _internal(acme, core, NAME) == []


async def _feed(acme: Simulated) -> Feed:
    """Create the canary's feed, and its twin on the public registry."""
    upstream = {"name": "public npm", "protocol": "npm", "location": f"{acme.npm}/"}
    feed: dict[str, Any] = {"name": "canary", "upstreams": [upstream]}
    await acme.control("feeds", organization="Acme", feed=feed)
    await acme.publish_outside(acme.npm, NAME.spelling, "0.0.1")
    return await acme.feed("canary")


def _canary(acme: Simulated, house: House) -> Canary:
    policy = replace(house.policy, ours=OURS)
    gate = CanaryGate("canary", NAME, house.service, house.book, house.lookup, house.register, policy)
    return Canary(gate, house.service, _publisher(acme), house.register, house.cursors, house.queue, house.clock)


@pytest.mark.parametrize("minutes", [0, 100])
async def test_from_publish_to_protection(
    acme_online: Simulated, minutes: int, caplog: pytest.LogCaptureFixture
) -> None:
    """The whole way, with a switch that follows at once and with one that takes its time; a second day as the first."""
    acme = acme_online
    caplog.set_level(logging.INFO)
    feed = await _feed(acme)
    house = House(clock=acme.clock, service=cast("FakeFeedService", acme.feeds))
    house.npm.put(NAME, TWIN)
    canary = _canary(acme, house)
    for day in (1, 2):
        await house.feed_watcher.poll()
        await house.pump(within=timedelta(seconds=1))
        assert await canary.tick() is Phase.RUNNING
        assert await acme.feeds.get_upstreaming_behavior(feed, NAME) is UpstreamingBehavior.ALLOW_EXTERNAL_VERSIONS
        assert await _proof(acme, feed) is Proof.LEAKS
        await acme.control("settings", propagation_seconds=minutes * 60)
        house.clock.advance(timedelta(minutes=1))
        await house.feed_watcher.poll()
        await house.pump(within=timedelta(minutes=minutes, seconds=30))
        assert await canary.tick() is (Phase.RUNNING if minutes else Phase.REST)
        if minutes:
            await acme.control("clock", advance_seconds=minutes * 60)
            await house.pump(within=timedelta(hours=1))
            assert await canary.tick() is Phase.REST
        assert await _proof(acme, feed) is Proof.HOLDS
        await acme.control("settings", propagation_seconds=0)
        house.clock.advance(timedelta(days=1))
        told = [line for line in caplog.messages if line.startswith("canary protected")]
        assert len(told) == day
    assert len(await _internal(acme, feed, NAME)) == 2


async def _proof(acme: Simulated, feed: Feed) -> Proof:
    package = await acme.feeds.find_package(feed, NAME)
    assert package is not None
    return await acme.feeds.proof(feed, NAME, await acme.feeds.versions(feed, package))
