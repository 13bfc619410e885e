"""Tests of reading Retry-After."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.outbound.retry_after import retry_after

_NOW = datetime(2026, 8, 1, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("0", timedelta(0)),
        (" 120 ", timedelta(seconds=120)),
        ("Sat, 01 Aug 2026 10:00:30 GMT", timedelta(seconds=30)),
        ("Sat, 01 Aug 2026 10:00:30", timedelta(seconds=30)),
        ("Sat, 01 Aug 2026 09:00:00 GMT", timedelta(0)),
        ("Sat, 01 Aug 2026 12:00:30 +0200", timedelta(seconds=30)),
        ("-5", None),
        ("1.5", timedelta(seconds=1.5)),
        ("soon", None),
        ("", None),
        ("9" * 5000, timedelta(seconds=999_999_999)),
        ("²", None),
        ("Sat, 01 Aug 99999 10:00:30 GMT", None),
    ],
)
def test_a_wait_is_read(text: str, wait: timedelta | None) -> None:
    """Seconds and dates are read, what lies behind us is no wait, anything else is none."""
    assert retry_after({"retry-after": text}, now=_NOW) == wait


def test_no_header_is_no_wait() -> None:
    """A service need not say."""
    assert retry_after({}, now=_NOW) is None


@given(st.text())
def test_junk_raises_nothing(text: str) -> None:
    """Whatever a stranger writes there, it is a wait or none."""
    wait = retry_after({"retry-after": text}, now=_NOW)
    assert wait is None or wait >= timedelta(0)
