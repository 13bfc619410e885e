"""Whether the storage account answers."""

from __future__ import annotations

from typing import Final

from local.onboard.credentials import storage_credential
from local.onboard.findings import Finding, Reporter
from local.onboard.ground import Ground
from local.onboard.step_settings import MEND
from shared.adapters.queues import StorageQueue
from shared.adapters.register import Storage, StorageAddress, TableCursors
from shared.errors import AuthenticationFailed, FeedwardenError, PermissionMissing
from shared.ports import QueueName

_ROLES: Final = (
    "without keys, who asks needs the roles Storage Table Data Reader and Storage Queue Data Reader on the account, "
    "and to be signed in; docs/deployment.md says who has which role"
)
_KEY: Final = "compare STORAGE_CONNECTION with the account's connection string: its key or signature does not fit"
_ACCOUNT: Final = (
    "see that STORAGE_CONNECTION__accountName is the account's name, and that this network reaches its address: with a "
    "private network, only from inside it (docs/deployment.md)"
)
_LISTENS: Final = "see that something listens at the address in STORAGE_CONNECTION, such as the emulator (`make up`)"


def storage_of(ground: Ground) -> Storage | None:
    """Return the storage account; None = none is named."""
    settings = ground.settings
    if settings.storage_connection is not None:
        return Storage(StorageAddress(connection=settings.storage_connection.reveal()))
    if settings.storage_account is None:
        return None
    address = StorageAddress.of_account(settings.storage_account, client_id=settings.client_id)
    return Storage(address, credentials=lambda client_id: storage_credential(ground.options, client_id))


def remedy(error: FeedwardenError, *, by_key: bool) -> str:
    """Say what to do: whoever was refused was reached."""
    if isinstance(error, (AuthenticationFailed, PermissionMissing)):
        return _KEY if by_key else _ROLES
    return _LISTENS if by_key else _ACCOUNT


async def storage(ground: Ground, report: Reporter) -> list[Finding]:
    """Read one row that need not be there, and ask how many messages wait; nothing is made."""
    flaw = ground.read.flaw("STORAGE_CONNECTION")
    if flaw:
        return [report.missing(flaw, MEND)]
    account = storage_of(ground)
    if account is None:
        return [report.missing("these settings name no storage account", "set STORAGE_CONNECTION__accountName")]
    try:
        await TableCursors(account).read("onboard")
        waiting = {queue: await StorageQueue(account).waiting(queue) for queue in QueueName}
    except FeedwardenError as error:
        return [report.not_known(str(error), remedy(error, by_key=ground.settings.storage_connection is not None))]
    finally:
        await account.close()
    told = ", ".join(f"{queue}: {count}" for queue, count in waiting.items())
    return [report.ok(f"tables and queues answer; messages waiting: {told}")]
