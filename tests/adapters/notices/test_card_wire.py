"""A letter as an Adaptive Card: valid, literal, small, with one action."""

from __future__ import annotations

import dataclasses
import json
from typing import Any, Final

import pytest
from hypothesis import given, settings

from local.simulators.teams_flow_state import problems_of
from shared.adapters.notices.card_wire import LARGEST, message_of, post
from shared.adapters.notices.inert import inert_letter
from shared.adapters.notices.looks import LINK_NOTE, LOOKS
from shared.domain.letters import Letter, Urgency
from tests.adapters.notices.letters import HOSTILE, LINK, PLAIN, letter, letters

_MAIL: Final = "see the mail about this, or Feedwarden's record"


def _card(sent: Letter) -> dict[str, Any]:
    """Return the card of a message, which must be valid."""
    message = json.loads(message_of(sent))
    assert list(problems_of(message)) == []
    card: dict[str, Any] = message["attachments"][0]["content"]
    return card


def _runs(card: dict[str, Any]) -> list[str]:
    """Return the texts that are shown literally, one a line."""
    lines = [element["inlines"] for element in card["body"] if element["type"] == "RichTextBlock"]
    return ["".join(run["text"] for run in line) for line in lines]


def _markdown(document: object) -> list[str]:
    """Return the texts that some client may read as Markdown."""
    if isinstance(document, list):
        return [text for member in document for text in _markdown(member)]
    if not isinstance(document, dict) or document.get("type") == "TextRun":
        return []
    own = [str(document[name]) for name in ("text", "title", "fallbackText", "value", "speak") if name in document]
    return own + [text for member in document.values() for text in _markdown(member)]


def test_a_plain_letter_has_everything() -> None:
    """Version 1.5, in reading order, and one action that opens the link."""
    card = _card(PLAIN)
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.5")
    assert _runs(card) == [
        PLAIN.title,
        *PLAIN.paragraphs,
        *(f"{label}: {text}" for label, text in PLAIN.facts),
        "Packages",
        *PLAIN.packages,
        LINK_NOTE,
        "Feedwarden letter notice-1. A repeat of it carries the same number.",
    ]
    assert card["actions"] == [{"type": "Action.OpenUrl", "title": "Open in Feedwarden", "url": LINK}]


@pytest.mark.parametrize("urgency", Urgency)
def test_each_urgency_has_its_words_and_its_style(urgency: Urgency) -> None:
    """Never by colour alone."""
    banner = _card(letter(urgency=urgency))["body"][0]
    assert banner["style"] == LOOKS[urgency].container
    assert banner["items"][0]["text"] == LOOKS[urgency].words


def test_what_is_missing_leaves_no_trace() -> None:
    """No button without a link, no empty list."""
    card = _card(letter(link=None, facts=(), packages=()))
    assert "actions" not in card
    assert not {"Packages", LINK_NOTE} & set(_runs(card))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_literal(text: str) -> None:
    """They stand in text runs only, as they were written but for links and functions."""
    _check(letter(letter_id=text, title=text, paragraphs=(text,), facts=((text, text),), packages=(text,), link=LINK))


# Checking against the schema takes its time.
@settings(max_examples=40)
@given(letters)
def test_any_text_is_literal(sent: Letter) -> None:
    """Whatever somebody writes: what may be Markdown is ours alone, and no action but the link's."""
    _check(sent)


def _check(sent: Letter) -> None:
    card = _card(sent)
    shown = inert_letter(sent)
    ours = {LOOKS[sent.urgency].words, "Open in Feedwarden", card["fallbackText"]}
    assert set(_markdown(card)) <= ours
    assert [action["url"] for action in card.get("actions", [])] == ([shown.link] if shown.link else [])
    runs = _runs(card)
    for text in (shown.title, *shown.paragraphs, *shown.packages):
        assert text in runs or "{{" in text
    assert not any("{{DATE" in run or "{{TIME" in run for run in runs)


def test_functions_are_broken() -> None:
    """The only thing that a text run does; braces else stay as they are."""
    runs = _runs(_card(letter(paragraphs=("{{DATE(2026-08-01T10:00:00Z)}} {{time(x)}} {{name}}",))))
    assert runs[1] == "{ {DATE(2026-08-01T10:00:00Z)}} { {time(x)}} {{name}}"


def test_long_lists_say_how_many_more() -> None:
    """The campaign of 218 names: 40 of them, and where the letter was cut before, its own word too."""
    names = tuple(f"@azure/package-{number}" for number in range(218))
    runs = _runs(_card(letter(packages=names)))
    assert (
        runs.count(f"and 178 more packages: {_MAIL}"),
        "@azure/package-39" in runs,
        "@azure/package-40" in runs,
    ) == (1, True, False)
    runs = _runs(_card(letter(packages=(*names, "… and 118 more"))))
    assert [run for run in runs if "more" in run] == [f"and 178 more packages: {_MAIL}", "… and 118 more"]
    cut = letter(paragraphs=("p",) * 10, facts=(("a", "b"),) * 24)
    paragraphs = f"and 2 more paragraphs: {_MAIL}"
    page = "and 4 more facts: see the mail about this, or the page that opens"
    assert [run for run in _runs(_card(cut)) if "more" in run] == [paragraphs, page]
    bare = [run for run in _runs(_card(dataclasses.replace(cut, link=None))) if "more" in run]
    assert bare == [paragraphs, f"and 4 more facts: {_MAIL}"]


@pytest.mark.parametrize("character", ["a", '"', "\\", "é", "\U0001f600", "\u0000", "https://a.io "])
@pytest.mark.parametrize("length", [10, 5_000])
def test_no_card_is_too_large(character: str, length: int) -> None:
    """Filled to the brim, with letters that take many bytes; the texts end with a sign that they were cut."""
    text = character * length
    sent = Letter(text, Urgency.ALARM, text, (text,) * 50, ((text, text),) * 50, (text,) * 500, LINK)
    message = message_of(sent)
    assert len(message) <= LARGEST
    card = _card(sent)
    assert card["actions"]
    assert any(run.startswith("and ") and f" more packages: {_MAIL}" in run for run in _runs(card))


def test_the_request() -> None:
    """JSON, as the trigger expects it."""
    request = post(PLAIN, "https://flow.example.test/x?sig=sample")
    assert (request.method, request.url) == ("POST", "https://flow.example.test/x?sig=sample")
    assert request.headers["content-type"] == "application/json; charset=utf-8"
    assert request.body == message_of(PLAIN)
