"""Settings that hold several secrets, as JSON.

No text here quotes what it stumbled over: a secret may stand anywhere, also where the name of a source belongs.
"""

from __future__ import annotations

import json
import re
from typing import Final

from shared.settings.values import Secret

SHORTEST_APPROVAL_KEY: Final = 32  # characters

_HOOK_ADVICE: Final = 'write JSON such as {"azure-devops": ["newest", "older"]}'
_KEYS_ADVICE: Final = 'write JSON such as ["newest", "older"]'


def hook_secrets(text: str) -> dict[str, tuple[Secret, ...]]:
    """Read the secrets of each source of deliveries, newest first."""
    from shared.adapters.doors import SOURCES  # noqa: PLC0415  # nothing of an adapter is loaded at import

    rows = _json(text, _HOOK_ADVICE)
    if not isinstance(rows, dict):
        raise ValueError(_HOOK_ADVICE)  # noqa: TRY004  # one class of error for all that is wrong with the text
    read: dict[str, tuple[Secret, ...]] = {}
    for place, (source, secrets) in enumerate(rows.items(), start=1):
        # The doors refuse what is no source, together with all that they find; they see its place only.
        name = source if source in SOURCES else f"(entry {place})"
        if not isinstance(secrets, list) or not all(isinstance(s, str) and s for s in secrets):
            raise ValueError(f"{name}: give a list of secrets that are not empty: {_HOOK_ADVICE}")
        read[name] = tuple(Secret(s) for s in secrets)
    return read


def approval_keys(text: str) -> tuple[Secret, ...]:
    """Read the keys that sign links, newest first."""
    rows = _json(text, _KEYS_ADVICE)
    if not isinstance(rows, list):
        raise ValueError(_KEYS_ADVICE)  # noqa: TRY004  # one class of error for all that is wrong with the text
    if not rows:
        raise ValueError("the list is empty: write a key, or leave the setting empty")
    for place, key in enumerate(rows, start=1):
        # Blanks and other letters would be lost or changed on some way that settings take, and every link with them.
        if not isinstance(key, str) or len(key) < SHORTEST_APPROVAL_KEY or not re.fullmatch(r"[!-~]+", key):
            raise ValueError(
                f"(entry {place}): a key is {SHORTEST_APPROVAL_KEY} or more ASCII characters without blanks, "
                "such as `openssl rand -base64 48` makes them"
            )
    return tuple(Secret(key) for key in rows)


def _json(text: str, advice: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError(f"not readable: {advice}") from None
