"""When timers fire: six-field NCRONTAB expressions and time spans.

NCRONTAB is not cron: seconds come first, Sunday is 0 and never 7, a day must fit the day of the month *and* the day
of the week, and there are no `L`, `W`, `#`, `?` or `@daily`.

Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from croniter import CroniterError, croniter

from local.host.settings import read_time_span
from shared.errors import ConfigurationError

_FIELD: Final = re.compile(r"[0-9A-Za-z*,/-]+")
_WORD: Final = re.compile(r"[A-Za-z]+")
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_NAMES: Final = frozenset(_MONTHS + _DAYS)
_FIELDS_WITH_SECONDS: Final = 6


@dataclass(frozen=True, slots=True)
class Schedule:
    """A checked schedule: either an expression or an interval."""

    expression: str
    interval: timedelta | None

    def next_after(self, moment: datetime) -> datetime:
        """Return the first time after the given one at which it fires; UTC in, UTC out."""
        if self.interval is not None:
            return moment + self.interval
        found: datetime = _croniter(self.expression, moment).get_next(datetime)
        return found


def read_schedule(text: str, *, now: datetime) -> Schedule:
    """Read a schedule with its settings already put in. Raises ConfigurationError."""
    if ":" in text:
        interval = read_time_span(text)
        if not interval:
            raise ConfigurationError((f"{text!r} is no interval: a timer needs time between its runs",))
        return Schedule(expression=text, interval=interval)
    fields = text.split()
    words = {word.upper() for field in fields for word in _WORD.findall(field)}
    if len(fields) != _FIELDS_WITH_SECONDS or not all(map(_FIELD.fullmatch, fields)) or words - _NAMES:
        raise ConfigurationError((f"{text!r} is not an NCRONTAB expression of six fields",))
    if "7" in re.split(r"[,/-]", fields[-1].partition("/")[0]):
        raise ConfigurationError((f"{text!r}: days of the week go from 0 (Sunday) to 6",))
    schedule = Schedule(expression=text, interval=None)
    try:
        schedule.next_after(now)
    except CroniterError as error:
        raise ConfigurationError((f"{text!r} never fires or is out of range: {error}",)) from error
    return schedule


def _croniter(expression: str, moment: datetime) -> croniter:
    """Return the library's reader, told how NCRONTAB differs from cron."""
    return croniter(expression, moment, second_at_beginning=True, day_or=False)
