"""Our own programs, as the pages call them: does the Makefile know the target, does the program take the words?"""

from __future__ import annotations

import argparse
import contextlib
import io
import re
import runpy
import sys
import warnings
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final, NoReturn

import pytest

from tests.documents.pages import ROOT, text_of
from tests.documents.shell import Call

MAKEFILE: Final = text_of("Makefile")
TARGETS: Final = frozenset(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
# What a page leaves open: one of these is what the program takes there.
_SAMPLES: Final = ("sample", "1", "https://contoso.example", "you@contoso.example", f"{0:08}-0000-0000-0000-{0:012}")
_OPEN: Final = re.compile(r"…|[A-Z_]{3,}")


class _WasRead(BaseException):
    """The command line was read to its end; none of the programs catches this."""


def recipe_of(target: str) -> str:
    """Return what a target does."""
    found = re.search(rf"^{re.escape(target)}:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    return found[1] if found else ""


def module_of(target: str) -> str:
    """Return the module that a target runs, empty where it runs none."""
    found = re.search(r"\$\(PYTHON\) -m ([\w.]+)", recipe_of(target))
    return found[1] if found else ""


def exists(call: Call) -> bool:
    """Tell whether there is such a target or program, and whether it takes what it is given."""
    if call.module:
        return takes(call.module, call.words or ())
    if call.target not in TARGETS or call.words is None:
        return call.target in TARGETS
    given = re.search(rf"-m [\w.]+ \$\({call.variable}\)$", recipe_of(call.target), re.MULTILINE)
    return given is not None and takes(module_of(call.target), call.words)


@cache
def takes(module: str, words: Sequence[str]) -> bool:
    """Tell whether a program reads these words without complaint. It is ended there, before it does anything."""
    texts = _texts_of(module)
    if not any('__name__ == "__main__"' in text for text in texts) or not any(".parse_args(" in text for text in texts):
        return False
    samples = _SAMPLES if any(map(_OPEN.fullmatch, words)) else ("",)
    return any(_reads(module, [sample if _OPEN.fullmatch(word) else word for word in words]) for sample in samples)


def _texts_of(module: str) -> list[str]:
    """Return the sources that run with a program, those of its own folder: another program there says nothing of it."""
    path = ROOT / module.replace(".", "/")
    if not path.is_dir():
        return [file.read_text(encoding="utf-8") for file in [path.with_suffix(".py")] if file.is_file()]
    todo, texts = ["__init__", "__main__"], dict[str, str]()
    while todo:
        file = path / f"{todo.pop()}.py"
        if file.is_file() and file.stem not in texts:
            texts[file.stem] = file.read_text(encoding="utf-8")
            todo += re.findall(rf"^from {re.escape(module)}\.(\w+) import", texts[file.stem], re.MULTILINE)
    return list(texts.values())


def _reads(module: str, words: Sequence[str]) -> bool:
    real = argparse.ArgumentParser.parse_args

    def read_and_end(parser: argparse.ArgumentParser, args: Sequence[str] | None = None) -> NoReturn:
        real(parser, args)
        raise _WasRead

    with pytest.MonkeyPatch.context() as patched, warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
        # It is in memory already, and run once more under another name: that is meant.
        warnings.simplefilter("ignore", RuntimeWarning)
        patched.setattr(argparse.ArgumentParser, "parse_args", read_and_end)
        patched.setattr(sys, "argv", [Path(module).name, *words])
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                runpy.run_module(module, run_name="__main__")
        except _WasRead:
            return True
        except SystemExit as ended:
            return not ended.code  # `--help`
    return False
