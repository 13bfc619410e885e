"""How long a service asks us to wait.

Source: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

# The RFC says whole seconds, some services write fractions. Nine digits are more than any wait has, and keep
# timedelta within its bounds; what is longer is as good as that.
_SECONDS: Final = re.compile(r"([0-9]+)(?:\.[0-9]*)?", re.ASCII)
_LONGEST_SECONDS: Final = 999_999_999


def retry_after(headers: Mapping[str, str], *, now: datetime) -> timedelta | None:
    """Read Retry-After, as seconds or as a date; None where it is missing or unreadable. Header names in lower case."""
    text = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text):
        return timedelta(seconds=min(float(text), _LONGEST_SECONDS))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(moment - now, timedelta(0))
