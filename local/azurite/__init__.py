"""Start Azurite, Microsoft's storage emulator, on free ports of the loopback interface.

    with azurite.start() as storage:
        TableServiceClient.from_connection_string(storage.connection_string)

Everything is in memory unless a folder is given. Use one table or queue name per test rather than one
Azurite per test: a table costs milliseconds, a start about a second.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from local.azurite.node import ROOT, NotSetUp, find_program, with_node
from local.processes import Child

__all__ = ["ACCOUNT", "Azurite", "NotSetUp", "start"]

ACCOUNT: Final = "devstoreaccount1"
# Not a secret: the key that every copy of the emulator is documented to accept.
# https://learn.microsoft.com/azure/storage/common/storage-connect-azurite
_KEY: Final = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
_FLAGS: Final = (
    "--silent",
    # Newer clients send newer API versions than this Azurite knows by name; they work.
    "--skipApiVersionCheck",
    "--disableTelemetry",
    *("--blobPort", "0", "--queuePort", "0", "--tablePort", "0"),
)
_SERVICES: Final = ("Blob", "Queue", "Table")


@dataclass(frozen=True, slots=True)
class Azurite:
    """A running Azurite; stop it, or use it in a `with`."""

    connection_string: str
    child: Child
    _cleanup: ExitStack

    def stop(self) -> None:
        """End it; what it held in memory is gone. Idempotent."""
        self._cleanup.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()


def start(folder: Path | None = None, *, log: Path | None = None, root: Path = ROOT) -> Azurite:
    """Start Azurite and wait until its three services listen.

    Args:
        folder: where tables and queues are kept across starts; None = in memory.
        log: where its output goes; None = a temporary file that goes away with it.
        root: the project's folder, whose `.azurite/` set-up has filled.

    Raises:
        NotSetUp: set-up has not run, or was interrupted.
        ChildFailed: it did not start; the text shows why.
    """
    program = root / ".azurite" / "node_modules" / "azurite" / "dist" / "src" / "azurite.js"
    if not program.is_file():
        raise NotSetUp("Azurite is not installed: run `make setup`.")
    command = [str(find_program("node", root=root)), str(program), *_FLAGS]
    with ExitStack() as cleanup:
        # It writes a settings file where it runs even when the data stay in memory.
        scratch = Path(tempfile.mkdtemp(prefix="azurite-"))
        cleanup.callback(shutil.rmtree, scratch, ignore_errors=True)
        command += ["--location", str(folder.resolve())] if folder else ["--inMemoryPersistence"]
        environment = with_node(os.environ, root=root)
        child = Child.start(command, name="Azurite", log=log or scratch / "azurite.log", env=environment, cwd=scratch)
        cleanup.callback(child.stop)
        connection = _connection_string({service: _address(child, service) for service in _SERVICES})
        return Azurite(connection_string=connection, child=child, _cleanup=cleanup.pop_all())
    raise AssertionError("unreachable: the block above returns or raises")


def _address(child: Child, service: str) -> str:
    """Wait for a service and return its address."""
    return child.wait_for(rf"Azurite {service} service is successfully listening at (http://\S+)").group(1)


def _connection_string(addresses: dict[str, str]) -> str:
    """Write down the account, its key and where its services listen."""
    endpoints = "".join(f"{service}Endpoint={address}/{ACCOUNT};" for service, address in addresses.items())
    return f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={_KEY};{endpoints}"
