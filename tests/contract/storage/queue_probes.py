"""How a contract test looks into queues: what is visible now, and what it is to wait."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Protocol

from shared.adapters.queues import StorageQueue
from shared.adapters.register import Storage
from shared.ports import Queue, QueueName
from tests.fakes import MemoryQueue, SettableClock

# Together 20 seconds: far more than any delay of a test.
_POLLS: Final = 200
_PAUSE_SECONDS: Final = 0.1


class QueueProbe(Protocol):
    """Queues under test, and a consumer's view of them."""

    @property
    def queue(self) -> Queue:
        """The port under test."""
        ...

    async def seen(self, queue: QueueName) -> list[str]:
        """Take what a consumer would get now."""
        ...

    async def seen_after(self, queue: QueueName, delay: timedelta) -> list[str]:
        """Take what a consumer gets once the delay is over."""
        ...


@dataclass(slots=True)
class MemoryQueueProbe:
    """The fake, whose clock a test moves."""

    clock: SettableClock = field(default_factory=SettableClock)
    queue: MemoryQueue = field(init=False)

    def __post_init__(self) -> None:
        """Let the queue go by our clock."""
        self.queue = MemoryQueue(clock=self.clock)

    async def seen(self, queue: QueueName) -> list[str]:
        """Take what is visible."""
        return self.queue.take(queue)

    async def seen_after(self, queue: QueueName, delay: timedelta) -> list[str]:
        """Move the clock, then take."""
        self.clock.advance(delay)
        return self.queue.take(queue)


@dataclass(slots=True)
class AzuriteQueueProbe:
    """Real queues, read as the Functions trigger reads them: Base64 texts."""

    queue: StorageQueue
    account: Storage
    prefix: str

    async def seen(self, queue: QueueName) -> list[str]:
        """Receive and delete what is visible."""
        client = self.account.queue_service().get_queue_client(f"{self.prefix}{queue}")
        texts = []
        async for message in client.receive_messages(messages_per_page=32):
            texts.append(base64.b64decode(str(message.content), validate=True).decode())
            await client.delete_message(message)
        return texts

    async def seen_after(self, queue: QueueName, delay: timedelta) -> list[str]:  # noqa: ARG002  # real time passes by itself
        """Poll until something shows, or far too much time went by."""
        for _ in range(_POLLS):
            if texts := await self.seen(queue):
                return texts
            await asyncio.sleep(_PAUSE_SECONDS)
        return []
