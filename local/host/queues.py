"""Works off storage queues with the real host's rules.

* A message is taken for a lease that is renewed while the function runs, so one that a killed host held comes back
  when the lease ends. The real host's lease is ten minutes; ours is short, since laptops are impatient.
* A failed message becomes visible again after host.json's `visibilityTimeout`, and goes to `<queue>-poison` when it
  failed `maxDequeueCount` times. A message that cannot be decoded goes there at once.
* A queue that is itself a poison queue has none: a failing message stays invisible until its lease ends.
* A new batch is fetched when no more than `newBatchThreshold` messages of the queue are being worked on.

Unlike the real host it creates the queues that it listens to; in production the infrastructure does that.

Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import logging
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from local.host.invoker import Invoker
from local.host.messages import Message, json_text, octets, text
from local.host.metadata import Function
from local.host.settings import QueueSettings
from local.host.storage import create_queue, send
from local.host.worker import InvocationFailed

logger = logging.getLogger("host")
_SHORTEST_POLL: Final = timedelta(milliseconds=100)
_LONGEST_POLL: Final = timedelta(seconds=1)
LEASE: Final = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Listener:
    """Polls one queue for one function; `wake` makes it look at once."""

    function: Function
    queue: QueueClient
    poison: QueueClient | None
    settings: QueueSettings
    invoker: Invoker
    lease: timedelta = LEASE
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self) -> None:
        """Poll until cancelled; the messages in work (`tasks`) go on."""
        pause = _SHORTEST_POLL
        while True:
            if len(self.tasks) > self.settings.new_batch_threshold:
                await asyncio.wait(self.tasks, return_when=asyncio.FIRST_COMPLETED)
                continue
            found = await self._fetch()
            pause = _SHORTEST_POLL if found else min(pause * 2, _LONGEST_POLL)
            if not found:
                await self._pause(pause)

    async def _pause(self, pause: timedelta) -> None:
        """Wait a while, or until woken: this host itself has put something in."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.wake.wait(), pause.total_seconds())
        self.wake.clear()

    async def _fetch(self) -> bool:
        """Take a batch and start its work; tell whether there was any."""
        found = False
        lease_seconds = int(self.lease.total_seconds())
        try:
            pages = self.queue.receive_messages(
                messages_per_page=self.settings.batch_size,
                max_messages=self.settings.batch_size,
                visibility_timeout=lease_seconds,
            )
            async for message in pages:
                found = True
                task = asyncio.create_task(self._work(message))
                self.tasks.add(task)
                task.add_done_callback(self.tasks.discard)
        except ResourceNotFoundError:
            await create_queue(self.queue)
        except AzureError as error:
            # The storage may be starting or restarting: the next poll shows.
            logger.warning("Queue '%s' cannot be read: %s", self.queue.queue_name, error.message)
        return found

    async def _work(self, message: QueueMessage) -> None:
        """Run the function for one message, and settle the message by how that went."""
        try:
            payload = self._decode(message)
            # A message whose host was killed each time never failed, and must not come back for ever.
            if payload is None or (message.dequeue_count or 0) > self.settings.max_dequeue_count:
                await self._give_up(message)
                return
            renewal = asyncio.create_task(self._renew(message))
            try:
                await self.invoker.run(
                    self.function,
                    reason=f"New queue message detected on '{self.queue.queue_name}'.",
                    payload=payload,
                    metadata=_metadata(message),
                )
            except InvocationFailed:
                await _end(renewal)
                await self._fail(message)
            else:
                await _end(renewal)
                await self.queue.delete_message(message)
        except AzureError as error:
            # It stays in the queue and comes back when its lease ends.
            logger.warning("Message %s was not settled: %s", message.id, error.message)

    def _decode(self, message: QueueMessage) -> Message | None:
        """Return the message's content as the worker's message; None where it is not what host.json says."""
        try:
            raw = base64.b64decode(message.content, validate=True) if self.settings.base64 else message.content.encode()
        except (binascii.Error, ValueError):
            return None
        try:
            return text(raw.decode("utf-8"))
        except UnicodeDecodeError:
            return octets(raw)

    async def _renew(self, message: QueueMessage) -> None:
        """Keep the message ours while its function runs; the receipt changes with each renewal."""
        while True:
            await asyncio.sleep(self.lease.total_seconds() / 2)
            with suppress(AzureError):
                renewed = await self.queue.update_message(
                    message, visibility_timeout=int(self.lease.total_seconds()), content=message.content
                )
                message.pop_receipt = renewed.pop_receipt

    async def _fail(self, message: QueueMessage) -> None:
        """Put the message back, or away when it failed often enough."""
        if self.poison is None:
            return
        if (message.dequeue_count or 0) >= self.settings.max_dequeue_count:
            await self._give_up(message)
            return
        await self.queue.update_message(
            message, visibility_timeout=int(self.settings.visibility_timeout.total_seconds()), content=message.content
        )

    async def _give_up(self, message: QueueMessage) -> None:
        """Move the message to the poison queue: copied first, so that a crash between duplicates but never loses it."""
        if self.poison is None:
            return
        logger.error("Message %s is moved to '%s'", message.id, self.poison.queue_name)
        await send(self.poison, message.content)
        await self.queue.delete_message(message)


async def _end(task: asyncio.Task[None]) -> None:
    """Cancel a task and wait until it is gone."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def _metadata(message: QueueMessage) -> dict[str, Message]:
    """Return what the function is told of the message beside its content."""
    times = {
        "ExpirationTime": message.expires_on,
        "InsertionTime": message.inserted_on,
        "NextVisibleTime": message.next_visible_on,
    }
    told = {name: text(moment.isoformat()) for name, moment in times.items() if moment is not None}
    told |= {"Id": text(message.id), "PopReceipt": text(message.pop_receipt or "")}
    return told | {"DequeueCount": json_text(str(message.dequeue_count or 1))}
