"""Rows and messages of earlier versions, written by their own code, are read by this one; so are its own.

Each file below `earlier/` was taken at the commit that it names. Reading must lose nothing of them: what an earlier
version told stays told, and what is written back holds every member that was there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

from shared.adapters.register import Storage, TableCursors, TableRegister
from shared.adapters.register.approval_rows import read_alive, read_past, write_approval
from shared.adapters.register.chains import chains, flaws_of
from shared.adapters.register.documents import unpack
from shared.adapters.register.event_rows import read_event, read_notice, write_event, write_notice
from shared.adapters.register.finding_rows import read_finding, write_finding
from shared.adapters.register.rows import read_case, write_case
from shared.application.messages import CheckRequest, SweepRequest
from shared.application.notify_messages import Dispatch
from shared.domain.approvals import ApprovalState
from shared.domain.audit import flaws, subject_of
from shared.domain.ecosystems import Ecosystem
from shared.domain.feeds import FeedRef
from shared.domain.names import PackageName
from shared.ports import QueueName
from tests.application.house import BILLING
from tests.contract.storage.lived import told
from tests.contract.storage.samples import following
from tests.contract.storage.snapshot import EARLIER, Row, Snapshot, take
from tests.fakes import CountingIds

_FILES: Final = sorted(EARLIER.glob("*.json"))
_EARLIER: Final = [pytest.param(file, id=file.stem) for file in _FILES]
_MESSAGES: Final[Mapping[str, Callable[[str], Any]]] = {
    QueueName.PACKAGE_CHECKS: CheckRequest.of,
    QueueName.FEED_SWEEPS: SweepRequest.of,
    QueueName.NOTICES: Dispatch.of,
}
_CORE: Final = FeedRef("contoso", "project-Payments", "feed-core")
_ROWS: Final[Mapping[str, Callable[[Row], Row]]] = {
    "case|": lambda row: write_case(read_case(row)),
    "event|": lambda row: write_event(read_event(row)),
    "outbox|": lambda row: write_notice(read_notice(row)),
    "finding|": lambda row: write_finding(read_finding(row)),
    "approval|": lambda row: write_approval(read_alive(row)),
    "past-approval|": lambda row: write_approval(read_past(row)),
}


@pytest.fixture(params=_EARLIER)
def earlier(request: pytest.FixtureRequest) -> Snapshot:
    """Return what an earlier version left behind."""
    return Snapshot.load(request.param)


@pytest.fixture
async def laid(earlier: Snapshot, storage: Storage) -> Snapshot:
    """Return the same, laid out in the account."""
    await earlier.lay(storage)
    return earlier


def _holds(after: Any, before: Any) -> bool:  # noqa: ANN401  # any part of a document
    """Say whether a document, at every depth, has all members of another, with their values."""
    if isinstance(before, dict):
        return isinstance(after, dict) and all(_holds(after.get(name), value) for name, value in before.items())
    return bool(after == before)


def _lost(snapshot: Snapshot) -> list[str]:
    """Return the rows and messages that this version would not write back with all that was in them."""
    rows = [(row, rewrite) for kind, rewrite in _ROWS.items() for row in snapshot.rows("register", kind)]
    lost = [row["RowKey"] for row, rewrite in rows if not _holds(unpack(rewrite(row)), unpack(row))]
    for queue, read in _MESSAGES.items():
        texts = snapshot.messages[queue]
        lost += [text for text in texts if not _holds(json.loads(read(text).text()), json.loads(text))]
    return lost


async def _compare(snapshot: Snapshot, storage: Storage) -> None:
    """Compare what this version reads with what the writer read."""
    read, expected = await told(storage), snapshot.expected
    assert read == {part: expected[part] for part in read}
    cursors = {key: await TableCursors(storage).read(key) for key in expected["cursors"]}
    assert {key: cursor and cursor.value for key, cursor in cursors.items()} == expected["cursors"]
    register = TableRegister(storage, new_id=CountingIds("read"))
    found = [approval async for approval in register.alive_approvals()]
    alive = [[a.name.ecosystem.value, a.name.canonical, a.feed.project_id, a.feed.feed_id] for a in found]
    assert all(place in alive for place in expected["approvals"]["alive"])
    for ecosystem, name, project, feed, approval_id, state in expected["approvals"].get("ended", []):
        package = PackageName.of(Ecosystem(ecosystem), name)
        ended = await register.past_approval(FeedRef("contoso", project, feed), package, approval_id)
        assert ended is not None
        assert ended.state == state
    if expected["approvals"]["past"] is not None:
        past = await register.past_approval(_CORE, BILLING, expected["approvals"]["past"])
        assert past is not None
        assert past.ending is not None


async def _flawed(storage: Storage) -> dict[str, tuple[str, ...]]:
    """Return what `make verify-audit` would say."""
    return {chain.subject: flaws_of(chain) async for chain in chains(storage)}


def test_the_commits_are_named() -> None:
    """Each file says where it came from; there is one for each time that much of what is stored had changed."""
    assert {file.stem for file in _FILES} >= {"85ac306", "4189557", "fb9981b", "bad3213", "6d49234"}
    for file in _FILES:
        assert Snapshot.load(file).commit.startswith(file.stem)


def test_each_file_holds_what_its_version_stored() -> None:
    """The newest has rows of every kind, so that none of the tests here passes for want of something to read."""
    newest = Snapshot.newest()
    assert all(newest.rows("register", kind) for kind in _ROWS)
    assert all(newest.rows(table) for table in ("names", "public_names", "deliveries", "cursors"))
    assert all(newest.messages[queue] for queue in _MESSAGES)
    assert any(json.loads(text).get("group") for text in newest.messages[QueueName.NOTICES])
    approvals = [*newest.rows("register", "approval|"), *newest.rows("register", "past-approval|")]
    assert {row["state"] for row in approvals} == set(ApprovalState) - {ApprovalState.NEW}


def test_every_row_and_message_says_its_schema() -> None:
    """So that a later version knows what it reads, and this one what it must not."""
    newest = Snapshot.newest()
    assert {row.get("schema") for table in newest.tables for row in newest.rows(table)} == {1}
    assert {json.loads(text).get("schema") for texts in newest.messages.values() for text in texts} == {1}


def test_nothing_that_was_written_is_lost(earlier: Snapshot) -> None:
    """Written back, a row or message holds all that it held: this version only adds."""
    assert _lost(earlier) == []


@pytest.mark.azurite
async def test_what_was_told_is_told_again(laid: Snapshot, storage: Storage) -> None:
    """Cases, stories, notices, names, deliveries, findings, positions and approvals are what their writer read."""
    await _compare(laid, storage)


@pytest.mark.azurite
async def test_an_earlier_chain_is_sound_and_grows(laid: Snapshot, storage: Storage) -> None:
    """The trail verifies as it did; its case takes the next event, guarded by the row that was read."""
    flawed = await _flawed(storage)
    assert (len(flawed), set(flawed.values())) == (len(laid.expected["cases"]), {()})
    first = laid.expected["cases"][0]
    feed = FeedRef("contoso", first["project"], first["feed"])
    name = PackageName.of(Ecosystem(first["ecosystem"]), first["name"])
    register = TableRegister(storage, new_id=CountingIds("next"))
    stored = await register.case(feed, name)
    assert stored is not None
    grown = (await register.commit(following(stored))).case
    events = [event async for event in register.events(feed, name)]
    assert len(events) == first["sequence"] + 1
    assert flaws(subject_of(feed, name), events, sequence=grown.sequence, head=grown.head) == ()


@pytest.mark.azurite
async def test_this_version_reads_what_it_writes(storage: Storage) -> None:
    """So the next file can be taken at any time, and what it will hold is what these tests compare."""
    now = await take(storage)
    await _compare(now, storage)
    assert _lost(now) == []
    flawed = await _flawed(storage)
    assert (len(flawed), set(flawed.values())) == (len(now.expected["cases"]), {()})
