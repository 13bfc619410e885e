"""Digests as blobs: written once, over the storage emulator."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Final, Self
from uuid import uuid4

import pytest
from azure.core.credentials import AccessToken
from azure.storage.blob.aio import BlobServiceClient, ContainerClient

from local.azurite import Azurite
from shared.adapters.digests import BlobDigests
from shared.adapters.register import Patience
from shared.domain.seals import DayDigest, Seal, read_digest
from shared.errors import ConfigurationError, UnexpectedAnswer, UpstreamUnavailable

DIGEST: Final = DayDigest(date(2026, 11, 23), {"a": Seal("a", 1, "0" * 64)})


@pytest.fixture
async def container(storage_account: Azurite) -> AsyncIterator[ContainerClient]:
    """Make a container that no other test knows."""
    async with BlobServiceClient.from_connection_string(storage_account.connection_string) as service:
        yield await service.create_container(f"c{uuid4().hex}")


def _digests(container: ContainerClient, account: Azurite) -> BlobDigests:
    return BlobDigests(address=container.url, connection=account.connection_string)


@pytest.mark.azurite
async def test_a_digest_is_written_once(container: ContainerClient, storage_account: Azurite) -> None:
    """By its day; a second one of the day is not taken, and the first stays as it was."""
    digests = _digests(container, storage_account)
    assert await digests.keep(DIGEST)
    assert not await digests.keep(DayDigest(DIGEST.day, {}))
    assert [name async for name in container.list_blob_names()] == ["2026/11/2026-11-23.jsonl"]
    kept = await (await container.download_blob("2026/11/2026-11-23.jsonl")).readall()
    assert read_digest(kept.decode("ascii").splitlines()) == DIGEST


@pytest.mark.azurite
async def test_days_lie_beside_each_other(container: ContainerClient, storage_account: Azurite) -> None:
    """Each day is its own blob, sorted by time."""
    digests = _digests(container, storage_account)
    assert await digests.keep(DIGEST)
    assert await digests.keep(DayDigest(date(2026, 12, 1), {}))
    names = [name async for name in container.list_blob_names()]
    assert names == ["2026/11/2026-11-23.jsonl", "2026/12/2026-12-01.jsonl"]


@pytest.mark.azurite
async def test_a_container_that_is_missing_is_told(container: ContainerClient, storage_account: Azurite) -> None:
    """It is not made: one without a policy would keep nothing."""
    await container.delete_container()
    with pytest.raises(UnexpectedAnswer, match="ContainerNotFound"):
        await _digests(container, storage_account).keep(DIGEST)


async def test_an_account_that_does_not_answer() -> None:
    """Nothing was kept, and nobody is told otherwise."""
    digests = BlobDigests(
        address="http://127.0.0.1:1/account/digests",
        connection="AccountName=account;AccountKey=a2V5",
        patience=Patience(pauses=()),
    )
    with pytest.raises(UpstreamUnavailable):
        await digests.keep(DIGEST)


@pytest.mark.parametrize("connection", ["UseDevelopmentStorage=true", "SharedAccessSignature=sample-sig"])
async def test_a_connection_without_a_key_is_told_and_not_shown(connection: str) -> None:
    """What is wrong, without the text itself."""
    digests = BlobDigests(address="http://127.0.0.1:1/account/digests", connection=connection)
    with pytest.raises(ConfigurationError, match="AUDIT_DIGESTS_URL") as caught:
        await digests.keep(DIGEST)
    assert "sample-sig" not in str(caught.value)
    assert "SharedAccess" not in repr(digests)


class Identity:
    """Gives tokens, and counts what is asked of it."""

    def __init__(self, client_id: str | None) -> None:
        """Keep whose tokens they are."""
        self.client_id = client_id
        self.asked: list[str] = []
        self.closed = 0

    async def get_token(self, *scopes: str, **_options: object) -> AccessToken:
        """Return a token that is good for an hour."""
        self.asked += scopes
        return AccessToken("sample-token", 4_000_000_000)

    async def close(self) -> None:
        """End it."""

    async def __aenter__(self) -> Self:
        """Begin its use."""
        return self

    async def __aexit__(self, *_error: object) -> None:
        """End its use."""
        self.closed += 1


async def test_without_a_key_the_identity_is_asked() -> None:
    """The user-assigned one, for storage only; it is closed after the one call of the day."""
    made: list[Identity] = []

    def identity(client_id: str | None) -> Identity:
        made.append(Identity(client_id))
        return made[-1]

    digests = BlobDigests(
        address="https://127.0.0.1:1/digests",
        client_id="sample-id",
        patience=Patience(pauses=()),
        credentials=identity,
    )
    with pytest.raises(UpstreamUnavailable):
        await digests.keep(DIGEST)
    (asked,) = made
    assert (asked.client_id, asked.asked, asked.closed) == ("sample-id", ["https://storage.azure.com/.default"], 1)
