"""The registries' lists, read by the real client from simulators behind real servers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from local.simulators.faults import Fault, FaultyApp
from local.simulators.npm_registry import new_npm_registry, npm_registry_app
from local.simulators.npm_registry_control import npm_actions
from local.simulators.nuget_registry import new_nuget_registry, nuget_registry_app
from local.simulators.nuget_registry_control import nuget_actions
from local.simulators.pypi_registry import new_pypi_registry, pypi_registry_app
from local.simulators.pypi_registry_control import pypi_actions
from local.simulators.server import serving
from local.simulators.server_control import Actions
from shared.adapters.name_lists import ConfiguredList, NameListBook, registry_at
from shared.adapters.outbound.guarded import GuardedClient
from shared.domain.ecosystems import Ecosystem
from shared.domain.public_sources import PublicSource
from shared.errors import UpstreamError
from shared.ports import NameList, NamePage
from tests.adapters.change_feeds.simulated import Hands


@dataclass(frozen=True, slots=True)
class _Listed:
    """A registry that can be told things, and its list."""

    actions: Actions
    app: FaultyApp
    listed: NameList
    hands: Hands

    def tell(self, action: str, **order: Any) -> None:  # noqa: ANN401  # the order's own shape checks it
        """Carry one order out."""
        self.actions[action](order)

    async def read(self, token: str | None = None) -> list[NamePage]:
        """Read the list to its end."""
        return [page async for page in self.listed.pages(token=token)]

    async def names(self, token: str | None = None) -> list[str]:
        """Return all names of a reading."""
        return [name for page in await self.read(token) for name in page.names]

    @property
    def asked(self) -> list[str]:
        """What the registry was asked for, path and query."""
        return [seen.path for seen in self.app.faults.requests]


@asynccontextmanager
async def _listed(app: FaultyApp, actions: Actions, hands: Hands, source: PublicSource) -> AsyncIterator[_Listed]:
    """Serve an app; `source` has the path of its location."""
    async with serving(app) as url:
        client = GuardedClient(user_agent="Feedwarden/0 (+test)", allowed_hosts=[url.removeprefix("http://")])
        npm = ConfiguredList(f"{url}/-/replication", registry_at(url))
        book = NameListBook(client, configured={Ecosystem.NPM: npm}, clock=hands.clock, sleep=hands.pass_by)
        listed = book(PublicSource.at(source.ecosystem, url + source.location))
        assert listed is not None
        try:
            yield _Listed(actions, app, listed, hands)
        finally:
            await client.aclose()


@pytest.fixture
async def npm() -> AsyncIterator[_Listed]:
    """Run an npm registry."""
    hands = Hands()
    registry = new_npm_registry(hands.clock)
    app, actions = npm_registry_app(registry), npm_actions(registry)
    async with _listed(app, actions, hands, PublicSource(Ecosystem.NPM, "")) as world:
        yield world


@pytest.fixture
async def pypi() -> AsyncIterator[_Listed]:
    """Run a Python index."""
    hands = Hands()
    registry = new_pypi_registry(hands.clock)
    app, actions = pypi_registry_app(registry), pypi_actions(registry)
    async with _listed(app, actions, hands, PublicSource(Ecosystem.PYPI, "/simple")) as world:
        yield world


@pytest.fixture
async def nuget() -> AsyncIterator[_Listed]:
    """Run a NuGet registry."""
    hands = Hands()
    registry = new_nuget_registry(hands.clock)
    app, actions = nuget_registry_app(registry), nuget_actions(registry)
    async with _listed(app, actions, hands, PublicSource(Ecosystem.NUGET, "/v3/index.json")) as world:
        yield world


async def test_npm_is_read_page_by_page(npm: _Listed) -> None:
    """Every name once; the request tells the registry nothing but its own names."""
    npm.tell("generate_names", count=25_000, prefix="public-")
    for name in ("@acme/ui", 'we"ird', "zebra"):
        npm.tell("publish", name=name, version="1.0.0")
    pages = await npm.read()
    names = [name for page in pages for name in page.names]
    assert len(names) == len(set(names)) == 25_003
    assert {"@acme/ui", 'we"ird', "zebra"} <= set(names)
    assert [len(page.names) for page in pages] == [10_000, 9_999, 5_004, 0]
    assert await npm.names(pages[1].token) == names[19_999:]
    assert npm.asked[0] == "/-/replication/_all_docs?limit=10000"


async def test_pypi_is_read_while_it_arrives(pypi: _Listed) -> None:
    """Compressed, in pages; the next reading asks whether anything changed."""
    pypi.tell("generate_names", count=30_000, prefix="public-")
    pypi.tell("create", name="Acme.Billing")
    pages = await pypi.read()
    names = [name for page in pages for name in page.names]
    assert len(names) == len(set(names)) == 30_001
    assert names[0] == "Acme.Billing"
    assert len(pages) > 1
    token = pages[-1].token
    assert await pypi.read(token) == [NamePage((), token, last=True)]
    pypi.tell("create", name="acme-ui")
    assert len(await pypi.names(token)) == 30_002
    assert set(pypi.asked) == {"/simple/"}


async def test_nuget_is_read_from_its_catalog(nuget: _Listed) -> None:
    """From the beginning, and then from where the last reading has ended; deleted ids were taken too."""
    nuget.tell("generate_catalog", count=20_000, prefix="Public.")
    nuget.tell("publish", name="Acme.Billing", version="1.0.0")
    nuget.tell("delete", name="Acme.Billing")
    pages = await nuget.read()
    assert len({name for page in pages for name in page.names}) == 20_001
    assert len(pages) == 4
    nuget.tell("publish", name="Acme.UI", version="1.0.0")
    assert await nuget.names(pages[-1].token) == ["Acme.UI"]
    assert [path for path in nuget.asked if path.endswith("index.json")] == [
        "/v3/index.json",
        "/v3/catalog0/index.json",
    ] * 2


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=429),
        Fault(status=503),
        Fault(status=403),
        Fault(html=True),
        Fault(cut=True),
        Fault(cut=True, body='{"meta":{"api-version":"1.0"},"projects":[{"name":"a"}', status=200),
        Fault(oversize_bytes=70 * 1024 * 1024, gzip=True),
    ],
)
async def test_trouble_is_never_a_whole_list(npm: _Listed, pypi: _Listed, nuget: _Listed, fault: Fault) -> None:
    """It is an error, and after it everything is listed."""
    for world in (npm, pypi, nuget):
        world.tell("publish", name="acme-ui", version="1.0.0")
        world.app.faults.rules.append(fault.model_copy(update={"times": 1}))
        with pytest.raises(UpstreamError):
            await world.read()
        assert await world.names() == ["acme-ui"]


async def test_npm_goes_on_behind_its_trouble(npm: _Listed) -> None:
    """With the last page's token nothing is read twice."""
    npm.tell("generate_names", count=15_000, prefix="public-")
    token, got = None, list[str]()
    pages = npm.listed.pages(token=None)
    page = await anext(pages)
    token = page.token
    got += page.names
    npm.app.faults.rules.append(Fault(status=503, times=1))
    with pytest.raises(UpstreamError):
        await anext(pages)
    got += await npm.names(token)
    assert len(got) == len(set(got)) == 15_000


