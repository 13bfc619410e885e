"""Outbound speed: name checks a second, against a bare aiohttp loop and against a sequential checker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from benchmarks.figures import Figure, Goal, at_least
from benchmarks.processes import run_program, serving
from shared.adapters.outbound.guarded import Bounds


def measure(names: int = 1_000, *, few: int = 100, rounds: int = 5) -> list[Figure]:
    """Let all contestants run in turn, in one process, against a server in another."""
    with serving("benchmarks.programs.registry_server") as url:
        return figures(run_program("outbound", url=url, names=names, few=few, rounds=rounds))


def figures(speeds: Mapping[str, Sequence[float]]) -> list[Figure]:
    """Compare medians; ratios are medians of rounds, in which both had the same machine."""
    at_once = Bounds().concurrency
    bare = f"a bare aiohttp loop, {at_once} at once too"
    one = "one after another over a kept connection, at 20 ms"
    deployed = f"name checks, {at_once} at once"
    return [
        _figure(speeds, ("ours", "bare"), deployed, bare, at_least(0.7)),
        _figure(speeds, ("ours_slow", "sequential"), f"{deployed}, at 20 ms latency", one, at_least(20)),
        _figure(speeds, ("ours_slow_doubled", "sequential"), f"the same, {2 * at_once} at once", one, None),
    ]


def _figure(
    speeds: Mapping[str, Sequence[float]], pair: tuple[str, str], name: str, against: str, goal: Goal | None
) -> Figure:
    ours, theirs = (speeds[title] for title in pair)
    ratio = median(mine / other for mine, other in zip(ours, theirs, strict=True))
    return Figure(name=name, value=median(ours), unit="names/s", against=against, ratio=ratio, goal=goal)
