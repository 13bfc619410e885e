"""The canary's version, and what its case's events tell of how long it took."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.audit import AuditEvent
from shared.domain.canary import (
    BEGIN_WITHIN,
    EVERY,
    FOUND_WITHIN,
    OVERDUE_AFTER,
    SILENT_AFTER,
    Measure,
    is_exercise,
    measured,
    version_of,
)
from shared.domain.cases import CaseEvent, CaseState
from shared.domain.version_keys import npm_key

SINCE = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)
SENT, PROVED, INTENDED = CaseEvent.ENFORCEMENT_SENT, CaseEvent.FOUND_PROTECTED, CaseEvent.ENFORCEMENT_INTENDED


def events(*kinds: tuple[CaseEvent, float]) -> list[AuditEvent]:
    """Return events by kind and seconds after the beginning."""
    return [
        AuditEvent(number, kind, CaseState.PENDING, SINCE + timedelta(seconds=after), "", {}, "", "")
        for number, (kind, after) in enumerate(kinds, start=1)
    ]


@pytest.mark.parametrize(
    ("moment", "version"),
    [
        (datetime(2025, 3, 1, 0, 0, 7, tzinfo=UTC), "1.20250301.7"),
        (datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC), "1.20251231.235959"),
        (datetime(2025, 3, 1, tzinfo=UTC), "1.20250301.0"),
    ],
)
def test_versions_are_what_npm_reads(moment: datetime, version: str) -> None:
    """No leading zeros; later is higher."""
    assert version_of(moment) == version
    earlier, later = npm_key(version), npm_key(version_of(moment + EVERY))
    assert earlier is not None
    assert later is not None
    assert earlier != later


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([], None),
        ([(SENT, -9), (PROVED, -3)], None),
        ([(SENT, -9), (PROVED, 3)], None),
        ([(PROVED, 3)], None),
        ([(INTENDED, 1), (SENT, 2)], None),
        ([(PROVED, 1), (SENT, 2)], None),
        ([(SENT, 2), (PROVED, 5)], (5, 2)),
        ([(SENT, 0), (PROVED, 0)], (0, 0)),
        ([(SENT, -9), (PROVED, -3), (SENT, 60.5), (PROVED, 63)], (63, 60.5)),
        ([(SENT, 2), (SENT, 4), (PROVED, 9), (PROVED, 99)], (9, 2)),
    ],
)
def test_what_is_measured(told: list[tuple[CaseEvent, float]], expected: tuple[float, float] | None) -> None:
    """From the beginning to the first proof that follows our own closing of the switch; older events do not count."""
    wanted = None if expected is None else Measure(SINCE + timedelta(seconds=expected[0]), *expected)
    assert measured(events(*told), SINCE) == wanted


def test_the_bounds_fit_each_other() -> None:
    """An exercise is over before the next begins, and waits longer than Azure Artifacts may take."""
    propagation = timedelta(hours=3)
    assert BEGIN_WITHIN < FOUND_WITHIN < propagation < OVERDUE_AFTER < EVERY - BEGIN_WITHIN
    assert EVERY + OVERDUE_AFTER + BEGIN_WITHIN < SILENT_AFTER


def test_beginnings_move_against_the_sweeps() -> None:
    """Not every exercise begins just before a sweep, which would find what the watch did not."""
    sweeps = timedelta(hours=6)
    waits = sorted(-(number * EVERY) % sweeps for number in range(6))
    assert sum(wait <= FOUND_WITHIN for wait in waits) == 1


@given(st.datetimes(min_value=datetime(2000, 1, 1)))  # noqa: DTZ001  # Hypothesis puts the zone in itself
def test_the_versions_of_exercises_are_known_again(moment: datetime) -> None:
    """Whenever it was."""
    assert is_exercise(version_of(moment.replace(tzinfo=UTC)))


@pytest.mark.parametrize(
    "version",
    [
        "3.1.4",
        "1.0.0",
        "1.20250301",
        "1.20250301.7.1",
        "1.20250301.07",
        "1.20250301.240000",
        "1.20250230.7",
        "1.20250301.7-beta",
        "2.20250301.7",
        "1.20250301.7\n",
        "1.\uff12\uff10\uff12\uff15\uff10\uff13\uff10\uff11.7",
        "1.20250301.\uff11",
        "1.00000101.7",
        "",
    ],
)
def test_other_versions_are_no_exercises(version: str) -> None:
    """Nobody numbers a real package so by accident."""
    assert not is_exercise(version)
