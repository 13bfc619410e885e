"""What the platform does to a request before the host sees it.

App Service's sign-in sets headers that begin with `X-MS-`, and strips what a caller sends under such names: code behind
it trusts them. The simulated sign-in belongs here, beside the stripping, so that one cannot exist without the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_RESERVED_PREFIX: Final = "x-ms-"


def admit_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the caller's headers without those that only the platform may set."""
    return [(name, value) for name, value in headers if not name.lower().startswith(_RESERVED_PREFIX)]
