"""The account's clients: built late, from a connection string or an identity, and never telling a secret."""

from __future__ import annotations

import subprocess
import sys
from typing import Final, Self

import pytest
from azure.core.credentials import AccessToken
from azure.core.credentials_async import AsyncTokenCredential

from shared.adapters.register import Storage, StorageAddress
from shared.adapters.register.storage import managed_identity
from shared.errors import ConfigurationError
from tests.adapters.register.conftest import KEY, ScriptedAccount

_LATE: Final = ("azure", "aiohttp", "requests", "msal")


class _SampleIdentity(AsyncTokenCredential):
    """An identity that counts whether it was closed."""

    closed = 0

    async def get_token(self, *scopes: str, **_options: object) -> AccessToken:
        """Return a token for anything."""
        return AccessToken(" ".join(scopes), 4_102_444_800)

    async def close(self) -> None:
        """Count."""
        self.closed += 1

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_details: object) -> None:
        await self.close()


def test_importing_loads_no_sdk() -> None:
    """A cold start pays for storage with its first call, not before."""
    program = (
        "import sys, shared.adapters.register, shared.adapters.queues;"
        f"print([name for name in sys.modules if name.partition('.')[0] in {_LATE!r}])"
    )
    done = subprocess.run(  # our own interpreter, and a program written above
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


async def test_identity_reaches_both_services_and_is_closed() -> None:
    """An account's name and an identity are enough; one identity serves both clients."""
    identities: list[_SampleIdentity] = []

    def identity(client_id: str | None) -> AsyncTokenCredential:
        assert client_id == "an-identity"
        identities.append(_SampleIdentity())
        return identities[-1]

    storage = Storage(StorageAddress.of_account("sample", client_id="an-identity"), credentials=identity)
    assert storage.table("register") is storage.table("register")
    assert storage.queue_service() is storage.queue_service()
    assert storage.queue_service().url.startswith("https://sample.queue.core.windows.net")
    await storage.close()
    assert [each.closed for each in identities] == [1]


async def test_closed_storage_opens_again(scripted: ScriptedAccount) -> None:
    """Closing forgets the clients; the next use makes new ones."""
    storage = scripted.storage()
    table, queues = storage.table("register"), storage.queue_service()
    await storage.close()
    await storage.close()
    assert storage.table("register") is not table
    assert storage.queue_service() is not queues
    await storage.close()


@pytest.mark.parametrize("client_id", [None, "an-identity"])
async def test_managed_identity(client_id: str | None) -> None:
    """The platform's own identity, and no other kind of sign-in is tried."""
    identity = managed_identity(client_id)
    assert type(identity).__name__ == "ManagedIdentityCredential"
    await identity.close()


@pytest.mark.parametrize(
    "address",
    [
        StorageAddress(connection=""),
        StorageAddress(connection=f"AccountKey={KEY}"),
        StorageAddress(connection=KEY),
        StorageAddress(tables="http://127.0.0.1/a", queues="http://127.0.0.1/a"),
        StorageAddress(),
    ],
    ids=["empty", "no account", "no pairs", "token over http", "nothing"],
)
def test_unusable_address_is_a_configuration_error(address: StorageAddress) -> None:
    """A person can mend it, told which setting it is, and told nothing of what stood there."""
    storage = Storage(address, credentials=lambda _client_id: _SampleIdentity())
    for connect in (lambda: storage.table("register"), storage.queue_service):
        with pytest.raises(ConfigurationError, match="STORAGE_CONNECTION") as caught:
            connect()
        assert KEY not in str(caught.value)
        assert caught.value.__cause__ is None


def test_connection_string_is_not_shown() -> None:
    """The representation holds no secret."""
    assert KEY not in repr(StorageAddress(connection=f"AccountKey={KEY}"))
