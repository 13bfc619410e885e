"""The canary's row: what is written is read again, junk is told from nothing, and what readiness makes of both."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.application.canary_row import KEY, CanaryReport, exercise_text, read_exercise
from shared.domain.canary import SILENT_AFTER, Exercise, Phase, Trial
from shared.domain.feeds import FeedRef
from shared.ports import Cursor
from tests.application.canary_scene import NAME
from tests.fakes import START, MemoryCursors, SettableClock

TRIAL = Trial(START, START + timedelta(seconds=1.5), "1.20250301.120000", FeedRef("contoso", None, "feed-1"), NAME)
_PROVED = "last protected 2025-03-01 12:00 UTC, 63 seconds after the publish"
_SILENT = "silent: is the timer exercise_canary running?"
WHOLE = Exercise(Phase.CLOSING, TRIAL, START, 63.0, 60.0, "failed", "refused", START, 7, START)


def row(value: str) -> Cursor:
    """Return a stored row."""
    return Cursor(value, "tag-1")


@pytest.mark.parametrize("exercise", [Exercise(), WHOLE, Exercise(Phase.RUNNING, TRIAL)])
def test_what_is_written_is_read_again(exercise: Exercise) -> None:
    """Member by member, and with its schema."""
    text = exercise_text(exercise)
    assert read_exercise(row(text)) == exercise
    assert json.loads(text)["schema"] == 1


def test_a_row_of_before_these_members_is_read() -> None:
    """As after an upgrade in the midst of an exercise."""
    row_then = json.loads(exercise_text(Exercise(Phase.RUNNING, TRIAL)))
    del row_then["seen"], row_then["missing_since"]
    assert read_exercise(row(json.dumps(row_then))) == Exercise(Phase.RUNNING, TRIAL)


def test_no_row_is_an_exercise_that_never_was() -> None:
    """As after the first deployment."""
    assert read_exercise(None) == Exercise()


def _changed(**members: Any) -> str:  # noqa: ANN401  # any JSON
    return json.dumps({**json.loads(exercise_text(WHOLE)), **members})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        "{}",
        "[" * 100_000,
        _changed(schema=2),
        _changed(phase="asleep"),
        _changed(trial=None),
        _changed(trial={}),
        _changed(protected_at="2025-03-01"),
        _changed(protected_at=7),
        _changed(seconds="many"),
        _changed(seen="many"),
        _changed(seen=1.5),
        _changed(missing_since="yesterday"),
        _changed(trial={**json.loads(exercise_text(WHOLE))["trial"], "name": "not a name"}),
        _changed(trial={**json.loads(exercise_text(WHOLE))["trial"], "since": None}),
        _changed(trial={**json.loads(exercise_text(WHOLE))["trial"], "feed": None}),
    ],
)
def test_a_spoilt_row_is_no_exercise(text: str) -> None:
    """Also one of another release: what is under way is not known, which is not the same as nothing."""
    assert read_exercise(row(text)) is None


_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(member=st.sampled_from(sorted(json.loads(exercise_text(WHOLE)))), value=_JSON)
def test_junk_never_raises(member: str, value: object) -> None:
    """Whatever stands in one member."""
    assert isinstance(read_exercise(row(_changed(**{member: value}))), Exercise | None)


@pytest.mark.parametrize(("text", "expected"), [(None, "has not run yet"), ("{", "cannot be read")])
async def test_readiness_without_an_exercise(text: str | None, expected: str) -> None:
    """A timer that never ran is not well, and neither is a row that nobody can read."""
    cursors = MemoryCursors()
    if text is not None:
        await cursors.save(KEY, text, replaces=None)
    ok, told = await CanaryReport(cursors, SettableClock(START)).tell()
    assert not ok
    assert expected in told


@pytest.mark.parametrize(
    ("exercise", "hours", "expected"),
    [
        (Exercise(Phase.BEGINNING, TRIAL), 0, (True, "never protected yet; an exercise is under way")),
        (
            Exercise(Phase.RUNNING, TRIAL),
            29,
            (False, f"{_SILENT}; never protected yet; an exercise is under way"),
        ),
        (Exercise(), 0, (False, f"{_SILENT}; never protected yet")),
        (
            Exercise(Phase.REST, TRIAL, START, 63.4, 60.0),
            0,
            (True, _PROVED),
        ),
        (
            Exercise(Phase.REST, TRIAL, START, 63.4, 60.0),
            29,
            (False, f"{_SILENT}; {_PROVED}"),
        ),
        (
            Exercise(Phase.CLOSING, TRIAL, failed="stuck"),
            0,
            (False, "overdue: stuck; never protected yet; an exercise is under way"),
        ),
        (Exercise(refused="no feed"), 0, (False, "not exercised: no feed; never protected yet")),
    ],
)
async def test_what_readiness_says(exercise: Exercise, hours: int, expected: tuple[bool, str]) -> None:
    """Well or not, and in words."""
    cursors = MemoryCursors()
    await cursors.save(KEY, exercise_text(exercise), replaces=None)
    clock = SettableClock(START + timedelta(hours=hours))
    assert await CanaryReport(cursors, clock).tell() == expected
    assert timedelta(hours=28) == SILENT_AFTER
