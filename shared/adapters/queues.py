"""Queues in Azure Queue Storage: Base64 texts, as the Functions queue trigger reads them by default."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from shared.adapters.register.failures import QUEUES, ContainerMissing
from shared.adapters.register.storage import Storage
from shared.errors import UnexpectedAnswer
from shared.ports import QueueName

if TYPE_CHECKING:  # loading the SDK takes a quarter of a second: only the first message pays it
    from azure.storage.queue.aio import QueueClient

# https://learn.microsoft.com/rest/api/storageservices/put-message: visibility timeout, 0 to 7 days
LONGEST_DELAY: Final = timedelta(days=7)
# Work must not vanish because a consumer was down for a week, which is the service's default.
_KEPT_FOR_EVER: Final = -1


class StorageQueue:
    """All queues of the account, each made where it is missing."""

    def __init__(self, storage: Storage, *, prefix: str = "") -> None:
        """Keep the account; a prefix keeps several installations in one account apart."""
        self._storage = storage
        self._prefix = prefix
        self._clients: dict[QueueName, QueueClient] = {}

    async def put(self, queue: QueueName, text: str, *, delay: timedelta = timedelta(0)) -> None:
        """Add one message; when the answer is lost it may be added twice, and handlers are idempotent."""
        if not timedelta(0) <= delay <= LONGEST_DELAY:
            raise ValueError(f"a message waits between no time and 7 days, not {delay}")
        try:
            await self._send(queue, text, delay)
        except ContainerMissing:
            await self._create(queue)
            await self._send(queue, text, delay)

    async def waiting(self, queue: QueueName) -> int:
        """Return about how many messages there are, delayed ones too; a queue that was never written to has none."""
        from shared.adapters.register.calls import call  # noqa: PLC0415  # loads the SDK's core

        client = self._client(queue)
        try:
            properties = await call(client.get_queue_properties, wire=QUEUES, patience=self._storage.patience)
        except ContainerMissing:
            return 0
        count = properties.approximate_message_count
        if not isinstance(count, int):
            raise UnexpectedAnswer("a queue without its length", service=QUEUES.service)
        return count

    async def _send(self, queue: QueueName, text: str, delay: timedelta) -> None:
        from shared.adapters.register.calls import call  # noqa: PLC0415  # loads the SDK's core

        client, seconds = self._client(queue), round(delay.total_seconds())
        await call(
            lambda: client.send_message(text, visibility_timeout=seconds, time_to_live=_KEPT_FOR_EVER),
            wire=QUEUES,
            patience=self._storage.patience,
        )

    async def _create(self, queue: QueueName) -> None:
        from shared.adapters.register.calls import call  # noqa: PLC0415  # loads the SDK's core

        # Creating a queue that exists already is a success of its own (204).
        await call(self._client(queue).create_queue, wire=QUEUES, patience=self._storage.patience)

    def _client(self, queue: QueueName) -> QueueClient:
        if queue not in self._clients:
            from azure.storage.queue import TextBase64DecodePolicy, TextBase64EncodePolicy  # noqa: PLC0415  # as above

            self._clients[queue] = self._storage.queue_service().get_queue_client(
                f"{self._prefix}{queue}",
                message_encode_policy=TextBase64EncodePolicy(),
                message_decode_policy=TextBase64DecodePolicy(),
            )
        return self._clients[queue]
