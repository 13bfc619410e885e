"""`make cases`: what an operator reads in a terminal of 80 columns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from local.azurite import Azurite
from local.cases import findings_of, main, table_of
from shared.domain.advisories import Advisories, AdvisoryState
from shared.domain.approvals import Approval, ApprovalState
from shared.domain.ecosystems import Ecosystem
from shared.domain.evidence_pack import OwnHistory, pack_of
from shared.domain.findings import Finding, Likeness
from shared.domain.names import PackageName
from shared.domain.ours import NOTHING_OURS
from shared.domain.twins import Presence, PublicTwin, unknown_twin
from tests.contract.storage.samples import approval, opening
from tests.fakes import START


def rendered() -> str:
    """Render one case whose texts are long, and partly an attacker's."""
    twin = PublicTwin(Presence.PRESENT, latest_version="99.0.0[red]")
    pack = pack_of(
        name=opening().case.name,
        twin=twin,
        own=OwnHistory(None, "1.0.0"),
        advisories=Advisories(AdvisoryState.MALICIOUS),
        ours=NOTHING_OURS,
    )
    case = replace(opening().case, twin=twin, pack=pack, saved_external=("99.0.0",), note="look at it")
    console = Console(width=80, record=True, file=None, quiet=False)
    with console.capture() as capture:
        console.print(table_of([case]))
    return capture.get()


def test_nothing_is_cut_in_a_narrow_terminal() -> None:
    """Verdict, state, reasons, twin and note can all be read, and mark-up in public data is text."""
    text = rendered()
    assert "…" not in text
    for word in (
        "1 case",
        "exposed",
        "external-versions-allowed",
        "99.0.0[red]",
        "class: known-malicious",
        "saved external: 99.0.0",
        "look at it",
    ):
        assert word in text


def test_why_a_twin_is_unknown_can_be_read() -> None:
    """Waiting, a setting, or an outage: an operator does different things about them."""
    twin = unknown_twin("not asked: the registry's list of names is being read")
    console = Console(width=200, record=True, file=None)
    with console.capture() as capture:
        console.print(table_of([replace(opening().case, twin=twin)]))
    assert "list of names is being read" in capture.get()


@pytest.mark.parametrize(
    ("found", "lines"),
    [
        (approval(state=ApprovalState.IN_FORCE), ("approval: in-force", "until 2025-03-08 12:00Z")),
        (replace(approval(), until=None, link_until=START), ("approval: open", "until 2025-03-01 12:00Z")),
        (approval(name=PackageName.of(Ecosystem.NPM, "another")), ()),
    ],
)
def test_an_alive_approval_is_told(found: Approval, lines: tuple[str, ...]) -> None:
    """Its state, and until when it allows something or waits for an answer; not that of another package."""
    console = Console(width=80, record=True, file=None)
    with console.capture() as capture:
        console.print(table_of([opening().case], [found]))
    assert ("approval" in capture.get()) is bool(lines)
    assert all(line in capture.get() for line in lines)


def test_look_alikes_are_listed_too() -> None:
    """What resembles what, and since when it is known."""
    public = PackageName.of(Ecosystem.NPM, "core")
    finding = Finding(opening().case.feed, public, Likeness.SCOPE_DROPPED, "@contoso/core[red]", START)
    console = Console(width=80, record=True, file=None)
    with console.capture() as capture:
        console.print(findings_of([finding]))
    text = capture.get()
    for word in ("1 look-alike", "npm:core", "@contoso/core[red]", "scope-dropped"):
        assert word in text


@pytest.mark.parametrize("connection", [[], ["--connection", "garbage"]])
def test_what_cannot_be_looked_at_is_told(
    connection: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 and one sentence."""
    monkeypatch.delenv("STORAGE_CONNECTION", raising=False)
    monkeypatch.delenv("STORAGE_CONNECTION__accountName", raising=False)
    assert main(connection) == 2
    assert "could not look" in capsys.readouterr().err


def test_an_empty_account_has_no_cases(storage_account: Azurite, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0, and the table says so."""
    assert main(["--connection", storage_account.connection_string]) == 0
    assert "0 cases" in capsys.readouterr().out


def test_account_without_keys_is_read_as_who_is_signed_in(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """As a deployed installation is: named by its setting; where nobody is signed in, it is not looked at."""
    monkeypatch.delenv("STORAGE_CONNECTION", raising=False)
    monkeypatch.setenv("STORAGE_CONNECTION__accountName", "sample")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main([]) == 2
    assert "no token for our identity" in capsys.readouterr().err
