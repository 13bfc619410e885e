"""Deliveries: one webhook call each, and a hint about where to look; the truth is read from the API."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hint:
    """Where a delivery says that something happened; every part may be missing, the widest hint is the organization.

    `delivery_id` is the idempotency key. `project` and `feed` are names or ids, as the sender wrote
    them. `package` is only set together with `ecosystem` and `feed`.
    """

    delivery_id: str
    event: str
    project: str | None = None
    feed: str | None = None
    ecosystem: str | None = None
    package: str | None = None
    version: str | None = None
