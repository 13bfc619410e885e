"""Cold start: importing the app, against importing only the platform's own packages."""

from __future__ import annotations

from statistics import median
from typing import Final

from benchmarks.figures import Figure, at_most
from benchmarks.processes import NotMeasured, run_python
from benchmarks.wiring import settings_for

# What the platform's worker loads in its process whatever the app does.
PLATFORM: Final = "import azure.functions, azure_functions_runtime"
APP: Final = "import function_app"
_TIMED: Final = "import time; began = time.perf_counter()\n{code}\nprint(time.perf_counter() - began)"


def measure(rounds: int = 9) -> list[Figure]:
    """Import each in fresh processes, in turn."""
    seconds: dict[str, list[float]] = {PLATFORM: [], APP: []}
    for _ in range(rounds + 1):
        for code, found in seconds.items():
            found.append(_import(code))
    # The first of each writes and warms what the others read.
    platform, app = (median(found[1:]) for found in seconds.values())
    return [
        Figure(name="cold start: import the platform's packages", value=platform * 1000, unit="ms"),
        Figure(
            name="cold start: import the app",
            value=app * 1000,
            unit="ms",
            against="importing the platform's packages",
            ratio=app / platform,
            goal=at_most(1.5),
        ),
    ]


def _import(code: str) -> float:
    printed = run_python("-c", _TIMED.format(code=code), settings=settings_for())
    try:
        return float(printed.split()[-1])
    except (IndexError, ValueError) as error:
        raise NotMeasured(f"no time was told for {code}") from error
