"""Queues and timers through the real worker and a real storage emulator: retries, poison, leases, stops."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue import QueueClient

from local import azurite
from local.azurite import Azurite
from tests.local.host.running import running, start, wait_until

pytestmark = pytest.mark.azurite


def test_a_message_goes_from_http_through_two_queues(storage: Azurite, tmp_path: Path) -> None:
    """An output is a message, a list of outputs is several; each is worked off once."""
    with running(storage, tmp_path) as host:
        host.place("würfel")
        wait_until(lambda: len(host.lines("parcels")) == 2)
        assert sorted(host.lines("parcels")) == ["würfel-left", "würfel-right"]
        assert host.lines("tries") == ["würfel 1 pack_order"]


def test_a_failing_message_is_tried_and_then_put_away(storage: Azurite, tmp_path: Path) -> None:
    """After `maxDequeueCount` tries it goes to the poison queue, whose function sees the message as it was."""
    with running(storage, tmp_path) as host:
        host.place("fail")
        wait_until(lambda: host.lines("buried"))
        assert host.lines("buried") == ["fail"]
        assert host.lines("tries") == [f"fail {number} pack_order" for number in (1, 2, 3)]


def test_a_message_that_is_not_base64_is_put_away_untried(storage: Azurite, tmp_path: Path) -> None:
    """Nobody could read it, however often it is tried."""
    with running(storage, tmp_path) as host:
        with QueueClient.from_connection_string(storage.connection_string, host.queue) as queue:
            wait_until(lambda: _exists(queue))
            queue.send_message("not base64!")
        wait_until(lambda: f"is moved to '{host.queue}-poison'" in host.child.tail(lines=200))
        assert host.lines("tries") == []
        assert host.lines("buried") == []


def test_a_killed_host_loses_no_message(storage: Azurite, tmp_path: Path) -> None:
    """What it held comes back when its lease ends, with one more try counted."""
    with running(storage, tmp_path) as first:
        first.place("wait")
        wait_until(lambda: first.lines("tries"))
        first.child.kill()
        assert first.lines("orders") == []
        (first.witness / "go").touch()
        second = start(storage, tmp_path, queue=first.queue)
        try:
            wait_until(lambda: second.lines("orders") == ["wait"])
            assert second.lines("tries") == ["wait 1 pack_order", "wait 2 pack_order"]
        finally:
            second.child.stop()


def test_a_lease_is_renewed_while_the_function_runs(storage: Azurite, tmp_path: Path) -> None:
    """A function that takes longer than the lease is not started a second time beside itself."""
    with running(storage, tmp_path) as host:
        host.place("wait")
        wait_until(lambda: host.lines("tries"))
        with QueueClient.from_connection_string(storage.connection_string, host.queue) as queue:
            # A message of a later time, hidden longer than the lease: when it arrives, the lease has run out twice.
            queue.send_message("bGF0ZXI=", visibility_timeout=3)
            wait_until(lambda: "later" in host.lines("orders"))
        (host.witness / "go").touch()
        wait_until(lambda: "wait" in host.lines("orders"))
        assert [line for line in host.lines("tries") if line.startswith("wait")] == ["wait 1 pack_order"]


def test_a_stop_waits_for_what_is_under_way(storage: Azurite, tmp_path: Path) -> None:
    """The request and the message that have begun end well; the exit code says so."""
    with running(storage, tmp_path) as host, ThreadPoolExecutor() as threads:
        answer = threads.submit(httpx.get, f"{host.url}/api/slow", timeout=30)
        host.place("wait")
        wait_until(lambda: host.lines("slow") and host.lines("tries"))
        stopped = threads.submit(host.child.stop)
        wait_until(lambda: "Stopping when" in host.child.tail(lines=200))
        (host.witness / "go").touch()
        assert stopped.result() == 0
        assert answer.result().text == "done"
        assert host.lines("orders") == ["wait"]


def test_an_outage_of_the_storage_is_survived(tmp_path: Path) -> None:
    """Nobody is told that his order was queued; the host goes on, and says what it cannot read."""
    with azurite.start() as own, running(own, tmp_path) as host:
        wait_until(lambda: host.lines("starts"))
        own.child.kill()
        assert httpx.post(f"{host.url}/api/orders", content="lost", timeout=60).status_code == 500
        wait_until(lambda: "cannot be read" in host.child.tail(lines=200))
        assert httpx.get(f"{host.url}/api/plain").status_code == 200
        assert host.child.stop() == 0


def test_timers_do_not_overtake_themselves(storage: Azurite, tmp_path: Path) -> None:
    """A run that takes longer than the schedule's step ends before the next begins."""
    with running(storage, tmp_path, TICKS="* * * * * *") as host:
        wait_until(lambda: len(host.lines("ticks")) >= 4)
        assert host.lines("ticks")[:4] == ["begin False", "end"] * 2
        assert len(host.lines("starts")) == 1


def test_intervals_are_schedules_too(storage: Azurite, tmp_path: Path) -> None:
    """A time span fires again and again."""
    with running(storage, tmp_path, TICKS="00:00:01") as host:
        wait_until(lambda: len(host.lines("ticks")) >= 3)


def _exists(queue: QueueClient) -> bool:
    """Tell whether the host has created the queue."""
    try:
        queue.get_queue_properties()
    except ResourceNotFoundError:
        return False
    return True
