"""Digests as blobs, one a day, in a container whose policy lets nobody change or delete them."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from shared.adapters.register.failures import BLOBS
from shared.adapters.register.storage import Patience, managed_identity
from shared.domain.seals import DayDigest, lines_of
from shared.errors import ConfigurationError, StaleWrite, UnexpectedAnswer

if TYPE_CHECKING:  # loading the SDK takes half a second, once a day
    from collections.abc import Callable

    from azure.core.credentials_async import AsyncTokenCredential
    from azure.storage.blob.aio import ContainerClient


def _unhurried() -> Patience:
    # Nobody waits for it.
    return Patience(limit=timedelta(minutes=2), pauses=(timedelta(seconds=2), timedelta(seconds=10)))


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobDigests:
    """Keeps digests in the container at `address`: as our identity, or with the key of `connection`, for local use."""

    address: str
    connection: str | None = field(default=None, repr=False)
    client_id: str | None = None
    patience: Patience = field(default_factory=_unhurried)
    credentials: Callable[[str | None], AsyncTokenCredential] = managed_identity

    async def keep(self, digest: DayDigest) -> bool:
        """Write the digest of a day; False where that day has one."""
        from shared.adapters.register.calls import call  # noqa: PLC0415  # loads the SDK's core

        text = "".join(lines_of(digest)).encode("ascii")
        async with AsyncExitStack() as stack:
            container = await self._open(stack)
            blob = container.get_blob_client(f"{digest.day:%Y/%m}/{digest.day.isoformat()}.jsonl")
            try:
                await call(lambda: blob.upload_blob(text, overwrite=False), wire=BLOBS, patience=self.patience)
            except StaleWrite as error:
                # Other conflicts look alike (a container that is being deleted): only what is there was kept.
                if not await call(blob.exists, wire=BLOBS, patience=self.patience):
                    raise UnexpectedAnswer("the digest was not taken", service=BLOBS.service) from error
                return False
        return True

    async def _open(self, stack: AsyncExitStack) -> ContainerClient:
        from azure.storage.blob.aio import ContainerClient  # noqa: PLC0415  # slow to load

        # Retries are ours (calls.py).
        options: dict[str, Any] = {"retry_total": 0, "connection_timeout": 10, "read_timeout": 60}
        if self.connection is not None:
            client = ContainerClient.from_container_url(self.address, credential=_key(self.connection), **options)
        else:
            identity = await stack.enter_async_context(self.credentials(self.client_id))
            client = ContainerClient.from_container_url(self.address, credential=identity, **options)
        return await stack.enter_async_context(client)


def _key(connection: str) -> dict[str, str]:
    parts = dict(part.split("=", 1) for part in connection.split(";") if "=" in part)
    try:
        return {"account_name": parts["AccountName"], "account_key": parts["AccountKey"]}
    except KeyError:
        # The text itself is a secret.
        raise ConfigurationError(
            ("AUDIT_DIGESTS_URL: STORAGE_CONNECTION holds no account key; digests need one, or an identity",)
        ) from None
