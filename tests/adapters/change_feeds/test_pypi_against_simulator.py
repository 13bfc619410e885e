"""PyPI's feeds, followed by the real client."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from local.simulators.faults import Fault
from local.simulators.pypi_registry import new_pypi_registry, pypi_registry_app
from local.simulators.pypi_registry_control import pypi_actions
from shared.domain.ecosystems import Ecosystem
from shared.errors import UpstreamError, UpstreamUnavailable
from tests.adapters.change_feeds.simulated import Followed, Hands, followed


@pytest.fixture
async def pypi() -> AsyncIterator[Followed]:
    """Run an index that holds one project already, and begin to follow it."""
    hands = Hands()
    registry = new_pypi_registry(hands.clock)
    app = pypi_registry_app(registry)
    async with followed(app, pypi_actions(registry), hands, Ecosystem.PYPI, "/simple/") as feed:
        feed.tell("publish", name="old", version="1.0")
        assert (await feed.look()).names == ()
        yield feed


async def test_a_new_project_is_told_within_a_minute(pypi: Followed) -> None:
    """By the RSS, which is not sent again while it is unchanged; later once more by the changelog."""
    pypi.tell("publish", name="Acme.Billing", version="99.0")
    assert (await pypi.look(minutes=1)).names == ("Acme.Billing",)
    assert (await pypi.look(minutes=1)).names == ()
    assert [seen.status for seen in pypi.app.faults.asked("/rss/*")] == [200, 200, 304]
    assert (await pypi.look(minutes=3)).names == ("Acme.Billing",)


async def test_what_the_rss_leaves_out_is_in_the_changelog(pypi: Followed) -> None:
    """A project without a release, a further version of an old one, a removal."""
    pypi.tell("create", name="empty")
    pypi.tell("publish", name="old", version="2.0")
    pypi.tell("publish", name="wiped", version="1.0")
    pypi.tell("remove", name="wiped")
    assert (await pypi.look(minutes=1)).names == ()
    told = await pypi.look(minutes=4)
    assert (set(told.names), told.lossy) == ({"empty", "old", "wiped"}, "")


async def test_a_burst_overflows_the_window_and_loses_nothing(pypi: Followed) -> None:
    """The changelog is asked at once, and tells all of them."""
    for number in range(60):
        pypi.tell("publish", name=f"burst-{number}", version="1.0")
    told = await pypi.look(minutes=1)
    assert (set(told.names), told.lossy) == ({f"burst-{number}" for number in range(60)}, "")


@pytest.mark.no_cover  # the smaller tests are measured
async def test_a_long_changelog_comes_page_by_page(pypi: Followed) -> None:
    """At most one call a second, as the index wants it: no call is refused."""
    pypi.tell("generate_journal", count=60_000, prefix="acme-")
    pypi.tell("create", name="last")
    looks = await pypi.look_on(minutes=5)
    names = [name for look in looks for name in look.names]
    assert [len(look.names) for look in looks] == [50_000, 10_001]
    assert names == [*(f"acme-{number}" for number in range(60_000)), "last"]


async def test_counting_anew_is_noticed(pypi: Followed) -> None:
    """The changelog is followed from the new count on."""
    pypi.tell("begin_journal_anew")
    assert (await pypi.look(minutes=5)).lossy
    pypi.tell("publish", name="old", version="3.0")
    told = await pypi.look(minutes=5)
    assert (told.names, told.lossy) == (("old",), "")


async def test_too_many_calls_may_pass(pypi: Followed) -> None:
    """Another client of ours was faster: the position stays, and the next look tells."""
    pypi.tell("limit_calls", seconds=3600)
    with pytest.raises(UpstreamUnavailable) as caught:
        await pypi.look(minutes=5)
    assert caught.value.retry_after is not None
    pypi.tell("limit_calls", seconds=1)
    pypi.tell("publish", name="new", version="1.0")
    assert (await pypi.look()).names == ("new",)


@pytest.mark.parametrize("minutes", [1, 5])
@pytest.mark.parametrize("fault", [Fault(status=503), Fault(status=403), Fault(html=True), Fault(cut=True)])
async def test_trouble_moves_nothing(pypi: Followed, fault: Fault, minutes: int) -> None:
    """After it, everything is still told, by either feed."""
    pypi.tell("publish", name="new", version="1.0")
    pypi.app.faults.rules.append(fault.model_copy(update={"times": 1}))
    with pytest.raises(UpstreamError):
        await pypi.look(minutes=minutes)
    assert (await pypi.look()).names == ("new",)
