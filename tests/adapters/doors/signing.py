"""A sender that signs bodies which the written-down vectors do not cover."""

from __future__ import annotations

import hashlib
import hmac
import json

from shared.domain.hints import Hint
from shared.ports import Door
from tests.adapters.doors.vectors import AT, SECRET, Vector


def sent(body: object) -> bytes:
    """Return the bytes of a body."""
    return body if isinstance(body, bytes) else json.dumps(body).encode("utf-8")


def signature(vector: Vector, body: bytes, *, secret: str = SECRET) -> str:
    """Sign as the vector's sender does."""
    prefix = vector.newest.rpartition("=")[0]
    made = hmac.new(secret.encode("utf-8"), body, getattr(hashlib, vector.digest)).hexdigest()
    return f"{prefix}={made}" if prefix else made


def read(door: Door, vector: Vector, body: object, headers: dict[str, str | None] | None = None) -> Hint:
    """Let a door read a body that is signed well; None takes a header away."""
    raw = sent(body)
    changed = {**vector.signed(signature(vector, raw)), **(headers or {})}
    return door.read(headers={name: value for name, value in changed.items() if value is not None}, body=raw, at=AT)
