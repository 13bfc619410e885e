"""Fetching a version from a simulated Azure DevOps, over real HTTP: exactly that version is saved."""

from __future__ import annotations

import logging

import pytest

from local.simulators.pypi_protocol_archives import build_sdist, build_wheel
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import Feed
from shared.domain.names import PackageName
from shared.domain.versions import Origin
from shared.errors import PermissionMissing, UnexpectedAnswer, UpstreamUnavailable
from shared.ports import FetchOutcome
from tests.adapters.azure_devops.simulated import READER_TOKEN, Simulated

_LEDGER = PackageName.of(Ecosystem.NPM, "@acme/ledger")
_TOOLS = PackageName.of(Ecosystem.PYPI, "Acme_Tools.x")


async def _external(acme: Simulated, feed: Feed, name: PackageName) -> set[str]:
    package = await acme.feeds.find_package(feed, name)
    assert package is not None
    return {one.version for one in await acme.feeds.versions(feed, package) if one.origin is Origin.EXTERNAL}


async def _publish_two(acme: Simulated, name: PackageName) -> None:
    registry = acme.npm if name.ecosystem is Ecosystem.NPM else acme.pypi
    for version in ("99.0.0", "99.1.0"):
        await acme.publish_outside(registry, name.spelling, version)


@pytest.mark.parametrize("redirects", [False, True])
@pytest.mark.parametrize("name", [_LEDGER, _TOOLS], ids=str)
async def test_exactly_that_version_is_saved(acme_online: Simulated, name: PackageName, *, redirects: bool) -> None:
    """While the switch is open, through the blob store too; it stays when the switch is closed, the other stays out."""
    await acme_online.control("settings", downloads_redirect=redirects)
    core = await acme_online.feed()
    await _publish_two(acme_online, name)
    assert await acme_online.feeds.fetch_version(core, name, "99.0.0") is FetchOutcome.NOT_OFFERED
    assert await _external(acme_online, core, name) == set()
    await acme_online.feeds.allow_external_versions(core, name)
    assert await acme_online.feeds.fetch_version(core, name, "99.0.0") is FetchOutcome.FETCHED
    assert await _external(acme_online, core, name) == {"99.0.0"}
    await acme_online.feeds.clear_upstreaming_behavior(core, name)
    assert await acme_online.feeds.fetch_version(core, name, "99.0.0") is FetchOutcome.FETCHED
    assert await acme_online.feeds.fetch_version(core, name, "99.1.0") is FetchOutcome.NOT_OFFERED
    assert await _external(acme_online, core, name) == {"99.0.0"}
    assert any(path.startswith("/_blobs/") for path in acme_online.asked()) is redirects


async def test_the_address_of_a_blob_is_not_logged(acme_online: Simulated, caplog: pytest.LogCaptureFixture) -> None:
    """Its signature opens the blob to whoever reads it."""
    core = await acme_online.feed()
    await _publish_two(acme_online, _LEDGER)
    await acme_online.control("settings", downloads_redirect=True)
    await acme_online.feeds.allow_external_versions(core, _LEDGER)
    caplog.set_level(logging.DEBUG)
    assert await acme_online.feeds.fetch_version(core, _LEDGER, "99.0.0") is FetchOutcome.FETCHED
    # The simulators log in this process, too.
    lines = [one.getMessage() for one in caplog.records if one.name.startswith(("shared", "httpx", "aiohttp"))]
    assert any("downloaded through the feed" in line for line in lines)
    assert not any("sig=" in line or "_blobs" in line for line in lines)


@pytest.mark.parametrize("name", [_LEDGER, _TOOLS], ids=str)
async def test_an_opened_switch_takes_its_time(acme_online: Simulated, name: PackageName) -> None:
    """Until then the version is not offered, though the switch reads open."""
    core = await acme_online.feed()
    await _publish_two(acme_online, name)
    await acme_online.control("settings", propagation_seconds=3 * 60 * 60)
    await acme_online.feeds.allow_external_versions(core, name)
    assert await acme_online.feeds.fetch_version(core, name, "99.0.0") is FetchOutcome.NOT_OFFERED
    await acme_online.control("clock", advance_seconds=3 * 60 * 60 + 1)
    assert await acme_online.feeds.fetch_version(core, name, "99.0.0") is FetchOutcome.FETCHED
    assert await _external(acme_online, core, name) == {"99.0.0"}


