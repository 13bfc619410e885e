"""Tests of npm's replication wire."""

from __future__ import annotations

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.change_feeds.npm import NpmChanges
from shared.adapters.outbound.messages import Answer
from shared.errors import UnexpectedAnswer
from shared.ports import ChangedNames
from tests.adapters.change_feeds.junk import ANSWERS, POSITIONS, raises_only_ours
from tests.adapters.change_feeds.scripted import document, look, page

_NPM: Final = NpmChanges("https://replicate.example.test/", limit=3)
_ROOT: Final = "https://replicate.example.test/"


def _root(newest: object) -> Answer:
    return document({"db_name": "registry", "doc_count": 1, "update_seq": newest})


def _rows(*rows: tuple[object, object], **more: Any) -> Answer:  # noqa: ANN401  # any JSON
    results = [{"seq": seq, "id": name, "changes": [{"rev": "1-a"}]} | more for seq, name in rows]
    return document({"results": results, "last_seq": rows[-1][0] if rows else 0})


async def test_the_beginning_is_now() -> None:
    """Nothing is listed; the position is how far the service has counted."""
    told, script = await look(_NPM, None, _root(91_000_000))
    assert told == ChangedNames((), "91000000")
    assert script.urls == [_ROOT]


async def test_changes_are_told_once_each() -> None:
    """Deletions too; design documents not. The next look goes on behind the last."""
    told, script = await look(_NPM, "90", _rows((91, "@acme/billing"), (99, "_design/app")))
    assert told == ChangedNames(("@acme/billing",), "99")
    assert script.urls == ["https://replicate.example.test/_changes?since=90&limit=3"]
    told, _ = await look(_NPM, "90", _rows((91, "gone-pkg"), (95, "gone-pkg"), deleted=True))
    assert told == ChangedNames(("gone-pkg",), "95")


async def test_a_full_page_has_more_behind_it() -> None:
    """Ask again at once."""
    told, _ = await look(_NPM, "90", _rows((91, "a"), (92, "b"), (97, "c")))
    assert told == ChangedNames(("a", "b", "c"), "97", more=True)


@pytest.mark.parametrize("newest", [90, 95, "95"])
async def test_an_empty_page_leaves_the_position(newest: object) -> None:
    """Even where the service has counted on: the change may just have been written."""
    told, script = await look(_NPM, "90", _rows(), _root(newest))
    assert told == ChangedNames((), "90")
    assert script.urls[1] == _ROOT


async def test_counting_anew_is_told() -> None:
    """What came in between is lost, and the new count begins."""
    told, _ = await look(_NPM, "90", _rows(), _root(12))
    assert (told.names, told.position, bool(told.lossy)) == ((), "12", True)
    told, _ = await look(_NPM, "90", _rows((5, "early"), (12, "late")), _root(12))
    assert (told.names, told.position, bool(told.lossy)) == (("early", "late"), "12", True)


async def test_an_overlap_is_harmless() -> None:
    """A change that was told before is told again."""
    told, _ = await look(_NPM, "90", _rows((90, "a"), (92, "b")), _root(92))
    assert told == ChangedNames(("a", "b"), "92")


async def test_a_page_of_the_past_is_no_answer() -> None:
    """The count goes on, so a list from before the position cannot be right."""
    with pytest.raises(UnexpectedAnswer, match="before the position"):
        await look(_NPM, "90", _rows((5, "a"), (12, "b")), _root(91))


@pytest.mark.parametrize("position", ["", "90-abc", "-1", "9" * 31, "{}"])
async def test_a_lost_position_is_told(position: str) -> None:
    """The feed is followed from now on."""
    told, _ = await look(_NPM, position, _root(91))
    assert (told.names, told.position, bool(told.lossy)) == ((), "91", True)


@pytest.mark.parametrize(
    "answer",
    [
        page("<html>"),
        page("", 404),
        page("", 304),
        document([]),
        document({}),
        document({"results": {}}),
        document({"results": ["a"]}),
        document({"results": [{"seq": 91}]}),
        document({"results": [{"id": "a"}]}),
        _rows((True, "a")),
        _rows((91.5, "a")),
        _rows(("91-abc", "a")),
        _rows((91, None)),
        _rows((92, "a"), (91, "b")),
    ],
)
async def test_what_cannot_be_read_is_an_error(answer: Answer) -> None:
    """Never an empty page: a change could hide behind it."""
    with pytest.raises(UnexpectedAnswer):
        await look(_NPM, "90", answer)


@pytest.mark.parametrize("answer", [document({}), document({"update_seq": None}), page("", 403)])
async def test_a_root_that_cannot_be_read_is_an_error(answer: Answer) -> None:
    """At the beginning, and behind an empty page."""
    with pytest.raises(UnexpectedAnswer):
        await look(_NPM, None, answer)
    with pytest.raises(UnexpectedAnswer):
        await look(_NPM, "90", _rows(), answer)


@given(POSITIONS, st.lists(ANSWERS, min_size=1, max_size=2))
def test_junk_raises_only_our_errors(position: str | None, answers: list[Answer]) -> None:
    """Whatever stands in the answers and in the saved position."""
    raises_only_ours(_NPM, position, answers)
