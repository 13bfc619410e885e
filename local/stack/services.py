"""`python -m local.stack.services [--seed FILE]`: all simulated services, until told to stop.

One process serves them: one a service would spend longer on loading the same libraries than on all its answers.
When all are ready, it prints one line, `serving {…}`, with their addresses as JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Final

from starlette.types import ASGIApp

from local.simulators.azure_devops.__main__ import SAMPLE_SEED, new_id, utc_now
from local.simulators.azure_devops.app import build_app
from local.simulators.azure_devops.seed import plant, read_seed
from local.simulators.azure_devops.world import World
from local.simulators.cargo_registry import cargo_registry_app, new_cargo_registry
from local.simulators.mail_sink import mail_app, new_sink
from local.simulators.mail_sink_server import serving_mail
from local.simulators.maven_registry import maven_registry_app, new_maven_registry
from local.simulators.npm_registry import new_npm_registry, npm_registry_app
from local.simulators.nuget_registry import new_nuget_registry, nuget_registry_app
from local.simulators.pypi_registry import new_pypi_registry, pypi_registry_app
from local.simulators.server import HOST, serving, stop_signal
from local.simulators.teams_flow import WEBHOOK, flow_app, new_flow
from local.stack.addresses import Addresses

# Where the sample seed's upstream sources expect a registry below its address.
_PATHS: Final = {"maven": "/maven2"}


async def _start(running: AsyncExitStack, seed: Path) -> Addresses:
    """Serve everything for as long as the stack is open."""

    async def serve(app: ASGIApp) -> str:
        return await running.enter_async_context(serving(app))

    registries = {
        "npm": await serve(npm_registry_app(new_npm_registry(utc_now))),
        "pypi": await serve(pypi_registry_app(new_pypi_registry(utc_now))),
        "nuget": await serve(nuget_registry_app(new_nuget_registry(utc_now))),
        "maven": await serve(maven_registry_app(new_maven_registry(utc_now))),
        "cargo": await serve(cargo_registry_app(new_cargo_registry(utc_now))),
    }
    world = World(clock=utc_now, new_id=new_id)
    plant(world, read_seed(seed, {name: url + _PATHS.get(name, "") for name, url in registries.items()}))
    sink = new_sink(utc_now)
    smtp_port = await running.enter_async_context(serving_mail(sink))
    teams = await serve(flow_app(new_flow()))
    return Addresses(
        registries=registries,
        feeds=await serve(build_app(world)),
        mail=await serve(mail_app(sink)),
        smtp=f"smtp://{HOST}:{smtp_port}",
        teams=teams,
        webhook=f"{teams}{WEBHOOK}",
    )


async def _run(seed: Path) -> None:
    stop = stop_signal()
    async with AsyncExitStack() as running:
        addresses = await _start(running, seed)
        print(f"serving {json.dumps(asdict(addresses))}", flush=True)
        await stop.wait()


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m local.stack.services", description=__doc__)
    parser.add_argument("--seed", type=Path, default=SAMPLE_SEED, help="what is in the simulated organization")
    asyncio.run(_run(parser.parse_args(arguments).seed))


if __name__ == "__main__":
    main()
