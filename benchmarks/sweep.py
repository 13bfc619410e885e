"""Sweep: calls of Azure DevOps for a feed of n packages with c collisions, and memory."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any, Final

from benchmarks.figures import Figure, at_most
from benchmarks.processes import NotMeasured, run_program, serving, tell

_PAT: Final = "sample-pat-feedwarden"  # plainly a sample
_PAGE: Final = 1_000


def budget(packages: int, collisions: int) -> float:
    """Return how many calls a sweep may cost."""
    return packages / _PAGE + 3 * collisions + 10


def measure(packages: int = 2_000, *, collisions: int = 50, small: int = 10_000, large: int = 100_000) -> list[Figure]:
    """Sweep a feed with collisions twice, a small and a large feed without any once."""
    collided = _sweep(packages, collisions, sweeps=2)
    if collided["protected"] != collisions:
        raise NotMeasured(f"of {collisions} collisions {collided['protected']} are protected")
    plain, many = _sweep(small, 0, sweeps=1), _sweep(large, 0, sweeps=1)
    first, second = (len(calls) for calls in collided["asked"])
    found = f"sweep of {packages:,} packages, {collisions} collisions"
    return [
        _calls(f"{found}, all found and enforced", first, packages, collisions),
        _calls(f"{found}, nothing changed since", second, packages, collisions),
        _calls(f"sweep of {large:,} packages, no collision", len(many["asked"][0]), large, 0),
        Figure(name=f"sweep of {large:,} packages: peak memory", value=many["peak_mib"], unit="MiB", goal=at_most(256)),
        Figure(
            name=f"sweep of {large:,} packages: how memory grows",
            value=many["peak_mib"],
            unit="MiB",
            against=f"a sweep of {small:,} packages",
            ratio=many["peak_mib"] / plain["peak_mib"],
            goal=at_most(1.1),
        ),
    ]


def _calls(name: str, calls: int, packages: int, collisions: int) -> Figure:
    allowed = budget(packages, collisions)
    against = f"{packages:,}/1000 + 3 · {collisions} + 10"
    return Figure(
        name=f"{name}: calls", value=calls, unit="calls", against=against, ratio=calls / allowed, goal=at_most(1.0)
    )


def _sweep(packages: int, collisions: int, *, sweeps: int) -> dict[str, Any]:
    """Sweep in a process of its own, against simulators in theirs."""
    with serving("local.simulators.npm_registry") as npm_url, tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for number in range(collisions):
            tell(npm_url, "publish", name=f"acme-{number}", version="99.0.0")
        seed = Path(folder) / "seed.yaml"
        seed.write_text(json.dumps(seed_of(packages, collisions)), encoding="utf-8")  # YAML reads JSON
        arguments = ["--seed", str(seed), "--npm-location", npm_url]
        with serving("local.simulators.azure_devops", *arguments) as feeds_url:
            order = {"packages": packages, "collisions": collisions, "sweeps": sweeps}
            return run_program("sweep", feeds_url=feeds_url, npm_url=npm_url, **order)


def seed_of(packages: int, collisions: int) -> dict[str, Any]:
    """Return an organization with one feed of npm packages; the switches of the first of them are open."""
    switch = {"protocol": "npm", "behavior": "allowExternalVersions"}
    feed = {
        "name": "core",
        "upstreams": [{"name": "npm", "protocol": "npm", "location": "{npm}"}],
        "generate": [{"protocol": "npm", "count": packages, "pattern": "acme-{number}"}],
        "switches": [{**switch, "name": f"acme-{number}"} for number in range(collisions)],
    }
    guard = {"name": "Feedwarden", "kind": "service", "pats": [_PAT], "artifacts_administrator": True}
    return {"organizations": [{"name": "acme", "identities": [guard], "feeds": [feed]}]}
