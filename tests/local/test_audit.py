"""The audit: sound, flawed, or not able to look; from the storage and from a file."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest

from local import account, audit
from local.azurite import Azurite
from shared.adapters.register import Storage, TableRegister
from shared.adapters.register.chains import Chain, chains
from shared.domain.audit import subject_of
from shared.domain.seals import DayDigest, Seal, lines_of
from shared.errors import UnexpectedAnswer
from shared.ports import CaseChange, StoredCase
from tests.contract.storage.samples import FEED, NAME, following, grow, named, opening
from tests.fakes import START

_SUBJECT = subject_of(FEED, NAME)
# The day on which the chain in the export began.
_BEGUN = START.date()


@pytest.fixture
async def register(storage: Storage) -> TableRegister:
    """Return a register with two cases."""
    numbers = iter(range(1000))
    register = TableRegister(storage, new_id=lambda: f"write-{next(numbers)}")
    await grow(register, NAME, 3)
    await register.commit(opening(named("näme\x1b[2J")))
    return register


@pytest.fixture
def run(storage: Storage, storage_account: Azurite, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Awaitable[int]]:
    """Return the program, looking at this test's own tables; it has a loop of its own, so it runs in a thread."""
    monkeypatch.setattr(account, "Storage", partial(Storage, names=storage.names))
    monkeypatch.setenv("STORAGE_CONNECTION", storage_account.connection_string)
    return lambda *arguments: asyncio.to_thread(audit.main, [str(argument) for argument in arguments])


def _file(tmp_path: Path, *, without: slice | None = None, swap: tuple[str, str] = ("", "")) -> Path:
    """Write an export of one sound chain of three events; leave lines out, or swap a text in them."""
    first = opening()
    second = following(_stored(first))
    third = following(_stored(second))
    chain = Chain(_SUBJECT, third.case, (first.event, second.event, third.event))
    lines = [*audit.lines_of(chain), audit._line("end", chains=1)]  # the line that the program itself writes
    if without is not None:
        del lines[without]
    path = tmp_path / "audit.jsonl"
    path.write_text("".join(lines).replace(*swap), encoding="ascii")
    return path


def _stored(change: CaseChange) -> StoredCase:
    return StoredCase(change.case, "tag")


@pytest.mark.azurite
async def test_sound_storage(
    register: TableRegister, run: Callable[..., Awaitable[int]], capsys: pytest.CaptureFixture[str]
) -> None:
    """One line a case and a sum; what a terminal would obey is shown escaped."""
    assert register is not None
    assert await run() == audit.SOUND
    told = capsys.readouterr().out
    assert f"sound   {_SUBJECT}  exposed, 3 events\n" in told
    assert "näme\\x1b[2J" in told
    assert told.endswith("2 cases, 4 events: none flawed.\n")


@pytest.mark.azurite
async def test_flawed_storage(
    register: TableRegister, storage: Storage, run: Callable[..., Awaitable[int]], capsys: pytest.CaptureFixture[str]
) -> None:
    """A removed event is an exit code and a sentence."""
    assert register is not None
    client = storage.table(storage.names.register)._client  # what an intruder does
    await client.delete_entity("contoso|9d1c=2F=3F|feed=231", "event|npm|@scope=2Fname|0000000002")
    assert await run() == audit.FLAWED
    told = capsys.readouterr().out
    assert f"FLAWED  {_SUBJECT}" in told
    assert "one is missing" in told
    assert told.endswith("2 cases, 3 events: 1 flawed.\n")


