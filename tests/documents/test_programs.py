"""Programs that pages show and no other test runs from their beginning: here they are, as cheaply as can be."""

from __future__ import annotations

import pytest

import benchmarks.__main__
from benchmarks import cold_start
from benchmarks.__main__ import main as measure
from benchmarks.figures import Figure, at_most
from local.onboard.command import main as check
from shared.settings import SETTINGS
from tests.documents.pages import spans
from tests.documents.shell import read_call
from tests.documents.test_commands import ALL_BLOCKS


def _shown(target: str) -> list[tuple[str, ...]]:
    """Return the words that pages give to a target of make."""
    lines = [line for block in ALL_BLOCKS for line in block.commands]
    calls = [call for line in lines if (call := read_call(line)) and call.target == target]
    return [call.words or () for call in calls]


@pytest.mark.parametrize("words", _shown("onboard"), ids=str)
def test_the_check_runs_as_the_page_shows_it(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From `main` on, with every step, that of the storage too. Without any setting it asks nobody, and says so."""
    for setting in SETTINGS:
        monkeypatch.delenv(setting.name, raising=False)
    main = check
    assert main(list(words)) == 1
    told = capsys.readouterr().out
    assert "AZURE_DEVOPS_ORGANIZATION" in told
    assert "storage" in told


def test_a_measurement_ends_in_the_table(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`make bench ONLY=cold_start`; the measuring itself is what `make bench` is for."""
    monkeypatch.setattr(cold_start, "measure", lambda: [Figure(name="sample", value=1, unit="x", goal=at_most(2))])
    main = measure
    assert main(["cold_start"]) == 0
    assert "sample" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", [call.words for span in spans("docs/performance.md") if (call := read_call(span.text))], ids=str
)
def test_the_measurements_that_the_page_names_are_there(
    words: tuple[str, ...] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are no options, so the program looks at their names later than at those."""
    monkeypatch.setattr(benchmarks.__main__, "run", lambda chosen, *_: len(chosen))
    assert measure(list(words or ())) == len(words or benchmarks.__main__.NAMES)
