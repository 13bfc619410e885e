"""Tests of the simulated NuGet catalog."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, Final

import httpx
import pytest

from local.simulators.nuget_catalog import nuget_catalog_app
from local.simulators.nuget_catalog_pages import Catalog

_NOW: Final = datetime(2026, 8, 1, 10, 0, 0, 500_000, tzinfo=UTC)
_ROOT: Final = "http://nuget.example.test/v3/catalog0"


@pytest.fixture
async def nuget() -> AsyncIterator[httpx.AsyncClient]:
    """Set up an empty catalog."""
    transport = httpx.ASGITransport(app=nuget_catalog_app(Catalog(lambda: _NOW)))
    async with httpx.AsyncClient(transport=transport, base_url="http://nuget.example.test") as http:
        yield http


async def _tell(http: httpx.AsyncClient, action: str, **order: Any) -> None:  # noqa: ANN401  # the order's shape checks
    assert (await http.post(f"/_control/{action}", json=order)).status_code == 204


async def _get(http: httpx.AsyncClient, path: str) -> dict[str, Any]:
    document: dict[str, Any] = (await http.get(path)).json()
    return document


async def test_the_service_index_names_the_catalog(nuget: httpx.AsyncClient) -> None:
    """An empty one has an index without pages."""
    resources = (await _get(nuget, "/v3/index.json"))["resources"]
    assert resources == [{"@id": f"{_ROOT}/index.json", "@type": "Catalog/3.0.0"}]
    assert (await _get(nuget, resources[0]["@id"]))["items"] == []
    assert (await nuget.get(f"{_ROOT}/page0.json")).status_code == 404


async def test_items_of_a_commit_share_a_timestamp(nuget: httpx.AsyncClient) -> None:
    """No two commits do, even at one moment; zeros at the end are left out, and the order is no order."""
    await _tell(nuget, "commit", events=[{"id": "A"}, {"id": "B", "version": "2.0.0"}])
    await _tell(nuget, "commit", events=[{"id": "A", "deleted": True}])
    page = await _get(nuget, f"{_ROOT}/page0.json")
    items = [(item["nuget:id"], item["@type"], item["commitTimeStamp"]) for item in page["items"]]
    assert items == [
        ("A", "nuget:PackageDelete", "2026-08-01T10:00:00.5000001Z"),
        ("B", "nuget:PackageDetails", "2026-08-01T10:00:00.5Z"),
        ("A", "nuget:PackageDetails", "2026-08-01T10:00:00.5Z"),
    ]
    assert page["items"][1]["@id"] == f"{_ROOT}/data/2026.08.01.10.00.00/b.2.0.0.json"
    assert (page["parent"], page["count"], page["@id"]) == (f"{_ROOT}/index.json", 3, f"{_ROOT}/page0.json")


async def test_pages_have_550_items(nuget: httpx.AsyncClient) -> None:
    """A commit may lie on both sides of a page's end; a million events cost nothing."""
    await _tell(nuget, "generate_catalog", count=0)
    await _tell(nuget, "generate_catalog", count=1_000_000, prefix="Acme.")
    index = await _get(nuget, f"{_ROOT}/index.json")
    assert (index["count"], index["items"][0]["count"], index["items"][-1]["count"]) == (1819, 550, 100)
    first, second = [await _get(nuget, item["@id"]) for item in index["items"][:2]]
    assert first["items"][0]["nuget:id"] == "Acme.549"
    assert first["items"][0]["commitTimeStamp"] == second["items"][-1]["commitTimeStamp"]
    assert index["commitTimeStamp"] == index["items"][-1]["commitTimeStamp"]


async def test_a_whole_second_has_no_fraction() -> None:
    """As .NET writes it."""
    catalog = Catalog(lambda: datetime(2026, 8, 1, 10, tzinfo=UTC))
    catalog.generate(1, prefix="A", a_commit=1)
    assert catalog.shown_pages() == [("2026-08-01T10:00:00Z", 1)]


async def test_pages_come_before_the_index(nuget: httpx.AsyncClient) -> None:
    """A commit that is being written is on its page only."""
    await _tell(nuget, "commit", events=[{"id": "A"}])
    await _tell(nuget, "commit", events=[{"id": "B"}], on_index=False)
    assert (await _get(nuget, f"{_ROOT}/index.json"))["items"][0]["count"] == 1
    assert (await _get(nuget, f"{_ROOT}/page0.json"))["count"] == 2
    await _tell(nuget, "commit", events=[{"id": "C"}])
    assert (await _get(nuget, f"{_ROOT}/index.json"))["items"][0]["count"] == 3
    await _tell(nuget, "begin_catalog_anew")
    assert (await _get(nuget, f"{_ROOT}/index.json"))["items"] == []


async def test_an_unchanged_document_is_not_sent_again(nuget: httpx.AsyncClient) -> None:
    """The index and the pages have tags."""
    await _tell(nuget, "commit", events=[{"id": "A"}])
    for name in ("index", "page0"):
        answer = await nuget.get(f"{_ROOT}/{name}.json")
        known = {"if-none-match": answer.headers["etag"]}
        assert (await nuget.get(f"{_ROOT}/{name}.json", headers=known)).status_code == 304
