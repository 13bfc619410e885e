"""The list of new crates, followed by the real client."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from local.simulators.cargo_feed import NewCrates, cargo_feed_actions, cargo_feed_app
from local.simulators.faults import Fault
from shared.domain.ecosystems import Ecosystem
from shared.errors import UpstreamError
from tests.adapters.change_feeds.simulated import Followed, Hands, followed


@pytest.fixture
async def cargo() -> AsyncIterator[Followed]:
    """Run a list with some crates on it, and begin to follow it."""
    hands = Hands()
    crates = NewCrates(hands.clock)
    path = "/rss/crates.xml"
    async with followed(cargo_feed_app(crates), cargo_feed_actions(crates), hands, Ecosystem.CARGO, path) as feed:
        feed.tell("generate_crates", count=60, prefix="old-")
        assert (await feed.look(minutes=1)).names == ()
        yield feed


async def test_new_crates_are_told_once(cargo: Followed) -> None:
    """An unchanged list is not sent again."""
    cargo.tell("create", name="acme_billing")
    assert (await cargo.look(minutes=5)).names == ("acme_billing",)
    told = await cargo.look(minutes=5)
    assert (told.names, told.lossy) == ((), "")
    assert [seen.status for seen in cargo.app.faults.requests] == [200, 200, 304]


async def test_an_hour_s_window_loses_nothing(cargo: Followed) -> None:
    """However many crates are created in it."""
    cargo.tell("generate_crates", count=300, prefix="burst-")
    told = await cargo.look(minutes=50)
    assert (len(told.names), told.lossy) == (300, "")


async def test_sleeping_too_long_is_noticed(cargo: Followed) -> None:
    """More than the padding came, and then an hour passed."""
    cargo.tell("generate_crates", count=80, prefix="burst-")
    told = await cargo.look(minutes=61)
    assert told.lossy
    cargo.tell("create", name="new")
    told = await cargo.look(minutes=5)
    assert (told.names, told.lossy) == (("new",), "")


async def test_a_quiet_day_loses_nothing(cargo: Followed) -> None:
    """The padding keeps what we saw in the window; a deleted crate matters not."""
    cargo.tell("delete", name="old-3")
    cargo.tell("create", name="new")
    told = await cargo.look(days=1)
    assert (told.names, told.lossy) == (("new",), "")


@pytest.mark.parametrize("fault", [Fault(status=503), Fault(status=403), Fault(html=True), Fault(cut=True)])
async def test_trouble_moves_nothing(cargo: Followed, fault: Fault) -> None:
    """After it, everything is still told."""
    cargo.tell("create", name="new")
    cargo.app.faults.rules.append(fault.model_copy(update={"times": 1}))
    with pytest.raises(UpstreamError):
        await cargo.look()
    assert (await cargo.look()).names == ("new",)
