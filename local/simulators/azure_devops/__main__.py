"""Start the simulator: `python -m local.simulators.azure_devops --port 0 --seed FILE`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from local.simulators.azure_devops.app import build_app
from local.simulators.azure_devops.seed import plant, read_seed
from local.simulators.azure_devops.world import World
from local.simulators.server import run

SAMPLE_SEED = Path(__file__).with_name("seed.yaml")
_PLACEHOLDERS = ("npm", "pypi", "nuget", "maven", "cargo")


def utc_now() -> datetime:
    """Return the machine's time."""
    return datetime.now(UTC)


def new_id() -> str:
    """Return a fresh GUID."""
    return str(uuid4())


def read_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m local.simulators.azure_devops", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 = a free one; it is printed")
    parser.add_argument(
        "--seed", type=Path, default=SAMPLE_SEED, help="YAML or JSON; docs/simulators.md tells its form"
    )
    for name in _PLACEHOLDERS:
        default = f"https://{name}.example.test"
        parser.add_argument(f"--{name}-location", default=default, help=f"what {{{name}}} in the seed stands for")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve the seeded world until the process is told to stop."""
    told = read_arguments(arguments)
    locations = {name: getattr(told, f"{name}_location") for name in _PLACEHOLDERS}
    world = World(clock=utc_now, new_id=new_id)
    plant(world, read_seed(told.seed, locations))
    run(build_app(world), told.port)


if __name__ == "__main__":
    main()
