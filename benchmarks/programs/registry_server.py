"""A registry that answers as fast as Python can, in a process of its own: half of its names exist.

`/fast/NAME` is answered at once, `/slow/NAME` after the latency. Names that end with an even digit exist.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
from http import HTTPStatus
from typing import Final

_END: Final = b"\r\n\r\n"
_LARGEST_HEAD: Final = 16_384


def answer(path: str) -> bytes:
    """Return the whole answer for a path."""
    name = path.rpartition("/")[2]
    if name[-1:] not in {"0", "2", "4", "6", "8"}:
        return _rendered(HTTPStatus.NOT_FOUND, {"error": "Not found"})
    version = {
        "name": name,
        "version": "1.0.0",
        "dist": {"shasum": "0" * 40, "tarball": f"https://r.example.test/{name}"},
    }
    document = {
        "name": name,
        "dist-tags": {"latest": "1.0.0"},
        "versions": {"1.0.0": version},
        "time": {"created": "2020-01-01T00:00:00.000Z", "1.0.0": "2020-01-01T00:00:00.000Z"},
    }
    return _rendered(HTTPStatus.OK, document)


def _rendered(status: HTTPStatus, document: object) -> bytes:
    body = json.dumps(document).encode()
    head = f"HTTP/1.1 {status} {status.phrase}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


class _Connection(asyncio.Protocol):
    """One kept connection; requests come one after another and have no body."""

    def __init__(self, latency_seconds: float) -> None:
        self._latency_seconds = latency_seconds
        self._head = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the line."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        self._head += data
        while _END in self._head:
            head, _, self._head = self._head.partition(_END)
            path = head.split(b" ", 2)[1].decode("ascii", "replace")
            wait = self._latency_seconds if path.startswith("/slow/") else 0.0
            asyncio.get_running_loop().call_later(wait, self._send, answer(path)) if wait else self._send(answer(path))
        if len(self._head) > _LARGEST_HEAD and self._transport is not None:
            self._transport.abort()

    def _send(self, whole: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(whole)


async def serve(latency_seconds: float) -> None:
    """Serve until SIGTERM or SIGINT."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = await loop.create_server(lambda: _Connection(latency_seconds), "127.0.0.1", 0)
    print(f"listening on http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await stop.wait()
    server.close()


def main() -> None:
    """Read the latency, and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.02, help="seconds before an answer below /slow/")
    asyncio.run(serve(parser.parse_args().latency))


if __name__ == "__main__":
    main()
