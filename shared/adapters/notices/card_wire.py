"""A letter as an Adaptive Card in the envelope of a Teams workflow.

Pure. Public data stands in text runs only, of which the schema says "Markdown is not supported", while text blocks and
facts are read as Markdown by some clients and with no escape that all of them know. The one function that text runs
still have, `{{DATE(…)}}`, is broken.

Source: https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using,
https://adaptivecards.io/explorer/TextRun.html
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from shared.adapters.notices.card_answers import SERVICE
from shared.adapters.notices.inert import Lengths, inert, inert_letter
from shared.adapters.notices.looks import INVITATION, LINK_NOTE, LOOKS, PACKAGES, foot, listed, more_of
from shared.adapters.outbound.messages import Request
from shared.domain.letters import Letter

LARGEST: Final = 28 * 1024
"""Bytes of a whole message: https://learn.microsoft.com/microsoftteams/limits-specifications-teams"""
_SMALL_ANSWER: Final = 64 * 1024
_VERSION: Final = "1.5"
_FUNCTION: Final = re.compile(r"\{\{(?=\s*(?:DATE|TIME))", re.IGNORECASE)

# A feed has no page of all that was ever told; a mail lists far more than a card.
_IN_THE_MAIL: Final = "see the mail about this, or Feedwarden's record"
_ON_THE_PAGE: Final = "see the mail about this, or the page that opens"
_LONGEST_REST: Final = 120

type Element = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Room:
    """How much of a letter a card takes: numbers of things, and letters of each text."""

    text: int
    title: int
    name: int
    names: int
    facts: int = 16
    paragraphs: int = 8

    def lengths(self) -> Lengths:
        return Lengths(title=self.title, text=self.text, name=self.name)


# Tried in this order until the message fits; the last fits whatever the letter holds (a test fills it to the brim).
# More names than these are for the mail and the page: a card fills the channel that it stands in.
_ROOMS: Final = (
    _Room(text=1200, title=200, name=214, names=40, facts=20),
    _Room(text=600, title=200, name=120, names=25),
    _Room(text=240, title=160, name=80, names=10),
    _Room(text=100, title=100, name=60, names=5),
)


def message_of(letter: Letter) -> bytes:
    """Return the message that a workflow takes, of at most 28 KiB; lists that are cut say how many more there are."""
    *larger, smallest = _ROOMS
    messages = (_message(letter, room) for room in larger)
    fitting = next((message for message in messages if len(message) <= LARGEST), None)
    return fitting or _message(letter, smallest)


def post(letter: Letter, address: str) -> Request:
    """Return the request that hands the letter over; the address is a secret."""
    headers = {"content-type": "application/json; charset=utf-8", "accept": "application/json"}
    return Request(
        url=address,
        service=SERVICE,
        method="POST",
        headers=headers,
        body=message_of(letter),
        max_bytes=_SMALL_ANSWER,
    )


def _message(letter: Letter, room: _Room) -> bytes:
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card_of(letter, room)}
    document = {"type": "message", "attachments": [attachment]}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def card_of(letter: Letter, room: _Room = _ROOMS[0]) -> Element:
    """Return the card itself."""
    shown, left_out = _cut(letter, room)
    card: Element = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": _VERSION,
        "lang": "en",
        # Markdown to the clients that show it, so nothing of the letter stands in it.
        "fallbackText": "Feedwarden has news about a feed. This program cannot show it: open it in a newer Teams.",
        "body": [_banner(shown), *_body(shown, left_out)],
    }
    if shown.link is not None:
        card["actions"] = [{"type": "Action.OpenUrl", "title": INVITATION, "url": shown.link}]
    return card


@dataclass(frozen=True, slots=True)
class _LeftOut:
    """What stands below each list about what it leaves out."""

    paragraphs: tuple[str, ...]
    facts: tuple[str, ...]
    packages: tuple[str, ...]


def _cut(letter: Letter, room: _Room) -> tuple[Letter, _LeftOut]:
    """Return what is shown of a letter, inert, and what is said about the rest of it."""
    where = _ON_THE_PAGE if letter.link is not None else _IN_THE_MAIL
    names, rest = listed(letter.packages, f"packages: {_IN_THE_MAIL}", most=room.names)
    shown = dataclasses.replace(
        letter, paragraphs=letter.paragraphs[: room.paragraphs], facts=letter.facts[: room.facts], packages=names
    )
    left_out = _LeftOut(
        more_of(len(letter.paragraphs) - room.paragraphs, f"paragraphs: {_IN_THE_MAIL}"),
        more_of(len(letter.facts) - room.facts, f"facts: {where}"),
        tuple(inert(line, longest=_LONGEST_REST) for line in rest),
    )
    return inert_letter(shown, room.lengths()), left_out


def _banner(letter: Letter) -> Element:
    look = LOOKS[letter.urgency]
    text = {"type": "TextBlock", "text": look.words, "weight": "Bolder", "wrap": True, "style": "heading"}
    return {"type": "Container", "style": look.container, "bleed": True, "items": [text]}


def _body(letter: Letter, left_out: _LeftOut) -> Iterable[Element]:
    yield _line(_run(letter.title, size="Large", weight="Bolder"))
    yield from (_line(_run(text)) for text in letter.paragraphs)
    yield from map(_rest, left_out.paragraphs)
    for place, (label, text) in enumerate(letter.facts):
        gap = "Medium" if place == 0 else "Small"
        yield _line(_run(f"{label}: ", weight="Bolder"), _run(text), spacing=gap)
    yield from map(_rest, left_out.facts)
    if letter.packages or left_out.packages:
        yield _line(_run(PACKAGES, weight="Bolder"), spacing="Medium")
        yield from (_line(_run(name, fontType="Monospace"), spacing="None") for name in letter.packages)
        yield from map(_rest, left_out.packages)
    if letter.link is not None:
        yield _line(_run(LINK_NOTE), spacing="Medium")
    for text in foot(letter):
        yield _line(_run(text, size="Small", isSubtle=True), spacing="Medium")


def _line(*runs: Element, spacing: str = "Default") -> Element:
    return {"type": "RichTextBlock", "spacing": spacing, "inlines": list(runs)}


def _run(text: str, **manner: str | bool) -> Element:
    # A blank breaks the function as well as it breaks nothing else.
    return {"type": "TextRun", "text": _FUNCTION.sub("{ {", text), **manner}


def _rest(text: str) -> Element:
    return _line(_run(text, isSubtle=True), spacing="Small")
