"""Figures: what was measured, against what, and whether it reaches its goal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Bound(StrEnum):
    """Which side of a goal is the good one."""

    AT_MOST = "≤"
    AT_LEAST = "≥"


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure must reach."""

    bound: Bound
    value: float

    def met_by(self, value: float) -> bool:
        """Say whether a value reaches it."""
        return value <= self.value if self.bound is Bound.AT_MOST else value >= self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row of the table.

    `ratio` is the value divided by what `against` names, None where there is nothing to divide by; a goal speaks of
    the ratio where there is one, else of the value.
    """

    name: str
    value: float
    unit: str
    against: str = ""
    ratio: float | None = None
    goal: Goal | None = None

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None where there is none."""
        return None if self.goal is None else self.goal.met_by(self.value if self.ratio is None else self.ratio)


def at_most(value: float) -> Goal:
    """Return a goal that no more than this reaches."""
    return Goal(Bound.AT_MOST, value)


def at_least(value: float) -> Goal:
    """Return a goal that no less than this reaches."""
    return Goal(Bound.AT_LEAST, value)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share of the values does not exceed (nearest rank).

    Raises:
        ValueError: there are no values, or the share is not between 0 and 1.
    """
    if not values or not 0 < share <= 1:
        raise ValueError("a percentile needs values, and a share above 0 and up to 1")
    return sorted(values)[math.ceil(share * len(values)) - 1]
