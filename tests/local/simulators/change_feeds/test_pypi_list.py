"""Tests of the simulated Python index's list of all projects."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest

from local.simulators.pypi_protocol import SIMPLE_JSON
from local.simulators.pypi_registry import new_pypi_registry, pypi_registry_app
from tests.local.simulators.registries.told import Told, told

_JSON: Final = {"accept": SIMPLE_JSON}


@pytest.fixture
async def pypi() -> AsyncIterator[Told]:
    """Set up an empty index."""
    async with told(lambda clock: pypi_registry_app(new_pypi_registry(clock))) as world:
        yield world


async def _list(pypi: Told, **headers: str) -> httpx.Response:
    return await pypi.http.get("/simple/", headers={**_JSON, **headers})


async def _names(pypi: Told) -> list[str]:
    document: dict[str, Any] = (await _list(pypi)).json()
    return [project["name"] for project in document["projects"]]


async def test_the_list_tells_names_and_serials(pypi: Told) -> None:
    """In their own spelling, in the order of the normalized names; the newest serial is that of the journal."""
    await pypi.tell("publish", name="b", version="1.0")
    await pypi.tell("publish", name="Acme.Billing", version="1.0")
    answer = await _list(pypi)
    document = answer.json()
    assert answer.headers["content-type"] == SIMPLE_JSON
    assert document["meta"]["api-version"].startswith("1.")
    serials = [project["_last-serial"] for project in document["projects"]]
    assert [project["name"] for project in document["projects"]] == ["Acme.Billing", "b"]
    assert max(serials) == serials[0] == document["meta"]["_last-serial"] == int(answer.headers["x-pypi-last-serial"])


async def test_what_is_on_the_list(pypi: Told) -> None:
    """Projects without a release and archived ones are; those in quarantine and removed ones are not."""
    for name in ("archived", "held", "gone"):
        await pypi.tell("publish", name=name, version="1.0")
    await pypi.tell("create", name="empty")
    await pypi.tell("archive", name="archived")
    await pypi.tell("quarantine", name="held")
    await pypi.tell("remove", name="gone")
    assert await _names(pypi) == ["archived", "empty"]
    await pypi.tell("reactivate", name="held")
    assert "held" in await _names(pypi)


async def test_an_unchanged_list_is_not_sent_again(pypi: Told) -> None:
    """The tag changes with every change, and after the journal was begun anew."""
    await pypi.tell("publish", name="a", version="1.0")
    tags = [(await _list(pypi)).headers["etag"]]
    assert (await _list(pypi, **{"if-none-match": tags[0]})).status_code == 304
    for action, order in (("create", {"name": "b"}), ("quarantine", {"name": "a"}), ("generate_names", {"count": 1})):
        await pypi.tell(action, **order)
        answer = await _list(pypi, **{"if-none-match": tags[-1]})
        assert answer.status_code == 200
        tags.append(answer.headers["etag"])
    await pypi.tell("begin_journal_anew")
    tags.append((await _list(pypi)).headers["etag"])
    assert len(set(tags)) == 5


async def test_the_edge_may_keep_the_list(pypi: Told) -> None:
    """For as long as it is told; by default it does not."""
    await pypi.tell("create", name="a")
    assert await _names(pypi) == ["a"]
    await pypi.tell("keep_list", seconds=1800)
    await pypi.tell("create", name="b")
    assert await _names(pypi) == ["a"]
    pypi.now += timedelta(seconds=1799)
    await pypi.tell("create", name="c")
    assert await _names(pypi) == ["a"]
    assert (await pypi.http.get("/simple/c/", headers=_JSON)).status_code == 200
    pypi.now += timedelta(seconds=1)
    assert await _names(pypi) == ["a", "b", "c"]


async def test_names_are_generated_cheaply(pypi: Told) -> None:
    """They are on the list alone, between those that were published, and nothing is written in the journal."""
    await pypi.tell("create", name="Acme_0000001")
    await pypi.tell("create", name="acme-0000001x")
    assert await pypi.tell("generate_names", count=100_000, prefix="acme_") == 204
    names = await _names(pypi)
    assert len(names) == 100_001
    assert names[:4] == ["acme-0000000", "Acme_0000001", "acme-0000001x", "acme-0000002"]
    assert (await _list(pypi)).json()["meta"]["_last-serial"] == 2


async def test_as_html_it_is_the_newest_always(pypi: Told) -> None:
    """And it has no generated names."""
    await pypi.tell("keep_list", seconds=1800)
    await pypi.tell("generate_names", count=5)
    await _list(pypi)
    await pypi.tell("create", name="a")
    page = await pypi.http.get("/simple/", headers={"accept": "text/html"})
    assert page.text.count("<a href=") == 1
