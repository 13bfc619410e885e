"""What public registries answer, read as an upstream source reads it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from local.simulators.azure_devops.public import RemoteFile, SourceDown, fetch_file, public_versions


def _client(answer: Callable[[httpx.Request], httpx.Response]) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.MockTransport(answer))


def _refused(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


async def test_python_files_that_installers_pass_over_are_passed_over() -> None:
    """Relics and yanked files; addresses may be relative to the page."""
    files: list[dict[str, Any]] = [
        {"filename": "shapes-0.9.egg", "url": "x"},
        {"filename": "shapes-1.0.tar.gz", "url": "x", "yanked": "broken"},
        {"filename": "shapes-1.1.tar.gz", "url": "../files/shapes-1.1.tar.gz", "hashes": {"sha256": "ab"}},
    ]

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/simple/my-shapes/"
        return httpx.Response(200, json={"files": files})

    async with _client(answer) as client:
        found = await public_versions(client, protocol="pypi", location="http://r.example.test/", name="My.Shapes")
    assert [(one.version, one.files[0].url) for one in found] == [
        ("1.1", "http://r.example.test/simple/files/shapes-1.1.tar.gz")
    ]


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
async def test_only_not_found_is_absence(status: int) -> None:
    """Everything else is a source that is down."""
    async with _client(lambda _request: httpx.Response(status)) as client:
        with pytest.raises(SourceDown):
            await public_versions(client, protocol="npm", location="http://r.example.test/", name="x")
    async with _client(lambda _request: httpx.Response(404)) as client:
        assert await public_versions(client, protocol="npm", location="http://r.example.test/", name="x") == []


async def test_a_registry_that_cannot_be_reached_is_down() -> None:
    """For a package's page and for a file."""
    async with _client(_refused) as client:
        with pytest.raises(SourceDown):
            await public_versions(client, protocol="npm", location="http://r.example.test/", name="x")
        with pytest.raises(SourceDown):
            await fetch_file(client, RemoteFile("x.tgz", "http://r.example.test/x.tgz"))


async def test_a_tombstone_has_no_versions() -> None:
    """An unpublished npm package still has a document."""
    tombstone = {"name": "x", "time": {"unpublished": {"name": "someone"}}}
    async with _client(lambda _request: httpx.Response(200, json=tombstone)) as client:
        assert await public_versions(client, protocol="npm", location="http://r.example.test/", name="x") == []


async def test_protocols_without_an_install_side_are_not_asked() -> None:
    """Nothing of theirs is served here."""
    async with _client(_refused) as client:
        assert await public_versions(client, protocol="nuget", location="http://r.example.test/", name="x") == []
