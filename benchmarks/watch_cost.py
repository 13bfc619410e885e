"""Watch cost: what a poll asks of registry and storage, at three numbers of internal names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

from benchmarks.figures import Figure, at_most
from benchmarks.processes import NotMeasured, run_program, serving

SIZES: Final = (1_000, 100_000, 1_000_000)
_AGAINST: Final = "the same with {:,}"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one poll cost with so many internal names; `reads` are range queries and rows, for each changed name."""

    internal: int
    requests: float
    reads: float
    seconds: float

    @classmethod
    def of(cls, internal: int, answer: dict[str, Any], *, rounds: int, changes: int) -> Cost:
        """Read what the program found out. Raises NotMeasured where it did not do its work."""
        if answer["changed"] != rounds * changes or not answer["checks"]:
            raise NotMeasured(f"of {rounds * changes} changes {answer['changed']} were seen")
        reads = (answer["queries"] + answer["rows"]) / answer["changed"]
        return cls(internal, answer["requests"] / rounds, reads, median(answer["seconds"]))


def measure(sizes: Sequence[int] = SIZES, *, changes: int = 1_000, rounds: int = 11) -> list[Figure]:
    """Run the same changes past each number of internal names."""
    costs = []
    for internal in sizes:
        with serving("local.simulators.npm_changes") as url:
            answer = run_program("watch_cost", url=url, internal=internal, changes=changes, rounds=rounds)
        costs.append(Cost.of(internal, answer, rounds=rounds, changes=changes))
    return figures(costs, changes=changes)


def figures(costs: Sequence[Cost], *, changes: int) -> list[Figure]:
    """Compare every cost with the first."""
    first, found = costs[0], list[Figure]()
    for cost in costs:
        name = f"watch with {cost.internal:,} internal names"
        rows = (
            (f"{name}: requests to the registry for {changes:,} changes", cost.requests, first.requests, "", True),
            (f"{name}: reads of storage a changed name", cost.reads, first.reads, "", True),
            (f"{name}: time of such a poll", cost.seconds * 1000, first.seconds * 1000, "ms", False),
        )
        for text, value, base, unit, is_count in rows:
            ratio = None if cost is first else value / base
            goal = at_most(1.0) if is_count and ratio is not None else None
            against = "" if cost is first else _AGAINST.format(first.internal)
            found.append(Figure(name=text, value=value, unit=unit, against=against, ratio=ratio, goal=goal))
    return found
