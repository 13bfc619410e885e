"""The simulator as a program."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

import httpx
import pytest

from local.simulators.azure_devops.__main__ import SAMPLE_SEED, new_id, read_arguments, utc_now
from local.simulators.azure_devops.seed import plant, read_seed
from local.simulators.azure_devops.world import World

_PLACES = {"npm": "http://127.0.0.1:1/", "pypi": "http://127.0.0.1:2"}


def test_the_sample_seed_makes_a_world() -> None:
    """Two projects, one named with a space and a non-ASCII letter; an organization-scoped feed; all protocols."""
    world = World(clock=utc_now, new_id=new_id)
    plant(world, read_seed(SAMPLE_SEED, _PLACES))
    (organization,) = world.organizations
    assert [project.name for project in organization.projects] == ["Payments", "Zürich Office"]
    assert [feed.name for feed in organization.feeds if feed.project_id is None] == ["shared"]
    core = next(feed for feed in organization.feeds if feed.name == "core")
    assert {protocol for protocol, _ in core.packages} == {"npm", "pypi", "nuget", "maven", "cargo", "upack"}
    assert [source.location for source in core.sources[:2]] == ["http://127.0.0.1:1/", "http://127.0.0.1:2/"]


def test_ids_are_the_same_in_every_run() -> None:
    """Settings that somebody wrote down stay true."""
    worlds = [World(clock=utc_now, new_id=new_id) for _ in range(2)]
    for world in worlds:
        plant(world, read_seed(SAMPLE_SEED, _PLACES))
    first, second = ([feed.id for feed in world.organizations[0].feeds] for world in worlds)
    assert first == second


def test_a_mistyped_key_in_a_seed_is_an_error(tmp_path: Path) -> None:
    """It would else be a silent default."""
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps({"organizations": [{"name": "acme", "feds": []}]}))
    with pytest.raises(ValueError, match="feds"):
        read_seed(seed, {})


def test_arguments() -> None:
    """Without any, the sample seed on a free port, and registries that nobody reaches."""
    told = read_arguments([])
    assert (told.port, told.seed, told.npm_location) == (0, SAMPLE_SEED, "https://npm.example.test")


@pytest.mark.stack
async def test_it_serves_until_it_is_stopped() -> None:
    """It says where it listens, answers there, and ends cleanly on SIGTERM."""
    command = [
        sys.executable,
        "-m",
        "local.simulators.azure_devops",
        "--port",
        "0",
        "--npm-location",
        "http://127.0.0.1:9",
    ]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        line = (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
        assert line.startswith("listening on http://127.0.0.1:")
        async with httpx.AsyncClient(trust_env=False) as http:
            url = f"{line.split()[-1]}/acme/_apis/packaging/feeds?api-version=7.1"
            answer = await http.get(url, auth=("", "sample-pat-owner"))
        assert answer.json()["count"] == 4
    finally:
        process.send_signal(signal.SIGTERM)
        await process.communicate()
    assert process.returncode == 0
