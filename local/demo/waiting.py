"""Wait until something is so, or a time is over."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Final

_LOOK_EVERY_SECONDS: Final = 0.2


def until(is_so: Callable[[], bool], *, within: timedelta) -> bool:
    """Look again and again; return whether it became so."""
    deadline = time.monotonic() + within.total_seconds()
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK_EVERY_SECONDS)
    return True
