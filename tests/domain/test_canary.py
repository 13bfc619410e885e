"""The canary's version, and what its case's events tell of how long it took."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.audit import AuditEvent
from shared.domain.canary import BEGIN_WITHIN, EVERY, OVERDUE_AFTER, Measure, measured, version_of
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
    assert BEGIN_WITHIN < propagation < OVERDUE_AFTER < EVERY - BEGIN_WITHIN
