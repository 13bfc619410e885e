"""Two feeds of one organization: what is internal in one comes from outside in the other, until somebody mends it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from local.clients import PipClient
from local.demo.stage import DEVELOPER, FEED, PROJECT, Stage
from local.demo.waiting import until
from local.stack import ORGANIZATION, Stack
from shared.adapters.register import Storage, StorageAddress, TableRegister
from shared.bootstrap import new_id
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName

pytestmark = pytest.mark.stack

SOON = timedelta(seconds=50)
NAME = PackageName.of(Ecosystem.PYPI, "contoso-tariffs")
# Pulls from the public registry of Python packages, and not from the feed that holds ours.
OTHER = "shared"


@pytest.fixture(scope="module")
def open_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Run the stack with its watches, which read what names are public."""
    with Stack({"SWEEP_SCHEDULE": "0 0 3 1 1 *"}) as stack:
        yield Stage(stack, tmp_path_factory.mktemp("clients"))


def pip_of_other(stage: Stage) -> PipClient:
    """Return a pip that is configured for the other feed."""
    address = f"{stage.stack.feeds_url}/{ORGANIZATION}/_packaging/{OTHER}/pypi"
    folder = stage.folder / "pip-other"
    folder.mkdir(exist_ok=True)
    return PipClient(folder, f"{address}/simple/", f"{address}/upload/", token=DEVELOPER)


def control(stage: Stage, what: str, body: dict[str, object]) -> None:
    """Change the simulated organization."""
    address = f"{stage.stack.feeds_url}/_control/{what}"
    httpx.post(address, json=body, trust_env=False, timeout=30).raise_for_status()


def told(stage: Stage) -> str:
    """Return verdict, reason and note of the case in the other feed."""

    async def read() -> str:
        storage = Storage(StorageAddress(connection=stage.stack.connection_string))
        try:
            async for case in TableRegister(storage, new_id=new_id).cases():
                if case.name == NAME and case.feed_title == OTHER:
                    return f"{case.protection}, {case.state}: {', '.join(case.reasons)}; {case.note}"
        finally:
            await storage.close()
        return "no case"

    return asyncio.run(read())


def becomes(stage: Stage, wanted: str) -> str:
    """Wait until the other feed's case tells something; return what it tells at the end."""
    until(lambda: wanted in told(stage), within=SOON)
    return told(stage)


def test_what_is_internal_in_another_feed_is_found_and_mended(open_stage: Stage) -> None:
    """Real pip gets the attacker's package; the check says why and what helps; then pip gets ours."""
    stage = open_stage
    stage.publishes_quietly(NAME, "1.0.0")
    stage.attacker_publishes(NAME, "99.0.0")
    assert pip_of_other(stage).install(NAME.spelling) == "99.0.0"
    # All that is told is a publish to the feed that holds ours: the other feed is found by itself.
    assert stage.publish_job(NAME, "1.0.0") == 202
    seen = becomes(stage, "exposed, exposed: internal-elsewhere")
    assert f"internal in {PROJECT}/{FEED}: add that feed" in seen
    source = {"name": "core@Local", "protocol": "pypi", "kind": "internal", "project": PROJECT, "feed": FEED}
    control(stage, "upstream", {"feed": OTHER, "source": source})
    control(stage, "delete", {"feed": OTHER, "protocol": "pypi", "name": NAME.spelling, "version": "99.0.0"})
    # A pipeline of that project finishes: the organization's feeds are looked at too.
    assert stage.service_hook() == 202
    assert "not-at-risk, closed" in becomes(stage, "not-at-risk, closed")
    assert pip_of_other(stage).install(NAME.spelling) == "1.0.0"
