"""Schedules: NCRONTAB as Azure reads it, which is not cron."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from local.host.schedules import read_schedule
from shared.errors import ConfigurationError

_NOW = datetime(2026, 1, 1, 12, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "following"),
    [
        ("0 */5 * * * *", datetime(2026, 1, 1, 12, 5, tzinfo=UTC)),
        ("*/2 * * * * *", datetime(2026, 1, 1, 12, 0, 32, tzinfo=UTC)),
        ("0 0 9-17 * * MON-FRI", datetime(2026, 1, 1, 13, 0, tzinfo=UTC)),
        # Both the day of the month and the day of the week must fit; cron would fire on either.
        ("0 0 0 1 * MON", datetime(2026, 6, 1, tzinfo=UTC)),
        ("0 0 0 * Jan 0", datetime(2026, 1, 4, tzinfo=UTC)),
        ("01:30:00", datetime(2026, 1, 1, 13, 30, 30, tzinfo=UTC)),
        ("1.00:00:00", datetime(2026, 1, 2, 12, 0, 30, tzinfo=UTC)),
    ],
)
def test_next_time(schedule: str, following: datetime) -> None:
    """A schedule fires next when Azure would fire it."""
    assert read_schedule(schedule, now=_NOW).next_after(_NOW) == following


@pytest.mark.parametrize(
    "schedule",
    [
        "*/5 * * * *",
        "60 * * * * *",
        "0 0 0 * * 7",
        "0 0 0 * * 5-7",
        "0 0 0 L * *",
        "@daily",
        "0 0 0 ? * *",
        "",
        "25:xx:00",
    ],
)
def test_what_is_cron_but_not_ncrontab_is_refused(schedule: str) -> None:
    """Expressions that other schedulers take are not taken."""
    with pytest.raises(ConfigurationError):
        read_schedule(schedule, now=_NOW)


@pytest.mark.parametrize("schedule", ["0 0 0 31 2 *", "00:00:00"])
def test_what_never_fires_is_refused(schedule: str) -> None:
    """A schedule without a next time is a mistake."""
    with pytest.raises(ConfigurationError):
        read_schedule(schedule, now=_NOW)
