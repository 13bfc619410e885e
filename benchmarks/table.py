"""The table of all figures, and a number as people read it."""

from __future__ import annotations

from collections.abc import Iterable

from rich.table import Table

from benchmarks.figures import Figure

_WHOLE_FROM = 1000
_WORDS = {True: "[green]yes[/green]", False: "[red]no[/red]", None: ""}


def number(value: float) -> str:
    """Write a number with about three digits that count."""
    if abs(value) >= _WHOLE_FROM or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"


def table_of(figures: Iterable[Figure]) -> Table:
    """Return the table, one row a figure."""
    table = Table(title="Feedwarden, measured in this run")
    for heading in ("what", "against"):
        table.add_column(heading, overflow="fold")
    for heading in ("value", "ratio", "goal"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("met", no_wrap=True)
    for figure in figures:
        table.add_row(*cells(figure))
    return table


def cells(figure: Figure) -> tuple[str, str, str, str, str, str]:
    """Return what stands in a figure's row."""
    goal = "" if figure.goal is None else f"{figure.goal.bound} {number(figure.goal.value)}"
    ratio = "" if figure.ratio is None else number(figure.ratio)
    value = f"{number(figure.value)} {figure.unit}".rstrip()
    return figure.name, figure.against, value, ratio, goal, _WORDS[figure.met]
