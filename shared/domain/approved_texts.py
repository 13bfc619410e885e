"""The versions that owners let in, as texts: how many of them a case keeps, and how its events tell them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

# JSON characters.
MOST_APPROVED: Final = 20_000


def bounded(versions: Sequence[str]) -> tuple[str, ...]:
    """Return as many whole versions from the front as a case keeps. One that is left out is told of again."""
    budget = MOST_APPROVED
    for count, version in enumerate(versions):
        budget -= len(json.dumps(version)) + 1
        if budget < 0:
            return tuple(versions[:count])
    return tuple(versions)


def told_text(versions: Sequence[str]) -> str:
    """Write the versions that owners let in so that an event can tell them, whatever a version is called."""
    return json.dumps(list(versions), ensure_ascii=True, separators=(",", ":"))


def told_versions(text: str) -> frozenset[str] | None:
    """Read what an event tells; None = that is none of these texts."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    is_list = isinstance(found, list) and all(isinstance(version, str) for version in found)
    return frozenset(found) if is_list else None