async def test_a_catalog_that_was_built_anew_is_read_again(nuget: _Listed) -> None:
    """From its beginning, though our place is behind its end."""
    nuget.tell("publish", name="Old", version="1.0.0")
    token = (await nuget.read())[-1].token
    nuget.tell("begin_catalog_anew")
    nuget.hands.now = nuget.hands.now.replace(year=2025)
    nuget.tell("publish", name="New", version="1.0.0")
    assert await nuget.names(token) == ["New"]


async def test_a_reader_that_leaves_early_cuts_the_connection(pypi: _Listed) -> None:
    """And the next reading works."""
    pypi.tell("generate_names", count=50_000, prefix="public-")
    pages = pypi.listed.pages(token=None)
    assert len((await anext(pages)).names) >= 10_000
    await pages.aclose()
    assert len(await pypi.names()) == 50_000


def test_a_list_of_many_names_takes_little_memory() -> None:
    """Neither the document nor its names are kept: the peak is a third of what the document has."""
    program = """
import gc, resource, tracemalloc
from shared.adapters.name_lists.project_list import ProjectListReader
tracemalloc.start()
reader = ProjectListReader(token=None, service="x")
reader.feed(b'{"meta":{"api-version":"1.4"},"projects":[{"name":"a"}')
for begin in range(0, 200_000, 1000):
    reader.feed("".join(f',{{"_last-serial":1,"name":"acme-{n}"}}' for n in range(begin, begin + 1000)).encode())
    reader.take()
reader.feed(b"]}")
reader.finish()
print(tracemalloc.get_traced_memory()[1])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 3 * 1024 * 1024