@pytest.mark.azurite
async def test_export_verifies_without_the_storage(
    register: TableRegister,
    run: Callable[..., Awaitable[int]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What was exported is verified to the same lines, with no connection set; an export is not overwritten."""
    assert register is not None
    path = tmp_path / "audit.jsonl"
    assert await run("--export", path) == audit.SOUND
    stored = capsys.readouterr().out
    assert await run("--export", path) == audit.BLIND
    capsys.readouterr()
    monkeypatch.delenv("STORAGE_CONNECTION")
    assert await run("--file", path) == audit.SOUND
    assert capsys.readouterr().out == stored


@pytest.mark.azurite
async def test_empty_storage_verifies_nothing(
    run: Callable[..., Awaitable[int]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing seen is nothing verified: most likely it is the wrong account."""
    assert await run() == audit.BLIND
    assert "nothing was verified" in capsys.readouterr().err


@pytest.mark.azurite
async def test_chain_written_during_the_walk_is_read_again(
    register: TableRegister, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A case that moved between two pages is not called flawed."""
    assert register is not None

    async def older(account: Storage) -> AsyncIterator[Chain]:
        async for chain in chains(account):
            yield Chain(chain.subject, chain.case, chain.events[:-1], (), chain.place)

    monkeypatch.setattr(audit, "chains", older)
    found = [chain async for chain in audit.stored_chains(storage)]
    assert sorted(len(chain.events) for chain in found) == [1, 3]


def test_no_connection(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Without an account there is nothing to look at."""
    monkeypatch.delenv("STORAGE_CONNECTION", raising=False)
    monkeypatch.delenv("STORAGE_CONNECTION__accountName", raising=False)
    assert audit.main([]) == audit.BLIND
    assert "STORAGE_CONNECTION" in capsys.readouterr().err


@pytest.mark.parametrize("connection", ["nonsense", "AccountName=a;AccountKey=a2V5;TableEndpoint=http://127.0.0.1:1/a"])
def test_account_that_does_not_answer(connection: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An account that cannot be read is not a sound one."""
    assert audit.main(["--connection", connection]) == audit.BLIND
    assert "Could not look" in capsys.readouterr().err


def test_sound_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An auditor needs the file only."""
    assert audit.main(["--file", str(_file(tmp_path))]) == audit.SOUND
    assert capsys.readouterr().out == f"sound   {_SUBJECT}  exposed, 3 events\n1 cases, 3 events: none flawed.\n"


@pytest.mark.parametrize(
    ("without", "swap"),
    [
        (slice(1, 2), ("", "")),
        (slice(3, 4), ("", "")),
        (None, ('"cause": "watch"', '"cause": "nobody"')),
        (None, (json.dumps(_SUBJECT)[1:-1], "contoso/-/other/npm/x")),
        (None, ('"sequence": 3, "kind"', '"sequence": 4, "kind"')),
        (None, ('"state": "exposed", "protection"', '"state": "protected", "protection"')),
    ],
    ids=["first event gone", "last event gone", "event changed", "moved", "renumbered", "case forged"],
)
def test_flawed_file(
    tmp_path: Path, without: slice | None, swap: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever touches the file is found as if it were the storage."""
    assert audit.main(["--file", str(_file(tmp_path, without=without, swap=swap))]) == audit.FLAWED
    assert "FLAWED" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("without", "swap"),
    [
        (slice(4, 5), ("", "")),
        (slice(0, 1), ("", "")),
        (slice(0, 5), ("", "")),
        (None, ('"chains": 1', '"chains": 2')),
        (None, ('"kind": "event"', '"kind": "evil"')),
        (None, ('"schema": 1', '"schema": 2')),
        (None, ("{", "")),
        (None, ('"state": "exposed"', '"state": "odd"')),
    ],
    ids=["cut", "no case", "empty", "chain missing", "unknown line", "newer", "no JSON", "odd state"],
)
def test_unreadable_file(
    tmp_path: Path, without: slice | None, swap: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that is not whole is not verified, and never called sound."""
    assert audit.main(["--file", str(_file(tmp_path, without=without, swap=swap))]) == audit.BLIND
    assert "Could not look" in capsys.readouterr().err


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there cannot be looked at."""
    assert audit.main(["--file", str(tmp_path / "none")]) == audit.BLIND


@pytest.mark.parametrize(
    "text", ["[" * 60_000, "[]\n", "null\n", "\n", '{"schema": 1}\n', '{"schema": 1, "kind": 5}\n']
)
def test_junk_file_raises_only_our_error(text: str) -> None:
    """A reader of outside data has one way to fail."""
    with pytest.raises(UnexpectedAnswer):
        list(audit.read_file(io.StringIO(text)))


def test_chain_without_case_survives_the_file(tmp_path: Path) -> None:
    """What was damaged in the storage is told in the export too."""
    path = tmp_path / "audit.jsonl"
    chain = Chain(_SUBJECT, None, (opening().event,), ("a row cannot be read",))
    with path.open("w", encoding="ascii") as file:
        file.writelines([*audit.lines_of(chain), audit._line("end", chains=1)])  # as above
    assert audit.main(["--file", str(path)]) == audit.FLAWED
    with path.open(encoding="ascii") as file:
        assert list(audit.read_file(file)) == [chain]


def _digest(path: Path, *seals: Seal, day: date = _BEGUN, unread: Mapping[str, str] | None = None) -> Path:
    """Write a day's digest beside the export."""
    digest = path.with_name("digest.jsonl")
    digest.write_text("".join(lines_of(DayDigest(day, {seal.subject: seal for seal in seals}, unread or {}))))
    return digest


def test_chain_that_grew_since_it_was_sealed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was sealed is still there: the digest changes nothing."""
    path = _file(tmp_path)
    digest = _digest(path, Seal(_SUBJECT, 1, opening().event.digest))
    assert audit.main(["--file", str(path), "--against", str(digest)]) == audit.SOUND
    assert capsys.readouterr().out.endswith("1 cases, 3 events: none flawed.\n")


@pytest.mark.parametrize(
    ("seal", "told"),
    [
        (Seal(_SUBJECT, 2, "0" * 64), "event 2 is not the one that was sealed"),
        (Seal(_SUBJECT, 4, "0" * 64), "it had 4 events when it was sealed, and has 3"),
        (Seal("contoso/-/feed/npm/gone", 1, "0" * 64), "it was sealed, and is gone"),
    ],
    ids=["written anew", "cut", "gone"],
)
def test_chain_that_does_not_fit_what_was_sealed(
    tmp_path: Path, seal: Seal, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sound in itself, and yet not what it was: only the digest can tell."""
    path = _file(tmp_path)
    assert audit.main(["--file", str(path), "--against", str(_digest(path, seal))]) == audit.FLAWED
    shown = capsys.readouterr().out
    assert told in shown
    assert shown.endswith("1 flawed.\n")


@pytest.mark.parametrize(
    ("unread", "told"),
    [({}, "it was never sealed, and is older than the digest"), ({_SUBJECT: "why"}, "it could not be sealed: why")],
)
def test_chain_that_was_never_sealed(
    tmp_path: Path, unread: dict[str, str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Older than the digest, and not in it: somebody kept it out, or put it there afterwards."""
    path = _file(tmp_path)
    later = _BEGUN + timedelta(days=1)
    assert audit.main(["--file", str(path), "--against", str(_digest(path, day=later, unread=unread))]) == audit.FLAWED
    shown = capsys.readouterr().out
    assert f"FLAWED  {_SUBJECT}" in shown
    assert told in shown
    assert shown.endswith("1 cases, 3 events: 1 flawed.\n")


def test_chain_that_began_after_the_digest(tmp_path: Path) -> None:
    """It could not be sealed yet."""
    path = _file(tmp_path)
    assert audit.main(["--file", str(path), "--against", str(_digest(path))]) == audit.SOUND


@pytest.mark.parametrize("unread", [{}, {"x": "why"}])
def test_where_everything_was_removed_each_sealed_chain_is_named(
    tmp_path: Path, unread: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is there, and something should be: that is a flaw, and not the wrong account."""
    path = tmp_path / "audit.jsonl"
    path.write_text(audit._line("end", chains=0), encoding="ascii")  # the line that the program itself writes
    digest = _digest(path, *(Seal(f"contoso/-/feed/npm/{number}", 1, "0" * 64) for number in range(5)), unread=unread)
    assert audit.main(["--file", str(path), "--against", str(digest)]) == audit.FLAWED
    shown = capsys.readouterr().out
    assert shown.count("it was sealed, and is gone") == 5
    assert shown.count("it was there, could not be sealed, and is gone") == len(unread)
    assert shown.endswith(f"0 cases, 0 events: {5 + len(unread)} flawed.\n")


def test_nothing_where_nothing_was_sealed(tmp_path: Path) -> None:
    """That says nothing of anything."""
    path = tmp_path / "audit.jsonl"
    path.write_text(audit._line("end", chains=0), encoding="ascii")  # as above
    assert audit.main(["--file", str(path), "--against", str(_digest(path))]) == audit.BLIND


def test_digest_that_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is called sound because the comparison could not be made."""
    path = _file(tmp_path)
    digest = _digest(path)
    digest.write_text(digest.read_text()[:-5])
    assert audit.main(["--file", str(path), "--against", str(digest)]) == audit.BLIND
    assert "Could not look: " in capsys.readouterr().err


def test_account_without_keys_needs_a_signed_in_person(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Named by its setting, read as who is signed in to the Azure CLI; where there is none, it is not looked at."""
    monkeypatch.delenv("STORAGE_CONNECTION", raising=False)
    monkeypatch.setenv("STORAGE_CONNECTION__accountName", "sample")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert audit.main([]) == audit.BLIND
    assert "no token for our identity" in capsys.readouterr().err
