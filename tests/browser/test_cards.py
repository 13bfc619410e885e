"""Cards as Microsoft's own renderer shows them: complete, literal, and with nothing to press but the link."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any, Final

import pytest
from playwright.async_api import Browser

from local.azurite.node import ROOT
from shared.adapters.notices.card_wire import card_of
from shared.adapters.notices.inert import inert_letter
from shared.adapters.notices.looks import INVITATION, LOOKS
from shared.domain.letter_texts import letter_of
from shared.domain.letters import Letter
from shared.domain.notices import NoticeKind
from tests.adapters.notices.letters import HOSTILE, LINK, letter
from tests.browser.tabs import Tab, opener
from tests.domain.letters import APPROVAL, notice

_RENDERER: Final = ROOT / ".card_renderer" / "node_modules" / "adaptivecards" / "dist" / "adaptivecards.min.js"
# What the renderer would read as Markdown is kept, so that a test sees whether it is ours alone.
_RENDER: Final = """(document_) => {
  const markdown = [];
  AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
    markdown.push(text);
    result.didProcess = false;
  };
  const card = new AdaptiveCards.AdaptiveCard();
  const context = new AdaptiveCards.SerializationContext();
  card.parse(document_, context);
  const events = [];
  for (let place = 0; place < context.eventCount; place++) {
    events.push(context.getEventAt(place).message);
  }
  document.getElementById("card").replaceChildren(card.render());
  return {
    markdown,
    problems: events.concat(card.validateProperties().validationEvents.map((one) => one.message)),
    actions: card.getAllActions().map((one) => [one.getJsonTypeName(), one.title, one.url]),
  };
}"""
_SHOWN_FACTS: Final = 16
# The renderer checks languages by an expression that remembers where it left off: every second card has a wrong one.
_QUIRK: Final = 'Invalid value "en" for property "lang".'
_PAGE: Final = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Card</title>
<style>body{font:14px sans-serif;margin:16px}
#card{width:480px;overflow-wrap:anywhere;border:1px solid #ccc;border-radius:4px}</style>
<h1>Card</h1><div id="card"></div>"""
_ACTIVE: Final = "#card :is(a, script, img, iframe, object, embed, form, input, svg, link, style)"


@pytest.fixture(scope="module")
async def easel(browser: Browser) -> AsyncIterator[Tab]:
    """Open a page with the renderer, for one card after the other."""
    if not _RENDERER.is_file():
        pytest.skip("there is no renderer of cards: run `make setup-browser`")
    opened: list[Tab] = []
    async with AsyncExitStack() as closing:
        tab = await opener(browser, opened, closing)(width=560, height=700)
        await tab.page.set_content(_PAGE)
        await tab.page.add_script_tag(path=_RENDERER)
        yield tab
    assert tab.trouble == []


async def _show(tab: Tab, sent: Letter) -> None:
    """Show the card of a letter: what it says can be read, is text only, and its link is the one thing to press."""
    card = card_of(sent)
    told: dict[str, Any] = await tab.page.evaluate(_RENDER, card)
    assert set(told["problems"]) <= {_QUIRK}
    assert told["actions"] == ([["Action.OpenUrl", INVITATION, sent.link]] if sent.link else [])
    # Nothing that the renderer reads as Markdown is anybody's but ours.
    assert set(told["markdown"]) <= {LOOKS[sent.urgency].words}
    assert await tab.page.locator(_ACTIVE).count() == 0
    assert await tab.page.locator("#card button, #card [role=button]").count() == len(told["actions"])
    shown = _words(await tab.page.inner_text("#card"))
    assert [line for line in _lines(card) if _words(line) not in shown] == []


def _lines(card: dict[str, Any]) -> list[str]:
    """Return what a card says, one line an element."""
    rich = [element["inlines"] for element in card["body"] if element["type"] == "RichTextBlock"]
    return ["".join(run["text"] for run in line) for line in rich]


def _words(text: str) -> str:
    """Return a text as it reads: white space is one blank."""
    return re.sub(r"\s+", " ", text).strip()


@pytest.mark.parametrize("kind", NoticeKind)
async def test_each_kind_of_notice_reads_as_it_was_written(easel: Tab, kind: NoticeKind) -> None:
    """Without a link, and with one; a picture is kept."""
    told = notice(kind, facts=APPROVAL if kind.value.startswith("approval") else {})
    bare = letter_of(told)
    await _show(easel, bare)
    lines, written = _lines(card_of(bare)), inert_letter(bare)
    assert lines[0] == written.title
    assert {f"{label}: {text}" for label, text in written.facts[:_SHOWN_FACTS]} <= set(lines)
    await _show(easel, letter_of(told, link=LINK))
    await easel.shoot(f"card-{kind.value}")


@pytest.mark.parametrize("text", HOSTILE)
async def test_what_others_wrote_stays_text(easel: Tab, text: str) -> None:
    """No element, no link, no script, no date: it reads as it was written, at every place of a card."""
    await _show(easel, letter(title=text, paragraphs=(text,), facts=((text, text),), packages=(text,)))
    assert await easel.page.title() == "Card"
    assert easel.trouble == []


async def test_a_hostile_letter_is_kept_as_a_picture(easel: Tab) -> None:
    """All of it at once, for whoever wants to look."""
    await _show(easel, letter(paragraphs=HOSTILE[:8], facts=tuple((text, text) for text in HOSTILE[8:24])))
    await easel.shoot("card-hostile")
