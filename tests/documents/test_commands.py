"""Every command that a page shows is run by a test, or marked as needing Azure."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.documents.commands import BLOCKS_RUN_BY, RUN_BY
from tests.documents.pages import IDS, ROOT, Block, prose, shell_blocks, text_of

MAKEFILE: Final = text_of("Makefile")
TARGETS: Final = frozenset(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
BY_CI: Final = frozenset(re.findall(r"^make ([a-z-]+)", text_of(".ci/run"), re.MULTILINE))
BLOCKS: Final = shell_blocks()
_NAMES: Final = [f"{block.page}: {block.commands[0][:40]}" for block in BLOCKS]
_PROGRAM: Final = re.compile(r"python -m ([\w.]+)((?: [^`\n]*)?)")
_AZURE: Final = re.compile(r"\b(?:az|azd) |\$\{?(?:FEEDWARDEN|AZURE)_|https://<app>")


def _program_of(target: str) -> str:
    """Return the module that a target runs."""
    recipe = re.search(rf"^{re.escape(target)}:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    program = re.search(r"-m ([\w.]+)", recipe[1]) if recipe else None
    return program[1] if program else ""


def _is_run(command: str) -> bool:
    if re.fullmatch(r"export(?: \w+=\S+)+", command):
        return True
    made = re.match(r"make ([a-z-]+)", command)
    return made[1] in BY_CI or made[0] in RUN_BY if made else command in RUN_BY


def test_a_command_that_nobody_runs_would_be_found() -> None:
    """The check itself: neither a target that CI does not run nor a program without a row passes."""
    assert _is_run("make check")
    assert not _is_run("make clean")
    assert not _is_run("az login")
    assert not _is_run("export A=1; az login")
    assert Block("x.md", "sh", "make demo  # a\n# b\nmake \\\n  test\n", needs_azure=False).commands == (
        "make demo",
        "make test",
    )


@pytest.mark.parametrize("block", BLOCKS, ids=_NAMES)
def test_every_command_is_run_by_a_test_or_needs_azure(block: Block) -> None:
    """Line by line, or the block as a whole."""
    if block.needs_azure or (block.page, block.text.splitlines()[0]) in BLOCKS_RUN_BY:
        return
    assert [command for command in block.commands if not _is_run(command)] == []


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.needs_azure], ids=str)
def test_what_is_marked_needs_azure_indeed(block: Block) -> None:
    """The mark excuses nothing else, and a reader sees it in words."""
    assert _AZURE.search(block.text), "no command of Azure in it"
    assert "needs Azure" in prose(block.page).replace("<!-- needs Azure -->", "").replace("*", "")


@pytest.mark.parametrize("block", BLOCKS, ids=_NAMES)
def test_every_block_is_shell_that_can_be_read(block: Block) -> None:
    """Bash reads it without running it."""
    assert block.language in {"sh", "bash"}, "show what a shell on Linux takes, without a prompt"
    read = subprocess.run(["bash", "-n"], input=block.text, capture_output=True, text=True, check=False, timeout=30)
    assert (read.returncode, read.stderr) == (0, "")


@pytest.mark.parametrize(("shown", "test"), [*RUN_BY.items(), *BLOCKS_RUN_BY.items()], ids=str)
def test_the_named_test_exists_and_runs_that_program(shown: str | tuple[str, str], test: str) -> None:
    """A row that points nowhere, or to a test of something else, proves nothing."""
    file, _, name = test.partition("::")
    text = (ROOT / file).read_text(encoding="utf-8")
    assert re.search(rf"^(?:async )?def {name}\(", text, re.MULTILINE)
    if isinstance(shown, tuple):
        assert any((block.page, block.text.splitlines()[0]) == shown for block in BLOCKS), "no page shows it any more"
        return
    made = re.match(r"make ([a-z-]+)", shown)
    ran = _PROGRAM.search(shown)
    program = _program_of(made[1]) if made else ran[1] if ran else ""
    package, _, module = program.rpartition(".")
    assert program, "nothing that Python runs"
    assert program in text or f"from {package} import {module}" in text, f"{file} does not speak of {program}"


@pytest.mark.parametrize("page", IDS)
def test_every_make_target_that_a_page_names_exists(page: str) -> None:
    """In blocks and in the text."""
    shown = "\n".join(command for block in BLOCKS if block.page == page for command in block.commands)
    named = re.findall(r"^make ([a-z-]+)", shown, re.MULTILINE) + re.findall(r"`make ([a-z-]+)", prose(page))
    assert set(named) - TARGETS == set()


@pytest.mark.parametrize("page", IDS)
def test_every_program_that_a_text_names_has_its_options(page: str) -> None:
    """`python -m …` between backticks: the program is there, and its room knows each option."""
    for program, rest in re.findall(rf"`(?:\.venv/bin/)?{_PROGRAM.pattern}`", prose(page)):
        path = ROOT / program.replace(".", "/")
        file = path / "__main__.py" if path.is_dir() else path.with_suffix(".py")
        assert '__name__ == "__main__"' in file.read_text(encoding="utf-8"), program
        room = "\n".join(one.read_text(encoding="utf-8") for one in file.parent.glob("*.py"))
        shared = (ROOT / "local" / "simulators" / "server.py").read_text(encoding="utf-8")
        known = set(re.findall(r'"(--[a-z{}-]+)"', room + shared))
        # Options that are made for each of several names.
        made = {re.sub(r"^--[a-z]+", "--{name}", option): option for option in re.findall(r"--[a-z-]+", rest)}
        missing = [option for pattern, option in made.items() if not {pattern, option} & known]
        assert missing == [], program


def test_make_check_looks_at_the_pages() -> None:
    """Whoever changes a page learns at once what does not hold any more."""
    assert f"tests/{Path(__file__).parent.name}" in MAKEFILE
