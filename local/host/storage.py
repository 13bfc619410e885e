"""The queues that the app's bindings name: one client each, created on first use."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.queue.aio import QueueClient

from local.host.metadata import QueueOutput, QueueTrigger
from local.host.settings import QueueSettings, connection_string, resolve

_POISON_SUFFIX: Final = "-poison"


@dataclass(frozen=True, slots=True)
class Queues:
    """The queues of one app, by connection and name."""

    settings: Mapping[str, str]
    encoding: QueueSettings
    clients: dict[tuple[str, str], QueueClient] = field(default_factory=dict)

    def of(self, binding: QueueTrigger | QueueOutput) -> QueueClient:
        """Return the queue that a binding names. Raises ConfigurationError."""
        return self._client(connection_string(binding.connection, self.settings), self.name_of(binding))

    def name_of(self, binding: QueueTrigger | QueueOutput) -> str:
        """Return the queue's name with settings put in. Raises ConfigurationError."""
        return resolve(binding.queue, self.settings)

    def poison_of(self, trigger: QueueTrigger) -> QueueClient | None:
        """Return the queue for messages that failed too often; a poison queue has none."""
        name = self.name_of(trigger)
        if name.endswith(_POISON_SUFFIX):
            return None
        return self._client(connection_string(trigger.connection, self.settings), name + _POISON_SUFFIX)

    async def send_output(self, output: QueueOutput, content: bytes) -> None:
        """Send what a function put out."""
        encoded = base64.b64encode(content).decode() if self.encoding.base64 else content.decode()
        await send(self.of(output), encoded)

    async def close(self) -> None:
        """Close all connections."""
        for client in self.clients.values():
            await client.close()

    def _client(self, connection: str, name: str) -> QueueClient:
        """Return the one client of a queue."""
        key = (connection, name)
        if key not in self.clients:
            # Soon and seldom: the SDK's own waits would sit out a restart of the emulator for more than a minute.
            self.clients[key] = QueueClient.from_connection_string(
                connection, name, retry_total=2, initial_backoff=1, increment_base=1, random_jitter_range=0
            )
        return self.clients[key]


async def create_queue(queue: QueueClient) -> None:
    """Create a queue unless it is there."""
    with suppress(ResourceExistsError):
        await queue.create_queue()


async def send(queue: QueueClient, content: str) -> None:
    """Put a message in, and create the queue for the first one."""
    try:
        await queue.send_message(content)
    except ResourceNotFoundError:
        await create_queue(queue)
        await queue.send_message(content)
