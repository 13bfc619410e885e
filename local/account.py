"""The storage account that a program of a laptop reads: with a connection string, or as who is signed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from shared.adapters.register import Storage, StorageAddress
from shared.errors import ConfigurationError

if TYPE_CHECKING:  # slow to load, and needed without keys only
    from azure.core.credentials_async import AsyncTokenCredential

CONNECTION: Final = "STORAGE_CONNECTION"
ACCOUNT: Final = "STORAGE_CONNECTION__accountName"


def signed_in(_client_id: str | None = None) -> AsyncTokenCredential:
    """Return who is signed in to the Azure CLI; nothing else is probed."""
    from azure.identity.aio import AzureCliCredential  # noqa: PLC0415  # slow to load, and needed without keys only

    return AzureCliCredential()


def account_of(environment: Mapping[str, str], *, connection: str = "") -> Storage:
    """Return the account; `connection` = what the command line says, which goes before the environment.

    A deployed account takes no keys: it is named, and read as who is signed in, with the role Storage Table Data
    Reader.

    Raises:
        ConfigurationError: none is named, or the connection string is none.
    """
    key = connection or environment.get(CONNECTION, "")
    if key:
        return Storage(StorageAddress(connection=key))
    if named := environment.get(ACCOUNT, ""):
        return Storage(StorageAddress.of_account(named), credentials=signed_in)
    raise ConfigurationError((f"Set {CONNECTION} or {ACCOUNT}, or give --connection.",))
