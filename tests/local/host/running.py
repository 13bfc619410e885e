"""A host process with the sample app, and a folder in which the app's functions leave word."""

from __future__ import annotations

import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx

from local.azurite import Azurite
from local.azurite.node import ROOT
from local.plain_http import TRUST_NOBODY
from local.processes import Child

APPS = Path(__file__).with_name("apps")
_PATIENCE_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class RunningHost:
    """A host, its address, its queue and the folder in which its app leaves word."""

    child: Child
    url: str
    queue: str
    witness: Path

    def lines(self, name: str) -> list[str]:
        """Return what the app wrote under a name."""
        file = self.witness / name
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []

    def place(self, order: str) -> None:
        """Order something."""
        httpx.post(f"{self.url}/api/orders", content=order, verify=TRUST_NOBODY).raise_for_status()


def wait_until(condition: Callable[[], object]) -> None:
    """Wait for a condition with a deadline that fails loudly."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "what the test waits for did not happen"
        time.sleep(0.02)


def start(
    storage: Azurite,
    folder: Path,
    *,
    queue: str,
    settings: Mapping[str, str] | None = None,
    options: Sequence[str] = (),
) -> RunningHost:
    """Start a host process for the sample app; a lease of one second, since tests are impatient."""
    witness = folder / "witness"
    witness.mkdir(exist_ok=True)
    environment = {
        "STORAGE_CONNECTION": storage.connection_string,
        "WITNESS": str(witness),
        "ORDERS": queue,
        "TICKS": "0 0 0 1 1 *",
    }
    child = Child.start(
        [sys.executable, "-m", "local.host", "--app", str(APPS / "orders"), "--lease", "1", *options],
        name="the host",
        log=folder / f"host-{uuid.uuid4()}.log",
        env=os.environ | environment | dict(settings or {}),
        cwd=ROOT,
        grace=timedelta(seconds=20),
    )
    url = child.wait_for(r"listening on (http://127\.0\.0\.1:\d+)").group(1)
    return RunningHost(child=child, url=url, queue=queue, witness=witness)


@contextmanager
def running(storage: Azurite, folder: Path, *, options: Sequence[str] = (), **settings: str) -> Iterator[RunningHost]:
    """Run a host with a queue of its own."""
    host = start(storage, folder, queue=f"orders-{uuid.uuid4().hex}", settings=settings, options=options)
    try:
        yield host
    finally:
        host.child.stop()
