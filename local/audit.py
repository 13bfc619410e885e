"""Verify the audit trail: `make verify-audit`. Exit code 0: sound, 1: flawed, 2: could not look.

STORAGE_CONNECTION=… python -m local.audit                  verify what is stored
STORAGE_CONNECTION=… python -m local.audit --export FILE    and keep it as JSON lines
python -m local.audit --file FILE                           verify such a file, without any network
… --against DIGEST                                          and compare with what was sealed on a day

An account that takes no keys is named by STORAGE_CONNECTION__accountName instead, and read as who is signed in to
the Azure CLI, with the role Storage Table Data Reader.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any, Final, TextIO

from local.account import account_of
from shared.adapters.register import Storage
from shared.adapters.register.chains import Chain, chains, flaws_of, misfits, read_chain
from shared.adapters.register.documents import LONGEST
from shared.adapters.register.event_rows import event_document, event_of
from shared.adapters.register.rows import case_document, case_of
from shared.domain.seals import DayDigest, read_digest
from shared.errors import FeedwardenError, UnexpectedAnswer

SOUND, FLAWED, BLIND = 0, 1, 2
_SCHEMA: Final = 1
# A case or an event of the largest size, and what stands around it.
_LONGEST_LINE: Final = LONGEST + 10_000
_FILE: Final = "audit file"


async def stored_chains(storage: Storage) -> AsyncGenerator[Chain]:
    """Walk what is stored; a chain that looks flawed is read again, since somebody may be writing to it."""
    async for chain in chains(storage):
        if flaws_of(chain) and chain.place is not None:
            yield await read_chain(storage, chain.place)
        else:
            yield chain


def lines_of(chain: Chain) -> Iterator[str]:
    """Write one chain as JSON lines: the case first, then its events."""
    yield _line(
        "chain", subject=chain.subject, case=chain.case and case_document(chain.case), damaged=list(chain.damaged)
    )
    for event in chain.events:
        yield _line("event", event=event_document(event))


def _line(kind: str, **members: object) -> str:
    return json.dumps({"kind": kind, "schema": _SCHEMA, **members}, ensure_ascii=True) + "\n"


def read_file(file: TextIO) -> Iterator[Chain]:
    """Read the chains of an export.

    Raises:
        UnexpectedAnswer: it is no export, or its end is missing.
    """
    chain: Chain | None = None
    count = 0
    for record in _records(file):
        match record:
            case {"kind": "chain", "subject": str(subject), "case": case, "damaged": list(damaged)}:
                if chain is not None:
                    yield chain
                kept = None if case is None else case_of(case)
                chain, count = Chain(subject, kept, (), tuple(map(str, damaged))), count + 1
            case {"kind": "event", "event": dict(event)} if chain is not None:
                chain = Chain(chain.subject, chain.case, (*chain.events, event_of(event)), chain.damaged)
            case {"kind": "end", "chains": int(announced)} if announced == count:
                if chain is not None:
                    yield chain
                return
            case _:
                raise UnexpectedAnswer(f"a line that does not belong there: {str(record)[:60]}", service=_FILE)
    raise UnexpectedAnswer("its last line is missing: it was cut", service=_FILE)


def _records(file: TextIO) -> Iterator[dict[str, Any]]:
    while line := file.readline(_LONGEST_LINE):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UnexpectedAnswer("a line that is no JSON", service=_FILE) from error
        if not isinstance(record, dict) or record.get("schema") != _SCHEMA:
            raise UnexpectedAnswer("a line of another schema", service=_FILE)
        yield record


class Report:
    """Prints one line a case, and counts."""

    def __init__(self, sealed: DayDigest | None = None) -> None:
        """Begin with nothing seen; `sealed` is where chains stood on an earlier day."""
        self.cases = self.events = self.flawed = 0
        self._sealed = sealed
        self._awaited = set[str]() if sealed is None else set(sealed.subjects)

    def add(self, chain: Chain) -> None:
        """Verify one chain and print what came out; texts from outside are shown escaped."""
        self._awaited.discard(chain.subject)
        found = (*flaws_of(chain), *(() if self._sealed is None else misfits(chain, self._sealed)))
        self.cases, self.events, self.flawed = (
            self.cases + 1,
            self.events + len(chain.events),
            self.flawed + bool(found),
        )
        state = chain.case.state.value if chain.case else "no case"
        print(f"{'FLAWED' if found else 'sound '}  {_shown(chain.subject)}  {state}, {len(chain.events)} events")
        for flaw in found:
            print(f"        {_shown(flaw)}")

    def end(self) -> int:
        """Print the sum and return the exit code; nothing seen is nothing verified, unless something was sealed."""
        if not self.cases and not self._awaited:
            print("No case was found, so nothing was verified: is this the right account or file?", file=sys.stderr)
            return BLIND
        for subject in sorted(self._awaited):
            self.flawed += 1
            was = (
                "it was sealed"
                if self._sealed and subject in self._sealed.seals
                else "it was there, could not be sealed"
            )
            print(f"FLAWED  {_shown(subject)}\n        {was}, and is gone")
        print(f"{self.cases} cases, {self.events} events: {self.flawed or 'none'} flawed.")
        return FLAWED if self.flawed else SOUND


def _shown(text: str) -> str:
    """Keep what is printable: a name may hold what a terminal would obey."""
    return "".join(character if character.isprintable() else ascii(character)[1:-1] for character in text)


async def _verify_storage(storage: Storage, report: Report, export: TextIO | None) -> int:
    try:
        async with aclosing(stored_chains(storage)) as walk:
            async for chain in walk:
                report.add(chain)
                if export is not None:
                    export.writelines(lines_of(chain))
    finally:
        await storage.close()
    if export is not None:
        export.write(_line("end", chains=report.cases))
    return report.end()


def _verify_file(path: Path, report: Report) -> int:
    with path.open(encoding="ascii") as file:
        for chain in read_file(file):
            report.add(chain)
    return report.end()


def _run(options: argparse.Namespace) -> int:
    report = Report(None if options.against is None else _sealed(options.against))
    if options.file is not None:
        return _verify_file(options.file, report)
    storage = account_of(os.environ, connection=options.connection or "")
    if options.export is None:
        return asyncio.run(_verify_storage(storage, report, None))
    with options.export.open("x", encoding="ascii") as export:
        return asyncio.run(_verify_storage(storage, report, export))


def _sealed(path: Path) -> DayDigest:
    with path.open(encoding="ascii") as file:
        return read_digest(iter(lambda: file.readline(_LONGEST_LINE), ""))


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify, print, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m local.audit", description="Verify the audit trail.")
    parser.add_argument("--connection", help="connection string of the storage account; default: STORAGE_CONNECTION")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--export", type=Path, metavar="FILE", help="also write cases and events there; must not exist")
    where.add_argument("--file", type=Path, metavar="FILE", help="verify an export instead, without any network")
    parser.add_argument("--against", type=Path, metavar="DIGEST", help="compare with a digest of an earlier day")
    try:
        return _run(parser.parse_args(arguments))
    except (FeedwardenError, OSError, UnicodeError) as error:
        print(f"Could not look: {_shown(str(error))}", file=sys.stderr)
        return BLIND


if __name__ == "__main__":
    sys.exit(main())
