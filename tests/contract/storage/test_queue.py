"""Queues: what is put is seen, at once or after its delay."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.ports import QueueName
from tests.contract.storage.queue_probes import QueueProbe


async def test_message_is_seen_by_its_queue_only(queue_probe: QueueProbe) -> None:
    """Texts arrive as they were put, once each."""
    await queue_probe.queue.put(QueueName.NOTICES, "näme 📦 <&>")
    await queue_probe.queue.put(QueueName.NOTICES, "second")
    await queue_probe.queue.put(QueueName.FEED_SWEEPS, "other")
    assert await queue_probe.seen(QueueName.NOTICES) == ["näme 📦 <&>", "second"]
    assert await queue_probe.seen(QueueName.FEED_SWEEPS) == ["other"]
    assert await queue_probe.seen(QueueName.NOTICES) == []


async def test_delayed_message_waits(queue_probe: QueueProbe) -> None:
    """A delayed message shows after its delay, not before."""
    delay = timedelta(seconds=2)
    await queue_probe.queue.put(QueueName.PACKAGE_CHECKS, "later", delay=delay)
    assert await queue_probe.seen(QueueName.PACKAGE_CHECKS) == []
    assert await queue_probe.seen_after(QueueName.PACKAGE_CHECKS, delay) == ["later"]


async def test_longest_delay_is_possible(queue_probe: QueueProbe) -> None:
    """Seven days are taken, and hide the message."""
    await queue_probe.queue.put(QueueName.PACKAGE_CHECKS, "next week", delay=timedelta(days=7))
    assert await queue_probe.seen(QueueName.PACKAGE_CHECKS) == []


@pytest.mark.parametrize("delay", [timedelta(days=7, seconds=1), timedelta(seconds=-1)])
async def test_impossible_delay_is_refused(queue_probe: QueueProbe, delay: timedelta) -> None:
    """A delay that the service cannot keep is the caller's mistake, told at once."""
    with pytest.raises(ValueError, match="7 days"):
        await queue_probe.queue.put(QueueName.NOTICES, "x", delay=delay)


async def test_waiting_counts_delayed_messages_too(queue_probe: QueueProbe) -> None:
    """A queue that was never used is empty; afterwards every message counts, visible or not."""
    assert await queue_probe.queue.waiting(QueueName.FEED_SWEEPS) == 0
    await queue_probe.queue.put(QueueName.FEED_SWEEPS, "now")
    await queue_probe.queue.put(QueueName.FEED_SWEEPS, "later", delay=timedelta(hours=1))
    assert await queue_probe.queue.waiting(QueueName.FEED_SWEEPS) == 2
