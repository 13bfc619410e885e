"""Choosing measurements, and what happens where one cannot be made."""

from __future__ import annotations

from importlib import import_module
from io import StringIO

import pytest
from rich.console import Console

from benchmarks.__main__ import NAMES, main, run
from benchmarks.figures import Figure, at_most
from benchmarks.processes import NotMeasured, read_answer, run_python


def _missed() -> list[Figure]:
    return [Figure(name="slow thing", value=9, unit="s", goal=at_most(1))]


def _broken() -> list[Figure]:
    raise NotMeasured("the [simulator] did not start")


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_a_module_that_measures(name: str) -> None:
    """What the help names can be run."""
    assert callable(import_module(f"benchmarks.{name}").measure)


def test_a_missed_goal_is_no_failure() -> None:
    """It is a figure: the exit code is for what could not be measured."""
    out = Console(file=StringIO(), width=100)
    assert run({"one": _missed}, Console(file=StringIO()), out) == 0


def test_one_measurement_that_fails_leaves_the_others() -> None:
    """The table still comes, the exit code tells, and the reason is printed as it is."""
    progress, out = StringIO(), StringIO()
    assert run({"one": _broken, "two": _missed}, Console(file=progress, width=200), Console(file=out, width=100)) == 1
    assert "the [simulator] did not start" in progress.getvalue()
    assert "slow thing" in out.getvalue()


def test_an_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """The refusal lists the names that there are."""
    with pytest.raises(SystemExit) as refused:
        main(["outbund"])
    assert refused.value.code == 2
    assert "outbound" in capsys.readouterr().err


@pytest.mark.parametrize("printed", ["", "no JSON", "[1]"])
def test_a_program_that_tells_nothing_is_no_measurement(printed: str) -> None:
    """Its silence must not become a figure."""
    with pytest.raises(NotMeasured):
        read_answer("program", printed)


def test_the_last_line_is_the_answer() -> None:
    """What libraries print before it is passed over."""
    assert read_answer("program", 'warning\n{"seconds": 1}\n') == {"seconds": 1}


def test_a_program_that_fails_shows_why() -> None:
    """The end of its errors is in the text."""
    with pytest.raises(NotMeasured, match="out of paper"):
        run_python("-c", "raise SystemExit('out of paper')")
