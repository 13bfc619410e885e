"""A small https server for tests: a certificate of its own, and answers that are told beforehand."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from local.simulators.self_made_certificate import write_certificate


@dataclass(frozen=True, slots=True)
class TlsServer:
    """Where it listens, and a context that trusts it."""

    port: int
    client_context: ssl.SSLContext


@asynccontextmanager
async def tls_server(host: str, answer: bytes, folder: Path) -> AsyncIterator[TlsServer]:
    """Serve the same raw answer to every request, on loopback, under a certificate for the host."""
    certificate = write_certificate(host, folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(respond, "127.0.0.1", 0, ssl=context) as server:
        port = server.sockets[0].getsockname()[1]
        yield TlsServer(port, ssl.create_default_context(cafile=certificate))
