"""Each measurement once, with tiny sizes: the programs run, and the figures come out. Speeds are not judged."""

from __future__ import annotations

import pytest

from benchmarks import change_feed, cold_start, names_at_rest, outbound, sweep, watch_cost
from benchmarks.figures import Figure
from benchmarks.programs.registry_server import answer
from benchmarks.watch_cost import Cost


def _by_name(figures: list[Figure]) -> dict[str, Figure]:
    found = {figure.name: figure for figure in figures}
    assert len(found) == len(figures), "two figures have one name"
    assert all(figure.value > 0 for figure in figures)
    return found


def test_cold_start() -> None:
    """Importing the app imports the platform's packages too, so it cannot take less."""
    figures = _by_name(cold_start.measure(rounds=1))
    assert figures["cold start: import the app"].ratio is not None


def test_outbound() -> None:
    """All contestants find the names that exist, else the program fails."""
    assert len(_by_name(outbound.measure(20, few=4, rounds=1))) == 3


def test_watch_cost_does_not_hang_on_internal_names() -> None:
    """The very same numbers of requests and reads come out for ten times the names."""
    figures = _by_name(watch_cost.measure((100, 1000), changes=50, rounds=2))
    goals = [figure for figure in figures.values() if figure.goal is not None]
    assert [figure.ratio for figure in goals] == [1.0, 1.0]


def test_a_cost_that_grows_misses_its_goal() -> None:
    """The goal can be missed: otherwise it would say nothing."""
    costs = [Cost(10, 1.0, 2.0, 0.1), Cost(100, 1.0, 20.0, 0.1)]
    met = [figure.met for figure in watch_cost.figures(costs, changes=5) if figure.goal is not None]
    assert met == [True, False]


def test_change_feed() -> None:
    """All rows are seen by both readings, else the program fails."""
    assert len(_by_name(change_feed.measure(2_000, internal=10))) == 3


def test_sweep_of_a_small_feed() -> None:
    """Every collision ends protected, and the calls are counted."""
    figures = _by_name(sweep.measure(30, collisions=2, small=30, large=60))
    assert figures["sweep of 60 packages, no collision: calls"].value < 20


def test_the_sweeps_budget_is_the_designs() -> None:
    """A call a page, three a collision, ten besides."""
    assert sweep.budget(10_000, 100) == 320


@pytest.mark.azurite
def test_names_at_rest() -> None:
    """All names are new the first time, else it is no measurement."""
    assert len(_by_name(names_at_rest.measure(200))) == 2


def test_the_registry_of_the_race_answers_in_the_documented_words() -> None:
    """Even names exist, odd ones are not found."""
    assert answer("/fast/package-2").startswith(b"HTTP/1.1 200 OK\r\n")
    assert b'"name": "package-2"' in answer("/fast/package-2")
    assert answer("/fast/package-3").startswith(b"HTTP/1.1 404 Not Found\r\n")
    assert answer("/fast/package-3").endswith(b'{"error": "Not found"}')
