"""NuGet's catalog, followed by the real client."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from local.simulators.faults import Fault
from local.simulators.nuget_catalog import nuget_catalog_actions, nuget_catalog_app
from local.simulators.nuget_catalog_pages import Catalog
from shared.domain.ecosystems import Ecosystem
from shared.errors import UpstreamError
from tests.adapters.change_feeds.simulated import Followed, Hands, followed


@pytest.fixture
async def nuget() -> AsyncIterator[Followed]:
    """Run a catalog with some history, and begin to follow it."""
    hands = Hands()
    catalog = Catalog(hands.clock)
    actions = nuget_catalog_actions(catalog)
    async with followed(nuget_catalog_app(catalog), actions, hands, Ecosystem.NUGET, "/v3/index.json") as feed:
        feed.tell("generate_catalog", count=1000, prefix="Old.")
        assert (await feed.look()).names == ()
        yield feed


def _commit(feed: Followed, *ids: str, on_index: bool = True) -> None:
    feed.tell("commit", events=[{"id": name} for name in ids], on_index=on_index)


async def test_what_happens_is_told_once(nuget: Followed) -> None:
    """Publications and deletions, of the newest page only; what is unchanged is not sent again."""
    _commit(nuget, "Acme.Billing", "acme.tools")
    nuget.tell("commit", events=[{"id": "Gone", "deleted": True}])
    assert set((await nuget.look()).names) == {"Acme.Billing", "acme.tools", "Gone"}
    told = await nuget.look()
    assert (told.names, told.lossy) == ((), "")
    assert [seen.path for seen in nuget.app.faults.asked("*page*")] == ["/v3/catalog0/page1.json"]
    assert {seen.status for seen in nuget.app.faults.requests[-2:]} == {304}


@pytest.mark.parametrize("a_commit", [1, 20, 700])
async def test_many_events_come_page_by_page(nuget: Followed, a_commit: int) -> None:
    """Wherever pages end inside a commit, and even where a commit is longer than a page: nothing is missed."""
    nuget.tell("generate_catalog", count=15_000, prefix="Acme.", a_commit=a_commit)
    _commit(nuget, "Last")
    looks = await nuget.look_on()
    names = [name for look in looks for name in look.names]
    assert len(looks) > 2
    assert (len(names), set(names)) == (15_001, {"Last", *(f"Acme.{number}" for number in range(15_000))})


async def test_a_commit_that_is_being_written(nuget: Followed) -> None:
    """Its pages are there before the index shows it: all of it is told once it does."""
    _commit(nuget, "First")
    ids = [f"Half.{number}" for number in range(600)]
    _commit(nuget, *ids, on_index=False)
    assert (await nuget.look()).names == ("First",)
    _commit(nuget, "After")
    assert set((await nuget.look()).names) == {*ids, "After"}


async def test_a_catalog_built_anew_is_noticed(nuget: Followed) -> None:
    """It is followed from its end on."""
    nuget.tell("begin_catalog_anew")
    assert (await nuget.look()).lossy
    _commit(nuget, "New")
    told = await nuget.look()
    assert (told.names, told.lossy) == (("New",), "")


@pytest.mark.parametrize("path", ["/v3/index.json", "*/index.json", "*/page1.json"])
@pytest.mark.parametrize("fault", [Fault(status=503), Fault(status=403), Fault(html=True), Fault(cut=True)])
async def test_trouble_moves_nothing(nuget: Followed, fault: Fault, path: str) -> None:
    """After it, everything is still told."""
    _commit(nuget, "New")
    nuget.app.faults.rules.append(fault.model_copy(update={"times": 1, "path": path}))
    with pytest.raises(UpstreamError):
        await nuget.look()
    assert (await nuget.look()).names == ("New",)
