"""The Python side of a feed request by request, where the real clients do not show everything."""

from __future__ import annotations

from typing import Any

import pytest

from local.simulators.pypi_protocol import SIMPLE_JSON
from local.simulators.pypi_protocol_archives import build_sdist, build_wheel
from tests.local.simulators.azure_devops.stage import PYPI, SIMULATOR, Stage

_PYPI = "/acme/Payments/_packaging/core/pypi"
_ALLOW: dict[str, Any] = {"project": "Payments", "feed": "core", "behavior": "allowExternalVersions"}


async def test_the_simple_page_in_both_forms(stage: Stage) -> None:
    """HTML for who asks for nothing in particular, JSON on request where the index speaks it at all."""
    stage.world.behavior.pypi_index_speaks_json = True
    await stage.publish_outside(PYPI, "acme-tools", "99.0")
    await stage.control("switch", **_ALLOW, protocol="pypi", name="Acme.Tools")
    html = await stage.get(f"{_PYPI}/simple/Acme.Tools/")
    assert html.headers["content-type"].startswith("text/html")
    assert "acme_tools-99.0-py3-none-any.whl" in html.text
    document = (await stage.get(f"{_PYPI}/simple/acme-tools/", headers={"accept": SIMPLE_JSON})).json()
    assert document["versions"] == ["0.9", "99.0"]
    _, wheel = build_wheel("acme-tools", "99.0")
    file = document["files"][1]
    fetched = await stage.nobody.get(file["url"], auth=("", "pat-owner"))
    assert fetched.content == wheel
    assert (await stage.get(f"{_PYPI}/simple/acme-tools/", headers={"accept": "image/png"})).status_code == 406


@pytest.mark.parametrize("accept", [SIMPLE_JSON, "application/json", "image/png", "*/*"])
@pytest.mark.parametrize("path", ["simple/acme-tools/", "simple/"])
async def test_the_index_is_html_whatever_is_asked_for(stage: Stage, path: str, accept: str) -> None:
    """No document says that a feed's Python index speaks JSON."""
    answer = await stage.get(f"{_PYPI}/{path}", headers={"accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<a href=" in answer.text


async def test_the_simple_index_lists_what_is_held(stage: Stage) -> None:
    """Upstream's names are not on it."""
    await stage.publish_outside(PYPI, "other", "1.0")
    page = await stage.get(f"{_PYPI}/simple/")
    assert "acme-tools" in page.text
    assert "other" not in page.text


_WHEEL, _SDIST = "shapes-1.0-py3-none-any.whl", "shapes-1.0.tar.gz"


async def _publish_two_files(stage: Stage) -> None:
    for name, content in (build_wheel("shapes", "1.0"), build_sdist("shapes", "1.0")):
        files = {"content": (name, content)}
        data = {":action": "file_upload", "name": "shapes", "version": "1.0", "filetype": "any"}
        sent = await stage.upstream.post(f"{PYPI}/legacy/", data=data, files=files, auth=("someone", "x"))
        assert sent.is_success, sent.text


@pytest.mark.parametrize(("each_file", "saved"), [(True, [_WHEEL]), (False, [_WHEEL, _SDIST])])
async def test_a_download_saves_that_file_or_all(stage: Stage, *, each_file: bool, saved: list[str]) -> None:
    """Nobody knows which: that the others are lost to `auto` is the default."""
    await stage.control("settings", python_saves_each_file=each_file)
    await _publish_two_files(stage)
    assert (await stage.get(f"{_PYPI}/download/shapes/1.0/{_WHEEL}")).status_code == 200
    (held,) = stage.feed().held("pypi", "shapes")
    assert sorted(held.files) == saved
    await stage.control(
        "publish", project="Payments", feed="core", protocol="pypi", name="shapes", version="0.1"
    )  # an internal version: from now on, external ones are kept out
    page = await stage.get(f"{_PYPI}/simple/shapes/")
    assert [name for name in (_WHEEL, _SDIST) if name in page.text] == saved
    assert (await stage.get(f"{_PYPI}/download/shapes/1.0/{_SDIST}")).status_code == (404 if each_file else 200)


async def test_a_version_that_is_held_in_part_is_completed(stage: Stage) -> None:
    """File by file, as long as the switch lets it; a reader is served what is held, and saves nothing."""
    await _publish_two_files(stage)
    assert (await stage.get(f"{_PYPI}/download/shapes/1.0/{_WHEEL}")).status_code == 200
    assert _SDIST in (await stage.get(f"{_PYPI}/simple/shapes/")).text
    assert (await stage.get(f"{_PYPI}/download/shapes/1.0/{_WHEEL}", by="reader")).status_code == 200
    refused = await stage.get(f"{_PYPI}/download/shapes/1.0/{_SDIST}", by="reader")
    assert (refused.status_code, "'AddUpstreamPackage'" in refused.json()["message"]) == (403, True)
    for _ in range(2):
        assert (await stage.get(f"{_PYPI}/download/shapes/1.0/{_SDIST}")).status_code == 200
    (held,) = stage.feed().held("pypi", "shapes")
    assert (sorted(held.files), held.internal) == ([_WHEEL, _SDIST], False)
    assert (await stage.core("shapes", protocol="pypi"))["hidden"] == []


@pytest.mark.parametrize(
    "path", ["simple/none/", "download/acme-tools/0.9/other.whl", "download/acme-tools/9.9/acme_tools-9.9.tar.gz"]
)
async def test_what_a_python_feed_does_not_have(stage: Stage, path: str) -> None:
    """Not found."""
    assert (await stage.get(f"{_PYPI}/{path}")).status_code == 404


async def test_an_upload_that_is_none_is_refused(stage: Stage) -> None:
    """And so is another method."""
    data = {":action": "file_upload"}
    answer = await stage.nobody.post(f"{SIMULATOR}{_PYPI}/upload/", data=data, auth=("", "pat-publisher"))
    assert (answer.status_code, answer.json()["typeKey"]) == (400, "InvalidPackageException")
    assert (await stage.get(f"{_PYPI}/upload/")).status_code == 405
