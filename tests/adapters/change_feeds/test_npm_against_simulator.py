"""npm's feed, followed by the real client."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from local.simulators.faults import Fault
from local.simulators.npm_registry import new_npm_registry, npm_registry_app
from local.simulators.npm_registry_control import npm_actions
from shared.domain.ecosystems import Ecosystem
from shared.errors import UpstreamError
from tests.adapters.change_feeds.simulated import Followed, Hands, followed


@pytest.fixture
async def npm() -> AsyncIterator[Followed]:
    """Run a registry that holds one package already, and begin to follow it."""
    hands = Hands()
    registry = new_npm_registry(hands.clock)
    app = npm_registry_app(registry)
    async with followed(app, npm_actions(registry), hands, Ecosystem.NPM, "/-/replication/") as feed:
        feed.tell("publish", name="old", version="1.0.0")
        assert (await feed.look()).names == ()
        yield feed


async def test_what_happens_is_told_once(npm: Followed) -> None:
    """Publications, deletions and further versions, in one look; then nothing."""
    npm.tell("publish", name="@acme/ui", version="99.0.0")
    npm.tell("publish", name="old", version="2.0.0")
    npm.tell("publish", name="wiped", version="1.0.0")
    npm.tell("remove", name="wiped")
    assert set((await npm.look()).names) == {"@acme/ui", "old", "wiped"}
    position = npm.position
    told = await npm.look()
    assert (told.names, told.position, told.lossy) == ((), position, "")


async def test_many_changes_come_page_by_page(npm: Followed) -> None:
    """Full pages have more behind them; nothing is missed and nothing told twice."""
    npm.tell("generate_changes", count=25_000, prefix="acme-")
    npm.tell("publish", name="last", version="1.0.0")
    looks = await npm.look_on()
    names = [name for look in looks for name in look.names]
    assert [len(look.names) for look in looks] == [10_000, 10_000, 5_001, 0]
    assert names == [*(f"acme-{number}" for number in range(25_000)), "last"]


async def test_counting_anew_is_noticed(npm: Followed) -> None:
    """The feed is followed from the new count on."""
    npm.tell("begin_anew", at=10)
    told = await npm.look()
    assert told.lossy
    npm.tell("publish", name="new", version="1.0.0")
    told = await npm.look()
    assert (told.names, told.lossy) == (("new",), "")


@pytest.mark.parametrize(
    "fault", [Fault(status=429), Fault(status=503), Fault(status=403), Fault(html=True), Fault(cut=True)]
)
async def test_trouble_moves_nothing(npm: Followed, fault: Fault) -> None:
    """After it, everything is still told."""
    npm.tell("publish", name="new", version="1.0.0")
    npm.app.faults.rules.append(fault.model_copy(update={"times": 1}))
    with pytest.raises(UpstreamError):
        await npm.look()
    assert (await npm.look()).names == ("new",)
