"""Calls through the real SDK to an account that misbehaves: what is tried again, what is raised, and how soon."""

from __future__ import annotations

import asyncio
import traceback
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from shared.adapters.register import Patience, Storage, StorageAddress, TableCursors, TableRegister
from shared.errors import (
    AuthenticationFailed,
    FeedwardenError,
    PermissionMissing,
    StaleWrite,
    UnexpectedAnswer,
    UpstreamUnavailable,
)
from tests.adapters.register.conftest import KEY, Answer, ScriptedAccount
from tests.contract.storage.samples import FEED, NAME

_ENTITY: Final = Answer(
    headers={"ETag": "1"},
    body='{"odata.etag": "1", "PartitionKey": "cursor", "RowKey": "k", "schema": 1, "body": "{\\"value\\":\\"v\\"}"}',
)


async def _read(account: ScriptedAccount) -> str | None:
    storage = account.storage()
    try:
        cursor = await TableCursors(storage).read("k")
        return None if cursor is None else cursor.value
    finally:
        await storage.close()


@pytest.mark.parametrize("first", [Answer(503, "ServerBusy"), Answer(500), Answer(cut=True), Answer(429)])
async def test_passing_trouble_is_tried_again(scripted: ScriptedAccount, first: Answer) -> None:
    """A busy moment or a cut line is nothing that anybody hears of."""
    scripted.answers = [first, first, _ENTITY]
    assert await _read(scripted) == "v"
    # The HTTP library itself repeats a read once when a kept connection turns out to be closed.
    assert 1 <= len(scripted.slept) <= 2
    assert scripted.slept == list(Patience().pauses)[: len(scripted.slept)]


async def test_lasting_trouble_is_told(scripted: ScriptedAccount) -> None:
    """After three attempts the caller decides."""
    scripted.answers = [Answer(503, "ServerBusy")]
    with pytest.raises(UpstreamUnavailable, match="503 ServerBusy"):
        await _read(scripted)
    assert len(scripted.requests) == 3


async def test_long_retry_after_is_passed_on_at_once(scripted: ScriptedAccount) -> None:
    """When the service says how long, nobody waits here: the queue does."""
    scripted.answers = [Answer(503, headers={"Retry-After": "30"})]
    with pytest.raises(UpstreamUnavailable) as caught:
        await _read(scripted)
    assert caught.value.retry_after == timedelta(seconds=30)
    assert len(scripted.requests) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(403, "AuthorizationPermissionMismatch"), PermissionMissing),
        (Answer(403, "AuthenticationFailed"), AuthenticationFailed),
        (Answer(401), AuthenticationFailed),
        (Answer(404), UnexpectedAnswer),
        (Answer(404, body="<html>not here</html>"), UnexpectedAnswer),
        (Answer(400, "InvalidInput"), UnexpectedAnswer),
        (Answer(200, body="<html>"), UnexpectedAnswer),
        (Answer(200, body='{"PartitionKey": "cursor", "RowKey": "k"}'), UnexpectedAnswer),
    ],
    ids=lambda value: getattr(value, "__name__", None) or f"{value.status} {value.code}",
)
async def test_other_answers_are_told_at_once(
    scripted: ScriptedAccount, answer: Answer, kind: type[FeedwardenError]
) -> None:
    """What a person must mend is not tried again, and nothing odd reads as "no row"."""
    scripted.answers = [answer]
    with pytest.raises(FeedwardenError) as caught:
        await _read(scripted)
    assert type(caught.value) is kind
    assert len(scripted.requests) == 1


@pytest.mark.parametrize("code", ["TableNotFound", "ResourceNotFound", "EntityNotFound"])
async def test_documented_absence_is_absence(scripted: ScriptedAccount, code: str) -> None:
    """These codes, and no others, mean that there is no such row."""
    scripted.answers = [Answer(404, code)]
    assert await _read(scripted) is None


async def test_code_in_the_body_of_an_insert_is_read(scripted: ScriptedAccount) -> None:
    """The SDK leaves it unread there; without it a conflict while the table is deleted would look like a lost race."""
    storage = scripted.storage()
    scripted.answers = [Answer(409, "TableBeingDeleted")]
    with pytest.raises(UpstreamUnavailable):
        await TableCursors(storage).save("k", "v", replaces=None)
    scripted.answers = [Answer(409, "EntityAlreadyExists")]
    with pytest.raises(StaleWrite):
        await TableCursors(storage).save("k", "v", replaces=None)
    await storage.close()


async def test_walk_goes_on_after_a_busy_page(scripted: ScriptedAccount) -> None:
    """A page that failed is asked again; rows come once."""
    body = '{"value": []}'
    scripted.answers = [Answer(503), Answer(body=body)]
    storage = scripted.storage()
    register = TableRegister(storage, new_id=lambda: "w")
    assert [event async for event in register.events(FEED, NAME)] == []
    assert len(scripted.requests) == 2
    await storage.close()


async def test_patience_bounds_all_attempts_together() -> None:
    """A service that never answers is given up on in time, however many attempts are left."""

    async def forever(_duration: timedelta) -> None:
        await never.wait()

    never = asyncio.Event()
    patience = Patience(limit=timedelta(milliseconds=300), sleep=forever)
    dead = "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=a2V5;TableEndpoint=http://127.0.0.1:1/a"
    storage = Storage(StorageAddress(connection=dead), patience=patience)
    began = datetime.now(UTC)
    with pytest.raises(UpstreamUnavailable, match="no answer within"):
        await TableCursors(storage).read("k")
    assert datetime.now(UTC) - began < timedelta(seconds=20)
    await storage.close()


def test_patience_is_short_by_default() -> None:
    """A webhook's sender gets its "try again" in under five seconds."""
    assert Patience().limit < timedelta(seconds=5)
    assert sum(Patience().pauses, timedelta(0)) < Patience().limit


async def test_refused_connection_is_passing_and_keeps_secrets(scripted: ScriptedAccount) -> None:
    """No text, of our error or of what caused it, holds the key."""
    scripted.answers = [Answer(403, "AuthenticationFailed")]
    storage = scripted.storage()
    with pytest.raises(AuthenticationFailed) as caught:
        await TableCursors(storage).read("k")
    told = "".join(traceback.format_exception(caught.value)) + repr(storage) + repr(caught.value)
    assert KEY not in told
    await storage.close()
