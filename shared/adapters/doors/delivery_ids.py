"""Ids of deliveries: what the sender gave where it is usable, else one made of the body."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Final

from shared.adapters.doors.body import is_clean

LONGEST_ID: Final = 100


def usable_id(text: str | None) -> str | None:
    """Return an id that can be kept and shown; None for every other text."""
    return text if text is not None and len(text) <= LONGEST_ID and is_clean(text) else None


def id_of_body(body: bytes, *, at: datetime) -> str:
    """Make an id for a delivery that has none: the same bytes within one hour are one delivery.

    A sender that tries again sends the same bytes, soon. But a body without a time in it is the same
    too when a package is published, deleted and published anew: were the bytes alone the id, the later
    publish would be taken for a repeat for ever. A repeat past the hour is looked at twice, no harm.
    """
    return f"sha256:{hashlib.sha256(body).hexdigest()}@{at.astimezone(UTC):%Y-%m-%dT%H}"
