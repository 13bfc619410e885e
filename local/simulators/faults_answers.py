"""One fault, and the wrong answer that it gives."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from functools import cache
from typing import Final

from pydantic import BaseModel, ConfigDict
from starlette.types import Send

_CHUNK: Final = 65_536
# What a proxy or a CDN shows instead of the service behind it.
_HTML: Final = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Checking</body></html>"


class Fault(BaseModel):
    """One rule. Without `status`, `html`, `cut` or `oversize_bytes` it only delays.

    `path` is matched against the raw path (no query) with `*` and `?`; `method` None = any; `times` None = always.
    """

    model_config = ConfigDict(extra="forbid")

    path: str = "*"
    method: str | None = None
    times: int | None = None
    delay_seconds: float = 0.0
    status: int | None = None
    headers: dict[str, str] = {}
    body: str | None = None
    html: bool = False  # a page of HTML where JSON is expected, with status 200 where none is given
    cut: bool = False  # close the connection in the middle of the body
    oversize_bytes: int = 0  # a JSON string of that many characters
    gzip: bool = False  # send the body compressed: with `oversize_bytes` a bomb
    drip_seconds: float = 0.0  # wait that long before every single byte of the body

    @property
    def answers(self) -> bool:
        """Whether the rule answers in the app's place."""
        return self.status is not None or self.html or self.cut or self.oversize_bytes > 0


def _body(fault: Fault) -> bytes:
    if fault.oversize_bytes and fault.gzip:
        return _bomb(fault.oversize_bytes)
    if fault.oversize_bytes:
        body = _oversized(fault.oversize_bytes)
    elif fault.body is not None:
        body = fault.body.encode()
    else:
        body = (_HTML if fault.html else json.dumps({"error": f"status {fault.status}"})).encode()
    return gzip.compress(body) if fault.gzip else body


def _oversized(length: int) -> bytes:
    return b'"' + b"x" * max(length - 2, 0) + b'"'


@cache
def _bomb(length: int) -> bytes:
    """Compress once what takes half a second to compress, and next to nothing to keep."""
    return gzip.compress(_oversized(length))


async def misbehave(fault: Fault, send: Send) -> None:
    """Answer as the fault says."""
    body = _body(fault)
    headers = {"content-type": "text/html; charset=utf-8" if fault.html else "application/json"}
    if fault.gzip:
        headers["content-encoding"] = "gzip"
    # A cut answer promises more than it sends: uvicorn then closes the connection without an end.
    headers["content-length"] = str(len(body) + 1000 if fault.cut else len(body))
    told = {name.lower(): value for name, value in fault.headers.items()}
    start = {"type": "http.response.start", "status": fault.status or 200, "headers": _encode(headers | told)}
    await send(start)
    async for chunk in _drip(body, fault.drip_seconds):
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    if not fault.cut:
        await send({"type": "http.response.body", "body": b""})


async def _drip(body: bytes, seconds: float) -> AsyncIterator[bytes]:
    step = 1 if seconds else _CHUNK
    for place in range(0, len(body), step):
        if seconds:
            await asyncio.sleep(seconds)
        yield body[place : place + step]


def _encode(headers: Mapping[str, str]) -> Iterable[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
