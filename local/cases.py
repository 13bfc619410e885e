"""List the cases: `make cases`. Exit code 0: listed, 2: could not look.

STORAGE_CONNECTION=… python -m local.cases, or --connection …    a connection string, as `make run` prints it
STORAGE_CONNECTION__accountName=… python -m local.cases          an account without keys, such as a deployed one, as who
                                                                 is signed in to the Azure CLI, with the role Storage
                                                                 Table Data Reader
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from local.account import account_of
from shared.adapters.register import Storage, TableRegister
from shared.bootstrap import new_id
from shared.domain.approvals import Approval
from shared.domain.cases import Case
from shared.domain.findings import Finding
from shared.domain.policy import Protection
from shared.domain.reasons import Reason
from shared.errors import FeedwardenError

_WIDEST_REASON: Final = max(len(reason) for reason in Reason)
_COLORS: Final = {Protection.PROTECTED: "green", Protection.EXPOSED: "red", Protection.PENDING: "yellow"}


@dataclass(frozen=True, slots=True)
class Contents:
    """What is listed of a register."""

    cases: tuple[Case, ...]
    approvals: tuple[Approval, ...]
    findings: tuple[Finding, ...]


async def read_register(storage: Storage) -> Contents:
    """Return what is in the storage account, and close it. Raises UpstreamError, ConfigurationError."""
    try:
        register = TableRegister(storage, new_id=new_id)
        return Contents(
            tuple([case async for case in register.cases()]),
            tuple([approval async for approval in register.alive_approvals()]),
            tuple([finding async for finding in register.findings()]),
        )
    finally:
        await storage.close()


def findings_of(findings: Sequence[Finding]) -> Table:
    """Return the look-alikes as a table."""
    table = Table(title=f"{len(findings)} look-alike{'' if len(findings) == 1 else 's'}", show_lines=True)
    for heading in ("public package", "resembles", "how", "found"):
        table.add_column(heading, overflow="fold")
    for finding in sorted(findings, key=lambda finding: str(finding.public)):
        cells = (str(finding.public), finding.resembles, finding.likeness.value, f"{finding.at:%Y-%m-%d %H:%M:%SZ}")
        table.add_row(*map(Text, cells))
    return table


def _told(approval: Approval | None) -> str:
    """Say how an approval stands, and until when; empty = there is none."""
    if approval is None:
        return ""
    until = approval.link_until if approval.until is None else approval.until
    return f"approval: {approval.state}\n  until {until.astimezone(UTC):%Y-%m-%d %H:%MZ}"


def table_of(cases: Sequence[Case], approvals: Sequence[Approval] = ()) -> Table:
    """Return the cases as a table; what came from outside is shown as text, never as mark-up."""
    alive = {(approval.feed, approval.name): approval for approval in approvals}
    table = Table(title=f"{len(cases)} {'case' if len(cases) == 1 else 'cases'}", show_lines=True)
    for heading in ("package", "protection", "why", "updated"):
        # Wide enough for the longest reason code, so that each can be copied from one line.
        table.add_column(heading, overflow="fold", min_width=_WIDEST_REASON if heading == "why" else None)
    for case in sorted(cases, key=lambda case: (case.feed_title, str(case.name))):
        verdict = Text(case.protection.value, style=_COLORS.get(case.protection, ""))
        verdict.append(f"\n{case.state}", style="dim")
        twin = f"public twin: {case.twin.presence} {case.twin.latest_version or case.twin.detail}".strip()
        kind = "" if case.pack is None else f"class: {case.pack.classification.kind}"
        saved = f"saved external: {', '.join(case.saved_external)}" if case.saved_external else ""
        approval = _told(alive.get((case.feed, case.name)))
        why = "\n".join(line for line in (*case.reasons, twin, kind, saved, approval, case.note) if line)
        table.add_row(
            Text(f"{case.name}\n").append(case.feed_title, style="dim"),
            verdict,
            Text(why),
            Text(f"{case.updated_at:%Y-%m-%d\n%H:%M:%SZ}"),
        )
    return table


def main(words: Sequence[str] | None = None) -> int:
    """Print the cases; return 0, or 2 where it could not look."""
    parser = argparse.ArgumentParser(prog="make cases", description="List the cases.")
    parser.add_argument("--connection", default="", help="connection string; default: STORAGE_CONNECTION")
    connection = parser.parse_args(words).connection
    try:
        contents = asyncio.run(read_register(account_of(os.environ, connection=connection)))
    except FeedwardenError as error:
        print(f"could not look: {error}", file=sys.stderr)
        return 2
    console = Console()
    console.print(table_of(contents.cases, contents.approvals))
    if contents.findings:
        console.print(findings_of(contents.findings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
