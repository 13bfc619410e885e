"""Draw the lives of cases and approvals from their tables of moves, as Mermaid state diagrams for the documentation."""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from shared.domain.approvals import APPROVAL_MOVES, ENDS, ApprovalState
from shared.domain.cases import TRANSITIONS, CaseEvent, CaseState

BEGIN: Final = "<!-- states:begin -->"
END: Final = "<!-- states:end -->"

# From this many states on, one box stands for all that share an event: arrows from each would hide the picture.
_MANY: Final = 3

type Table = Mapping[CaseState, Mapping[CaseEvent, CaseState]]
type _Sources = frozenset[CaseState]


class MarkersMissing(Exception):
    """The file has no place for the diagram, or more than one."""


def _listed(states: Iterable[CaseState]) -> str:
    words = [state.value for state in CaseState if state in states]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _title(sources: _Sources) -> str:
    others = frozenset(CaseState) - sources
    if not others:
        return "any state"
    return f"any state but {_listed(others)}" if len(others) < len(sources) else _listed(sources)


def _arrows(table: Table) -> Mapping[tuple[_Sources, CaseState], Sequence[CaseEvent]]:
    """Group the moves: which states share an event and where it leads, and which events they share so."""
    sources: dict[tuple[CaseEvent, CaseState], set[CaseState]] = defaultdict(set)
    for state, moves in table.items():
        for event, target in moves.items():
            # Most of what happens to an approval is an event of its case that leaves it where it is.
            if not (event.value.startswith("approval-") and target is state):
                sources[event, target].add(state)
    arrows: dict[tuple[_Sources, CaseState], list[CaseEvent]] = defaultdict(list)
    for (event, target), states in sources.items():
        together = [frozenset(states)] if len(states) >= _MANY else [frozenset({state}) for state in states]
        for group in together:
            arrows[group, target].append(event)
    return arrows


def _lines(table: Table) -> Iterator[str]:
    arrows = _arrows(table)
    groups = list(dict.fromkeys(group for group, _ in arrows if len(group) >= _MANY))
    box = {group: f"group{number}" for number, group in enumerate(groups, start=1)}
    yield "stateDiagram-v2"
    for group, name in box.items():
        yield f'    state "{_title(group)}" as {name}'
    yield "    [*] --> new"
    for (group, target), events in arrows.items():
        source = box.get(group) or _listed(group)
        yield f"    {source} --> {target.value} : {', '.join(event.value for event in events)}"


def diagram(table: Table = TRANSITIONS) -> str:
    """Return the diagram's own text."""
    return "\n".join(_lines(table))


def approvals_diagram() -> str:
    """Return the diagram of an approval's life; what closing leads to is reached when the switch was set back."""
    arrows: dict[tuple[ApprovalState, ApprovalState], list[CaseEvent]] = defaultdict(list)
    for state, moves in APPROVAL_MOVES.items():
        for event, target in moves.items():
            arrows[state, target].append(event)
    for end in ENDS.values():
        arrows[ApprovalState.CLOSING, end].append(CaseEvent.ENFORCEMENT_SENT)
    drawn = (
        f"    {source.value} --> {target.value} : {', '.join(event.value for event in events)}"
        for (source, target), events in arrows.items()
    )
    return "\n".join(("stateDiagram-v2", "    [*] --> new", *drawn))


def rendered() -> str:
    """Return what stands between the markers in README.md: the life of a case, and that of an approval."""
    return "".join(f"\n```mermaid\n{text}\n```\n" for text in (diagram(), approvals_diagram()))


def inserted(page: str) -> str:
    """Return the page with the diagram between its markers.

    Raises:
        MarkersMissing: the page does not have each marker once, in order.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in rest or END in before + after:
        raise MarkersMissing(f"put {BEGIN} and {END} where the diagram belongs, each once")
    return f"{before}{BEGIN}{rendered()}{END}{after}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the diagram, check that a page shows it, or write it there; 1 = the page does not show it."""
    parser = argparse.ArgumentParser(prog="python -m local.diagram", description=main.__doc__)
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--check", type=Path, metavar="PAGE", help="exit with 1 unless the page shows this diagram")
    choice.add_argument("--write", type=Path, metavar="PAGE", help="put the diagram between the page's markers")
    chosen = parser.parse_args(arguments)
    page: Path | None = chosen.check or chosen.write
    if page is None:
        print(diagram())
        return 0
    try:
        text = page.read_text(encoding="utf-8")
        fresh = inserted(text)
    except (OSError, UnicodeDecodeError, MarkersMissing) as error:
        print(f"{page}: {error}", file=sys.stderr)
        return 1
    if chosen.write:
        page.write_text(fresh, encoding="utf-8")
    elif text != fresh:
        print(f"{page} shows another diagram: run python -m local.diagram --write {page}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
