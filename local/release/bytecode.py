"""Compile every module below a folder, as `python -I -S bytecode.py FOLDER`. Standard library only.

A program of its own, because the same code may be compiled to other bytes by a process that has more in its memory:
a fresh one that takes the files in order compiles them the same each time.

"Unchecked" files are believed without a look at the source or its time, so that the times of an unpacked archive do
not matter, and a cold start asks less of the disk. Only paths inside the folder are written into them; an import puts
the real path in their place, so that tracebacks show it.

Source: https://docs.python.org/3.13/reference/import.html#pyc-invalidation
"""

from __future__ import annotations

import py_compile
import sys
from pathlib import Path


def compile_all(folder: Path) -> list[str]:
    """Compile, and return the modules that cannot be."""
    refused = []
    for source in sorted(folder.rglob("*.py")):
        inside = source.relative_to(folder).as_posix()
        try:
            py_compile.compile(
                str(source),
                dfile=inside,
                doraise=True,
                invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
            )
        except py_compile.PyCompileError:
            refused.append(inside)
    return refused


if __name__ == "__main__":
    sys.exit("\n".join(compile_all(Path(sys.argv[1]))) or None)
