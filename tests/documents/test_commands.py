"""Every command that a page shows is run by a test, or marked as needing Azure; see `RUN_BY` for what "run" means.

In a block: line by line, or the block as a whole. In a text: code that begins with the name of a known program
(`tests/documents/shell.py` has the list) is a call that the program takes, is listed, or needs Azure and says so there.
"""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path
from typing import Final

import pytest

from shared.settings import SETTINGS
from tests.documents.commands import BLOCKS_RUN_BY, IN_PARTS, NOT_RUN, OTHERS_NOT_RUN, OTHERS_RUN_BY, RUN_BY
from tests.documents.pages import (
    COMMANDS,
    DATA,
    IDS,
    ROOT,
    Block,
    Span,
    blocks,
    markup,
    prose,
    says_azure,
    spans,
    text_of,
)
from tests.documents.programs import MAKEFILE, TARGETS, exists, module_of
from tests.documents.shell import faults_beside_azure, looks_like_a_command, read_call

BY_CI: Final = frozenset(re.findall(r"^make ([a-z-]+)", text_of(".ci/run"), re.MULTILINE))
ALL_BLOCKS: Final = [block for page in IDS for block in blocks(page)]
BLOCKS: Final = [block for block in ALL_BLOCKS if block.language in COMMANDS]
_NAMES: Final = [f"{block.page}: {''.join(block.commands[:1])[:40]}" for block in BLOCKS]
_SETTING: Final = rf"(?:{'|'.join(setting.name for setting in SETTINGS)})=[\w./:@+%,-]+"


def is_run(command: str) -> bool:
    """Tell whether a line of a block is run by a test or by CI, as a whole."""
    if re.fullmatch(rf"export(?: {_SETTING})+", command):
        return True
    call = read_call(command)
    if call is None or not call.target:
        return command in RUN_BY
    return exists(call) and (call.target in BY_CI or f"make {call.target}" in RUN_BY)


def fault_of(span: Span) -> str:
    """Say what is wrong with code in a text, empty for nothing and for what is no command."""
    if not looks_like_a_command(span.text) or span.text in {**OTHERS_RUN_BY, **OTHERS_NOT_RUN}:
        return ""
    call = read_call(span.text)
    if call is not None:
        listed = is_run(span.text) if call.target not in NOT_RUN else not call.words
        return "" if exists(call) and (call.module or listed) else f"no such target or option: {span.text}"
    if not re.search(r"(?:^|\$\()azd? ", span.text):
        return f"nobody runs it: {span.text}"
    if not span.needs_azure:
        return f'does not say "needs Azure" beside it: {span.text}'
    return "; ".join(faults_beside_azure(span.text, exists))


@pytest.mark.parametrize("block", BLOCKS, ids=_NAMES)
def test_every_command_is_run_by_a_test_or_needs_azure(block: Block) -> None:
    """Line by line, or the block as a whole."""
    if block.needs_azure or (block.page, block.text) in BLOCKS_RUN_BY:
        return
    assert [command for command in block.commands if not is_run(command)] == []


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.needs_azure], ids=str)
def test_what_is_marked_needs_azure_indeed(block: Block) -> None:
    """The mark excuses nothing else, and a reader sees it in words."""
    assert faults_beside_azure(block.text, exists) == []
    assert says_azure(prose(block.page))


@pytest.mark.parametrize("page", IDS)
def test_every_command_in_a_text_can_be_called(page: str) -> None:
    """Target and options are there, or it needs Azure."""
    assert [fault for span in spans(page) if (fault := fault_of(span))] == []


@pytest.mark.parametrize("page", IDS)
def test_no_block_hides_what_it_is(page: str) -> None:
    """It names its language and nothing else; what is called data shows no command; none is written in HTML."""
    shown = blocks(page)
    assert [block.language for block in shown if block.language not in COMMANDS | DATA] == []
    data = [line for block in shown if block.language in DATA for line in block.text.splitlines()]
    assert [line for line in data if looks_like_a_command(line.strip())] == []
    assert [tag for tag in markup(page) if re.search(r"<(?:pre|code|kbd|samp|script)\b", tag, re.IGNORECASE)] == []


@pytest.mark.parametrize("block", BLOCKS, ids=_NAMES)
def test_every_block_is_shell_that_can_be_read(block: Block) -> None:
    """Bash reads it without running it."""
    read = subprocess.run(["bash", "-n"], input=block.text, capture_output=True, text=True, check=False, timeout=30)
    assert (read.returncode, read.stderr) == (0, "")


@pytest.mark.parametrize(
    ("shown", "test"), [*RUN_BY.items(), *BLOCKS_RUN_BY.items()], ids=lambda shown: str(shown)[:60]
)
def test_the_named_test_exists_and_runs_that_program(shown: str | tuple[str, str], test: str) -> None:
    """A row that points nowhere, or to a test of something else, proves nothing."""
    file, _, name = test.partition("::")
    text = (ROOT / file).read_text(encoding="utf-8")
    functions = {
        one.name: one for one in ast.parse(text).body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert name in functions
    if isinstance(shown, tuple):
        assert any((block.page, block.text) == shown for block in BLOCKS), "the page shows something else"
        return
    call = read_call(shown)
    assert call is not None
    program = call.module or module_of(call.target)
    package, _, module = program.rpartition(".")
    imported = re.search(rf"^from {re.escape(package)} import (?:.*\b)?{module}\b", text, re.MULTILINE)
    assert program, "nothing that Python runs"
    assert program in text or imported, f"{file} does not speak of {program}"
    # Its own body, or what it calls or is given in the same file.
    near = [functions[name], *(one for each, one in functions.items() if each in _words_of(functions[name]))]
    runs = any({"main", "_main", program} & _words_of(one) for one in near)
    assert runs is (shown not in IN_PARTS), f"{test} does not run {program} itself"


def _words_of(function: ast.AST) -> set[str]:
    """Return names, attributes, arguments and texts that a function uses."""
    found = set()
    for node in ast.walk(function):
        match node:
            case ast.Name(id=word) | ast.Attribute(attr=word) | ast.arg(arg=word) | ast.Constant(value=str(word)):
                found.add(word)
    return found


@pytest.mark.parametrize(("shown", "file"), OTHERS_RUN_BY.items())
def test_programs_of_others_are_run_where_it_is_said(shown: str, file: str) -> None:
    """By the name of the program, and by the word that says what it does."""
    text = (ROOT / file).read_text(encoding="utf-8")
    assert [word for word in shown.split()[:2] if not word.startswith("-") and word not in text] == []


def test_no_row_is_left_of_what_no_page_shows() -> None:
    """Whatever is listed is shown."""
    texts = {span.text for page in IDS for span in spans(page)}
    lines = {command for block in BLOCKS for command in block.commands} | texts
    targets = {call.target for line in lines if (call := read_call(line))}
    assert {row for row in RUN_BY if row not in lines and row.removeprefix("make ") not in targets} == set()
    assert (set(OTHERS_RUN_BY) | set(OTHERS_NOT_RUN)) - texts == set()
    assert set(NOT_RUN) <= targets & TARGETS - BY_CI


def test_make_check_looks_at_the_pages() -> None:
    """Whoever changes a page learns at once what does not hold any more."""
    assert f"tests/{Path(__file__).parent.name}" in MAKEFILE
