"""`python -m benchmarks [NAME ...]`: measure, and print one table. A missed goal is a figure, not a failure."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Final

import httpx
from rich.console import Console

from benchmarks.figures import Figure
from benchmarks.table import table_of
from shared.errors import FeedwardenError

NAMES: Final = (
    "cold_start",
    "outbound",
    "watch_cost",
    "change_feed",
    "sweep",
    "names_at_rest",
    "intake",
    "detection",
)
"""The measurements, in their order; each is a module whose `measure()` returns its figures."""

_WIDTH: Final = 150

type Measure = Callable[[], Sequence[Figure]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run measurements; answer 1 where one of them could not be made."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; none = all")
    wanted = parser.parse_args(arguments).names
    if unknown := set(wanted) - set(NAMES):
        parser.error(f"no such measurement: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    chosen = {name: import_module(f"benchmarks.{name}").measure for name in NAMES if not wanted or name in wanted}
    # A log file is as wide as the table needs.
    width = None if sys.stdout.isatty() else _WIDTH
    return run(chosen, Console(stderr=True), Console(width=width))


def run(measures: Mapping[str, Measure], progress: Console, out: Console) -> int:
    """Make one measurement after the other; one's trouble is not another's."""
    figures: list[Figure] = []
    failed = 0
    for name, measure in measures.items():
        began = time.monotonic()
        progress.print(f"{name} …", highlight=False)
        try:
            figures += measure()
        except (FeedwardenError, httpx.HTTPError, OSError) as error:
            failed += 1
            progress.print(f"{name} could not be measured: {error}", style="red", markup=False, highlight=False)
        progress.print(f"{name}: {time.monotonic() - began:.0f} s", highlight=False)
    out.print(table_of(figures))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
