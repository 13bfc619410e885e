"""A long change feed: rows a second and memory, against merely downloading and parsing it."""

from __future__ import annotations

from typing import Any

from benchmarks.figures import Figure
from benchmarks.processes import run_program, serving


def measure(rows: int = 1_000_000, *, internal: int = 100_000) -> list[Figure]:
    """Read the rows bare, then with the watcher, then a tenth of them with the watcher, to compare memory."""
    with serving("local.simulators.npm_changes") as url:
        bare = _read(url, "bare", rows=rows, internal=internal)
        watcher = _read(url, "watcher", rows=rows, internal=internal)
        few = _read(url, "watcher", rows=rows // 10, internal=internal)
    return figures(rows, bare=bare, watcher=watcher, few=few)


def figures(rows: int, *, bare: dict[str, Any], watcher: dict[str, Any], few: dict[str, Any]) -> list[Figure]:
    """Compare the three readings."""
    bare_speed, speed = rows / bare["seconds"], rows / watcher["seconds"]
    name = f"change feed of {rows:,} rows"
    return [
        Figure(name=f"{name}: downloaded and parsed only", value=bare_speed, unit="rows/s"),
        Figure(
            name=f"{name}: watched",
            value=speed,
            unit="rows/s",
            against="downloading and parsing only",
            ratio=speed / bare_speed,
        ),
        Figure(
            name=f"{name}: peak memory",
            value=watcher["peak_mib"],
            unit="MiB",
            against="the same with a tenth of the rows",
            ratio=watcher["peak_mib"] / few["peak_mib"],
        ),
    ]


def _read(url: str, mode: str, *, rows: int, internal: int) -> dict[str, Any]:
    return run_program("change_feed", mode=mode, url=url, rows=rows, internal=internal)
