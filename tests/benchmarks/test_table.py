"""The table of figures."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from benchmarks.figures import Figure, at_most
from benchmarks.table import cells, number, table_of


@pytest.mark.parametrize(
    ("value", "text"),
    [(1_234_567.8, "1,234,568"), (111.0, "111"), (17.96, "18"), (0.0268, "0.0268"), (2.4, "2.4"), (1.0, "1")],
)
def test_numbers_show_what_counts(value: float, text: str) -> None:
    """Three digits, or whole thousands."""
    assert number(value) == text


def test_a_missed_goal_is_told() -> None:
    """The row says what was measured, against what, and that it is not enough."""
    figure = Figure(name="speed", value=5.0, unit="s", against="bare", ratio=2.5, goal=at_most(2.0))
    assert cells(figure) == ("speed", "bare", "5 s", "2.5", "≤ 2", "[red]no[/red]")


def test_a_figure_without_goal_or_ratio_leaves_its_cells_empty() -> None:
    """Nothing is made up."""
    assert cells(Figure(name="speed", value=5.0, unit="s")) == ("speed", "", "5 s", "", "", "")


def test_every_figure_has_its_row() -> None:
    """The table prints each name once."""
    out = StringIO()
    table = table_of([Figure(name="first", value=1, unit=""), Figure(name="second", value=2, unit="ms")])
    Console(width=120, file=out).print(table)
    assert out.getvalue().count("first") == out.getvalue().count("second") == 1
