"""Figures, goals and percentiles."""

from __future__ import annotations

import pytest

from benchmarks.figures import Figure, at_least, at_most, percentile


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([5.0], 0.99, 5.0),
        ([3.0, 1.0, 2.0], 0.5, 2.0),
        ([1.0, 2.0, 3.0, 4.0], 0.5, 2.0),
        ([float(number) for number in range(1, 101)], 0.99, 99.0),
        ([float(number) for number in range(1, 41)], 0.99, 40.0),
        ([1.0, 2.0], 1.0, 2.0),
    ],
)
def test_a_percentile_is_one_of_the_values(values: list[float], share: float, expected: float) -> None:
    """Nearest rank: of forty values the 99th percentile is the largest."""
    assert percentile(values, share) == expected


@pytest.mark.parametrize(("values", "share"), [([], 0.5), ([1.0], 0.0), ([1.0], 1.1)])
def test_a_percentile_of_nothing_is_refused(values: list[float], share: float) -> None:
    """No values, or a share that is none: an error, not a number."""
    with pytest.raises(ValueError, match="percentile"):
        percentile(values, share)


@pytest.mark.parametrize(
    ("value", "ratio", "met"),
    [(9.0, 1.0, True), (9.0, 1.01, False), (1.0, None, True), (9.0, None, False)],
)
def test_a_goal_speaks_of_the_ratio_where_there_is_one(value: float, ratio: float | None, met: bool) -> None:  # noqa: FBT001  # a table's column
    """Without a ratio, the value itself is compared."""
    assert Figure(name="x", value=value, unit="s", ratio=ratio, goal=at_most(1.0)).met is met


def test_at_least_is_the_other_side() -> None:
    """More is better there; equal is enough."""
    assert at_least(0.7).met_by(0.7)
    assert not at_least(0.7).met_by(0.69)


def test_without_a_goal_nothing_is_met_or_missed() -> None:
    """Such a figure is for information."""
    assert Figure(name="x", value=1.0, unit="s").met is None
