"""Where the simulated services are, and the line that tells it; apart, since `services.py` loads all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

READY: Final = r"serving (\{.*\})"
"""What the line looks like that `local.stack.services` prints; within, the addresses as JSON."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where each service is, without a trailing slash; `registries` by ecosystem."""

    registries: Mapping[str, str]
    feeds: str
    mail: str
    smtp: str
    teams: str
    webhook: str
