"""Deliveries: one webhook call each, and a hint about where to look; the truth is read from the API."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hint:
    """Where a delivery says that something happened; every part may be missing, the widest hint is the organization.

    `delivery_id` is the idempotency key. `project` and `feed` are names or ids, as the sender wrote
    them. `package` is only set together with `ecosystem`; without a `feed` it is what another registry
    published, and which of our feeds hold it is not known. `watched` is False for an event that is told
    truly, but of nothing that a feed could hold: it calls for no work.
    """

    delivery_id: str
    event: str
    project: str | None = None
    feed: str | None = None
    ecosystem: str | None = None
    package: str | None = None
    version: str | None = None
    watched: bool = True
