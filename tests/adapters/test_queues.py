"""Queues: the name that the trigger binds to, and answers that the emulator never gives."""

from __future__ import annotations

from uuid import uuid4

import pytest

from shared.adapters.queues import StorageQueue
from shared.adapters.register import Storage
from shared.errors import PermissionMissing, UnexpectedAnswer
from shared.ports import QueueName
from tests.adapters.register.conftest import Answer, ScriptedAccount, scripted  # noqa: F401  # a fixture, used by name


@pytest.mark.azurite
async def test_queue_is_called_as_the_trigger_binds_it(storage: Storage) -> None:
    """The queue's name is the port's word, and messages stay until somebody takes them."""
    prefix = f"t{uuid4().hex}-"
    await StorageQueue(storage, prefix=prefix).put(QueueName.PACKAGE_CHECKS, "text")
    client = storage.queue_service().get_queue_client(f"{prefix}package-checks")
    messages = [message async for message in client.receive_messages()]
    assert [message.content for message in messages] == ["dGV4dA=="]
    assert messages[0].expires_on is not None
    assert messages[0].expires_on.year > 2100


async def test_missing_role_is_named(scripted: ScriptedAccount) -> None:  # noqa: F811  # the fixture above
    """The identity needs a role for queues of its own."""
    scripted.answers = [Answer(403, headers={"x-ms-error-code": "AuthorizationPermissionMismatch"}, body="")]
    storage = scripted.storage()
    with pytest.raises(PermissionMissing, match="Storage Queue Data Contributor"):
        await StorageQueue(storage).put(QueueName.NOTICES, "x")
    await storage.close()


async def test_length_that_is_missing_is_not_zero(scripted: ScriptedAccount) -> None:  # noqa: F811  # the fixture above
    """A queue whose length was not said is not empty."""
    scripted.answers = [Answer(200, body="")]
    storage = scripted.storage()
    with pytest.raises(UnexpectedAnswer, match="length"):
        await StorageQueue(storage).waiting(QueueName.NOTICES)
    await storage.close()
