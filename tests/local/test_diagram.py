"""The diagram tells exactly what the transition table says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from local.diagram import BEGIN, END, MarkersMissing, approvals_diagram, diagram, inserted, main, rendered
from shared.domain.approvals import APPROVAL_MOVES, ApprovalState
from shared.domain.cases import TRANSITIONS, CaseEvent, CaseState

_PAGE: Final = f"# Title\n\n{BEGIN}\nold\n{END}\n\nThe rest.\n"


def _members(title: str) -> set[CaseState]:
    words = title.replace(" or ", ", ").split(", ")
    if title == "any state":
        return set(CaseState)
    if title.startswith("any state but "):
        return set(CaseState) - _members(title.removeprefix("any state but "))
    return {CaseState(word) for word in words}


def _moves(text: str) -> set[tuple[CaseState, CaseEvent, CaseState]]:
    """Read a diagram back into single moves."""
    groups = {name: _members(title) for title, name in re.findall(r'state "(.+)" as (\w+)', text)}
    found = set()
    for source, target, events in re.findall(r"(\w+) --> (\w+) : (.+)", text):
        for state in groups.get(source) or {CaseState(source)}:
            found |= {(state, CaseEvent(event), CaseState(target)) for event in events.split(", ")}
    return found


def _table(table: object = TRANSITIONS) -> set[tuple[CaseState, CaseEvent, CaseState]]:
    assert isinstance(table, type(TRANSITIONS) | dict)
    moves = {(state, event, target) for state, row in table.items() for event, target in row.items()}
    return {move for move in moves if not (move[1].value.startswith("approval-") and move[0] is move[2])}


def test_the_diagram_read_back_is_the_table() -> None:
    """No move is lost and none is added; an approval's event that leaves its case where it is is none."""
    assert _moves(diagram()) == _table()


def test_the_diagram_of_approvals_read_back_is_their_table() -> None:
    """Each move is drawn, and from closing the end that was recorded."""
    drawn = {
        (ApprovalState(source), CaseEvent(event), ApprovalState(target))
        for source, target, events in re.findall(r"([\w-]+) --> ([\w-]+) : (.+)", approvals_diagram())
        for event in events.split(", ")
    }
    table = {(state, event, target) for state, row in APPROVAL_MOVES.items() for event, target in row.items()}
    closing = {move for move in drawn if move[0] is ApprovalState.CLOSING}
    assert drawn - closing == table
    assert {event for _, event, _ in closing} == {CaseEvent.ENFORCEMENT_SENT}
    assert {end for _, _, end in closing} == {
        ApprovalState.LAPSED,
        ApprovalState.EXPIRED,
        ApprovalState.COMPLETED,
        ApprovalState.REVOKED,
    }


def test_small_groups_are_drawn_state_by_state() -> None:
    """Two states that share an event have an arrow each; two events of one arrow share it."""
    new, closed = CaseState.NEW, CaseState.CLOSED
    table = {
        new: {CaseEvent.FOUND_SAFE: closed, CaseEvent.CHECK_ABANDONED: closed},
        CaseState.UNKNOWN: {CaseEvent.FOUND_EXPOSED: CaseState.EXPOSED},
        CaseState.DRIFTED: {CaseEvent.FOUND_EXPOSED: CaseState.EXPOSED},
    }
    text = diagram(table)
    assert _moves(text) == _table(table)
    assert "new --> closed : found-safe, check-abandoned" in text
    assert " as " not in text


def test_a_group_is_named_by_the_shorter_list() -> None:
    """Its members, or those that it leaves out."""
    some = (CaseState.UNKNOWN, CaseState.DRIFTED, CaseState.EXPOSED)
    text = diagram({state: {CaseEvent.FOUND_SAFE: CaseState.CLOSED} for state in some})
    assert 'state "unknown, drifted or exposed" as group1' in text
    everywhere = diagram({state: {CaseEvent.FOUND_SAFE: CaseState.CLOSED} for state in CaseState})
    assert 'state "any state" as group1' in everywhere


def test_the_diagram_is_small_enough_to_be_looked_at() -> None:
    """One arrow for many states, not many arrows."""
    assert diagram().startswith("stateDiagram-v2\n")
    assert diagram().count("-->") < 20


def test_it_goes_between_the_markers() -> None:
    """The page around them stays."""
    page = inserted(_PAGE)
    assert page == f"# Title\n\n{BEGIN}{rendered()}{END}\n\nThe rest.\n"
    assert inserted(page) == page


@pytest.mark.parametrize("page", ["", BEGIN, END, END + BEGIN, _PAGE + _PAGE, BEGIN + BEGIN + END, BEGIN + END + END])
def test_a_page_without_its_place_is_refused(page: str) -> None:
    """Each marker once, in order."""
    with pytest.raises(MarkersMissing, match="each once"):
        inserted(page)


def test_the_program_prints(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a page it shows the diagram."""
    assert main([]) == 0
    assert capsys.readouterr().out == diagram() + "\n"


def test_the_program_checks_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An old page is told, then mended, then sound."""
    page = tmp_path / "README.md"
    page.write_text(_PAGE, "utf-8")
    assert main(["--check", str(page)]) == 1
    assert "shows another diagram" in capsys.readouterr().err
    assert main(["--write", str(page)]) == 0
    assert main(["--check", str(page)]) == 0
    assert page.read_text("utf-8") == inserted(_PAGE)


@pytest.mark.parametrize("content", [None, b"no markers", b"\xff\xfe"])
def test_the_program_tells_of_a_page_that_it_cannot_use(
    content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Missing, without markers, or no text."""
    page = tmp_path / "README.md"
    if content is not None:
        page.write_bytes(content)
    assert main(["--write", str(page)]) == 1
    assert str(page) in capsys.readouterr().err
