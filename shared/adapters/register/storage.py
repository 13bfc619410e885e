"""The storage account: the one place that builds its clients, lazily, from a connection string or an identity."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from shared.errors import ConfigurationError

if TYPE_CHECKING:  # loading the SDK takes half a second: only the first call pays it
    from azure.core.credentials_async import AsyncTokenCredential
    from azure.data.tables.aio import TableServiceClient
    from azure.storage.queue.aio import QueueServiceClient

    from shared.adapters.register.table import Table


async def _sleep(duration: timedelta) -> None:
    await asyncio.sleep(duration.total_seconds())


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long one call may take in all, and the pauses between its attempts (one more than pauses).

    Short, so that a webhook is answered "try again" while its sender still listens.
    """

    limit: timedelta = timedelta(seconds=4)
    pauses: tuple[timedelta, ...] = (timedelta(milliseconds=150), timedelta(milliseconds=600))
    sleep: Callable[[timedelta], Awaitable[None]] = _sleep


@dataclass(frozen=True, slots=True, kw_only=True)
class TableNames:
    """What the tables are called."""

    register: str = "register"
    names: str = "names"
    public_names: str = "publicnames"
    deliveries: str = "deliveries"
    cursors: str = "cursors"


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageAddress:
    """Where the account is, and how we prove who we are: a connection string, or two addresses and an identity."""

    connection: str | None = field(default=None, repr=False)
    tables: str = ""
    queues: str = ""
    client_id: str | None = None

    @classmethod
    def of_account(cls, account: str, *, client_id: str | None = None, suffix: str = "core.windows.net") -> Self:
        """Address an account by name; `client_id` names a user-assigned identity, None is the system-assigned one."""
        return cls(
            tables=f"https://{account}.table.{suffix}", queues=f"https://{account}.queue.{suffix}", client_id=client_id
        )


type _Credentials = Callable[[str | None], AsyncTokenCredential]


def managed_identity(client_id: str | None) -> AsyncTokenCredential:
    """Return the platform's own identity; nothing else is probed."""
    from azure.identity.aio import ManagedIdentityCredential  # noqa: PLC0415  # slow to load; never needed with a key

    return ManagedIdentityCredential() if client_id is None else ManagedIdentityCredential(client_id=client_id)


class Storage:
    """One storage account; its clients are made with the first use, and share their connections."""

    def __init__(
        self,
        address: StorageAddress,
        *,
        names: TableNames | None = None,
        patience: Patience | None = None,
        credentials: _Credentials = managed_identity,
    ) -> None:
        """Keep what is needed later; nothing is loaded, opened or checked yet."""
        self.names = names or TableNames()
        self.patience = patience or Patience()
        self._address = address
        self._credentials = credentials
        self._credential: AsyncTokenCredential | None = None
        self._table_service: TableServiceClient | None = None
        self._queue_service: QueueServiceClient | None = None
        self._tables: dict[str, Table] = {}

    def table(self, name: str, *, patience: Patience | None = None) -> Table:
        """Return the client of one table; the patience is the account's unless its first user brings another.

        Raises:
            ConfigurationError: the address is unusable.
        """
        if name not in self._tables:
            from shared.adapters.register.table import Table  # noqa: PLC0415  # loads the SDK

            self._tables[name] = Table(
                self._connect_tables().get_table_client(name), patience=patience or self.patience
            )
        return self._tables[name]

    def queue_service(self) -> QueueServiceClient:
        """Return the client of the account's queues. Raises ConfigurationError where the address is unusable."""
        if self._queue_service is None:
            from azure.storage.queue.aio import QueueServiceClient  # noqa: PLC0415  # slow to load

            self._queue_service = _build(
                QueueServiceClient.from_connection_string,
                QueueServiceClient,
                self._address.connection,
                self._address.queues,
                self._token_credential,
            )
        return self._queue_service

    async def close(self) -> None:
        """Close every connection; the next use opens them again."""
        opened = (self._table_service, self._queue_service, self._credential)
        self._table_service = self._queue_service = self._credential = None
        self._tables.clear()
        for client in opened:
            if client is not None:
                await client.close()

    def _connect_tables(self) -> TableServiceClient:
        if self._table_service is None:
            from azure.data.tables.aio import TableServiceClient  # noqa: PLC0415  # slow to load

            self._table_service = _build(
                TableServiceClient.from_connection_string,
                TableServiceClient,
                self._address.connection,
                self._address.tables,
                self._token_credential,
            )
        return self._table_service

    def _token_credential(self) -> AsyncTokenCredential:
        if self._credential is None:
            self._credential = self._credentials(self._address.client_id)
        return self._credential


def _build[Client](
    from_connection: Callable[..., Client],
    from_address: Callable[..., Client],
    connection: str | None,
    address: str,
    credential: Callable[[], AsyncTokenCredential],
) -> Client:
    """Build one service client. The SDK's own text may quote the connection string, so it is not passed on."""
    # Retries are ours (calls.py), the same for both services.
    options = {"retry_total": 0, "connection_timeout": 3, "read_timeout": 10}
    try:
        if connection is not None:
            return from_connection(connection, **options)
        return from_address(address, credential=credential(), **options)
    except (ValueError, TypeError, AttributeError):
        hint = "give an account's connection string, or its name together with an identity (https only)"
        raise ConfigurationError((f"STORAGE_CONNECTION cannot be used: {hint}.",)) from None
