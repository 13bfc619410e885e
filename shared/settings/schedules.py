"""Schedules: six-field NCRONTAB."""

from __future__ import annotations

import re
from typing import Final

_MONTHS: Final = "january february march april may june july august september october november december"
_WEEKDAYS: Final = "sunday monday tuesday wednesday thursday friday saturday"

# Field, least and greatest value, names that may stand for values.
# Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
_FIELDS_OF_A_SCHEDULE: Final = (
    ("second", 0, 59, ""),
    ("minute", 0, 59, ""),
    ("hour", 0, 23, ""),
    ("day", 1, 31, ""),
    ("month", 1, 12, _MONTHS),
    ("weekday", 0, 6, _WEEKDAYS),
)
_SHORTEST_NAME: Final = 3


def schedule(text: str) -> str:
    """Check a six-field NCRONTAB: the platform would tell of a bad one in its log only, and never call us."""
    fields = text.split()
    if len(fields) != len(_FIELDS_OF_A_SCHEDULE):
        raise ValueError(
            f"{text[:40]!r} is not six fields (second minute hour day month weekday), such as 0 0 */6 * * *"
        )
    for written, (field_name, least, greatest, names) in zip(fields, _FIELDS_OF_A_SCHEDULE, strict=True):
        if not all(_fits(part, least, greatest, names.split()) for part in written.split(",")):
            allowed = f"{least} to {greatest}{', names' if names else ''}, * and lists, ranges, steps of them"
            raise ValueError(f"{field_name}: {written[:40]!r} is not made of {allowed}, such as 0 0 */6 * * *")
    return text


def _fits(part: str, least: int, greatest: int, names: list[str]) -> bool:
    match = re.fullmatch(r"(?:\*|([0-9]{1,2}|[A-Za-z]+)(?:-([0-9]{1,2}|[A-Za-z]+))?)(?:/0*[1-9][0-9]?)?", part)
    return match is not None and all(_is_value(value, least, greatest, names) for value in match.groups() if value)


def _is_value(text: str, least: int, greatest: int, names: list[str]) -> bool:
    if text.isdecimal():
        return least <= int(text) <= greatest
    return len(text) >= _SHORTEST_NAME and any(name.startswith(text.lower()) for name in names)