@pytest.mark.parametrize("each_file", [False, True])
async def test_all_files_of_a_python_version_are_saved(acme_online: Simulated, *, each_file: bool) -> None:
    """Whether one download saves one file or all of them."""
    await acme_online.control("settings", python_saves_each_file=each_file)
    core = await acme_online.feed()
    for version in ("99.0", "99.1"):
        for file in (build_wheel("acme-tools-x", version), build_sdist("acme-tools-x", version)):
            data = {":action": "file_upload", "name": "acme-tools-x", "version": version, "filetype": "any"}
            url, content = f"{acme_online.pypi}/legacy/", {"content": file}
            sent = await acme_online.http.post(url, data=data, files=content, auth=("someone", "x"))
            assert sent.is_success, sent.text
    await acme_online.feeds.allow_external_versions(core, _TOOLS)
    assert await acme_online.feeds.fetch_version(core, _TOOLS, "99.0.0") is FetchOutcome.FETCHED
    await acme_online.feeds.clear_upstreaming_behavior(core, _TOOLS)
    told = next(one for one in acme_online.world.organizations[0].feeds if one.name == "core")
    (saved,) = [held for held in told.held("pypi", "acme-tools-x") if not held.internal]
    assert (saved.version, len(saved.files)) == ("99.0", 2)


@pytest.mark.parametrize("name", [_LEDGER, _TOOLS], ids=str)
async def test_a_reader_saves_nothing(acme_online: Simulated, name: PackageName) -> None:
    """And is told which permission is missing."""
    core = await acme_online.feed()
    await _publish_two(acme_online, name)
    await acme_online.feeds.allow_external_versions(core, name)
    with pytest.raises(PermissionMissing, match="AddUpstreamPackage"):
        await acme_online.client(READER_TOKEN).fetch_version(core, name, "99.0.0")
    assert await _external(acme_online, core, name) == set()


async def test_a_collaborator_may_save(acme_online: Simulated) -> None:
    """The weakest role that can."""
    core = await acme_online.feed()
    await _publish_two(acme_online, _LEDGER)
    await acme_online.feeds.allow_external_versions(core, _LEDGER)
    await acme_online.in_core("role", identity="Reader", role="collaborator")
    collaborator = acme_online.client(READER_TOKEN)
    assert await collaborator.fetch_version(core, _LEDGER, "99.0.0") is FetchOutcome.FETCHED
    assert await _external(acme_online, core, _LEDGER) == {"99.0.0"}


async def test_trouble_between_index_and_file(acme_online: Simulated) -> None:
    """A registry that is down, an oversized answer of the index, a cut file: errors, and nothing is saved."""
    core = await acme_online.feed()
    await _publish_two(acme_online, _LEDGER)
    await acme_online.feeds.allow_external_versions(core, _LEDGER)
    for path, fault, kind in (
        ("*.tgz", {"status": 503}, UpstreamUnavailable),
        ("*.tgz", {"cut": True}, UpstreamUnavailable),
        ("*ledger", {"oversize_bytes": 17 * 1024 * 1024, "gzip": True}, UnexpectedAnswer),
    ):
        await acme_online.control("faults", path=path, **fault)
        with pytest.raises(kind):
            await acme_online.feeds.fetch_version(core, _LEDGER, "99.0.0")
        await acme_online.http.delete(f"{acme_online.url}/_control/faults")
    assert await _external(acme_online, core, _LEDGER) == set()


async def test_a_package_that_nobody_has_is_not_offered(acme_online: Simulated) -> None:
    """Neither the feed nor its upstream sources."""
    core = await acme_online.feed()
    for name in (PackageName.of(Ecosystem.NPM, "nobody"), PackageName.of(Ecosystem.PYPI, "nobody")):
        assert await acme_online.feeds.fetch_version(core, name, "1.0.0") is FetchOutcome.NOT_OFFERED
