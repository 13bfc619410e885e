"""A letter as a mail: two parts, one link, and public data that can do nothing."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser

import pytest
from hypothesis import given

from shared.adapters.notices.inert import inert_letter
from shared.adapters.notices.looks import LINK_NOTE, LOOKS
from shared.adapters.notices.mail_wire import addressed, mail_of, message_id
from shared.adapters.notices.smtp_address import MailSender
from shared.domain.letters import Letter, Urgency
from tests.adapters.notices.letters import HOSTILE, LINK, NOW, PLAIN, letter, letters
from tests.adapters.notices.test_inert import LINKS, printable

_SENDER = MailSender.of("Feedwarden <fw@contoso.example.test>")
_HEADERS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "MIME-Version",
    "Content-Type",
}


class _Page(HTMLParser):
    """What a mail program would make of the HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not any(name.startswith("on") for name, _ in attrs)
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src", "background", "srcset"}]
        assert not any("url(" in (value or "") for name, value in attrs if name == "style")

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] != ["style"]:
            self.words += data


def _sent(sent: Letter) -> EmailMessage:
    """Return the mail as a reader gets it."""
    message = message_from_bytes(
        addressed(mail_of(sent, sender=_SENDER, sent_at=NOW), "owner@acme.example.test"), policy=default
    )
    assert isinstance(message, EmailMessage)
    return message


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_a_plain_letter_has_everything() -> None:
    """In both parts: title, texts, facts, names, link, and by what a repeat is recognised."""
    message = _sent(PLAIN)
    page = _Page(_part(message, "html")).words
    for part in (_part(message, "plain"), page):
        for text in (PLAIN.title, *PLAIN.paragraphs, *PLAIN.packages, *(text for fact in PLAIN.facts for text in fact)):
            assert text in part.replace("\n", " "), text
        assert PLAIN.letter_id in part
        assert LINK_NOTE in " ".join(part.split())
    assert _part(message, "plain").splitlines().count(LINK) == 1
    assert _Page(_part(message, "html")).addresses == [LINK]


def test_its_headers() -> None:
    """One recipient, no answer from machines, and importance where it is an alarm."""
    message = _sent(PLAIN)
    assert (message["from"], message["to"]) == ("Feedwarden <fw@contoso.example.test>", "owner@acme.example.test")
    assert message["subject"] == f"[Feedwarden] Alarm: {PLAIN.title}"
    assert message["date"].datetime == NOW
    assert (message["auto-submitted"], message["x-auto-response-suppress"]) == ("auto-generated", "All")
    assert message["importance"] == "high"
    assert "importance" not in _sent(letter(urgency=Urgency.WARNING))


def test_repeats_are_recognised() -> None:
    """The Message-ID is the letter's, whoever gets it and whenever; another letter has another."""
    first, again = _sent(PLAIN), _sent(letter(title="reworded", recipients=("x@acme.example.test",)))
    assert first["message-id"] == again["message-id"] == message_id("notice-1", domain="contoso.example.test")
    assert re.fullmatch(r"<[0-9a-f]{40}@contoso\.example\.test>", first["message-id"])
    assert _sent(letter(letter_id="notice-2"))["message-id"] != first["message-id"]


@pytest.mark.parametrize("urgency", Urgency)
def test_each_urgency_has_its_words(urgency: Urgency) -> None:
    """In the subject and in both parts, never by colour alone."""
    message = _sent(letter(urgency=urgency))
    for text in (message["subject"], _part(message, "plain"), _Page(_part(message, "html")).words):
        assert LOOKS[urgency].words in text


def test_what_is_missing_leaves_no_trace() -> None:
    """No empty list, no button without a link."""
    message = _sent(letter(facts=(), packages=(), link=None))
    page = _Page(_part(message, "html"))
    assert not {"dl", "ul", "a"} & set(page.tags)
    for part in (page.words, _part(message, "plain")):
        assert "Open in" not in part
        assert LINK_NOTE not in " ".join(part.split())
        assert "Packages" not in part


def test_long_lists_say_how_many_more() -> None:
    """A letter that was cut before keeps its own word about it."""
    names = tuple(f"package-{number}" for number in range(1003))
    for message in (_sent(letter(packages=names)), _sent(letter(packages=(*names, "… and 118 more")))):
        for part in (_part(message, "plain"), _Page(_part(message, "html")).words):
            assert "package-999" in part
            assert "package-1000" not in part
            assert "and 3 more packages: see Feedwarden's record" in part
    assert "… and 118 more" in part
    assert "and 2 more facts: see Feedwarden's record" in _part(_sent(letter(facts=(("a", "b"),) * 42)), "plain")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_inert(text: str) -> None:
    """Wherever they stand: no header, no tag, no link, no line of their own."""
    _check(
        letter(letter_id=text, title=text, paragraphs=(text,), facts=((text, text),), packages=(text,), link=LINK),
    )


@given(letters)
def test_any_text_is_inert(sent: Letter) -> None:
    """Whatever somebody writes."""
    _check(sent)


def _check(sent: Letter) -> None:
    message = _sent(sent)
    shown = inert_letter(sent)
    assert {name for name in message.keys() if name != "Importance"} == _HEADERS  # noqa: SIM118  # a message is no mapping
    title = shown.title.replace("=?", "= ?") or "(no title)"
    assert message["subject"] == f"[Feedwarden] {LOOKS[sent.urgency].words}: {title}"
    assert message["to"] == "owner@acme.example.test"
    plain, html = _part(message, "plain"), _part(message, "html")
    page = _Page(html)
    plain_tags = {"html", "head", "meta", "title", "style", "body", "table", "tr", "td", "p", "span", "h1", "h2", "bdi"}
    assert set(page.tags) <= plain_tags | {"dl", "dt", "dd", "ul", "li", "code", "br", "a"}
    assert page.addresses == ([shown.link] if shown.link else [])
    for part in (plain, page.words):
        lines = [line for line in part.splitlines() if line.strip() != shown.link]
        assert all(printable(line) and not LINKS.search(line) for line in lines)
        for text in (shown.title, *shown.paragraphs):
            assert text.split() == [] or " ".join(text.split()) in " ".join(part.split())


def test_the_bytes_are_plain_lines() -> None:
    """ASCII lines that every server takes, whatever the letters."""
    raw = addressed(
        mail_of(letter(title="ü" * 300, paragraphs=("日本" * 900,)), sender=_SENDER, sent_at=NOW), "o@a.test"
    )
    assert raw.isascii()
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "title",
    [
        *("x" * length for length in range(45, 70)),
        *("a name of " + "x" * length for length in range(35, 60)),
        "Blocked: a public package has the name of npm:@contoso/" + "x" * 90,
        "Bl\u00f6cked " + "x" * 60,
        "\u65e5\u672c " * 40,
        "\u00fc" * 200,
    ],
)
def test_a_subject_begins_behind_its_name(title: str) -> None:
    """Whatever its length: readers would show the blank before a line that continues nothing."""
    sent = letter(title=title)
    raw = addressed(mail_of(sent, sender=_SENDER, sent_at=NOW), "o@a.test")
    assert b"\r\nSubject: [Feedwarden] " in raw
    subject = message_from_bytes(raw, policy=default)["subject"]
    assert subject == f"[Feedwarden] Alarm: {inert_letter(sent).title}"
    head = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert max(len(line) for line in head if b"=?" not in line and b" " in line.strip()) <= 78


def test_a_mail_can_be_addressed_again() -> None:
    """To one recipient each time."""
    mail = mail_of(PLAIN, sender=_SENDER, sent_at=NOW)
    for recipient in PLAIN.recipients:
        raw = addressed(mail, recipient)
        assert raw.count(b"\r\nTo: ") == 1
        assert f"\r\nTo: {recipient}\r\n".encode() in raw


def test_nothing_is_fetched_and_dark_mode_is_known() -> None:
    """No address but the link; colours for both."""
    html = _part(_sent(PLAIN), "html")
    assert html.count("://") == 1
    assert "prefers-color-scheme: dark" in html
    assert '<meta name="color-scheme" content="light dark">' in html


@pytest.mark.parametrize("part", ["plain", "html"])
def test_the_link_comes_before_long_lists(part: str) -> None:
    """Nobody scrolls past a thousand names to find it."""
    words = _part(_sent(PLAIN), part)
    places = [words.index(text) for text in (PLAIN.paragraphs[-1], LINK.split("?")[0], PLAIN.facts[0][1], "Packages")]
    assert places == sorted(places)


def test_what_runs_from_right_to_left_does_not_turn_our_sentences() -> None:
    """Left to itself HTML takes a sentence's direction from the first letter in it, be it in a name that we quote."""
    html = _part(_sent(letter(paragraphs=("\u05d0\u05d1 asked that the feed lets in version 2.1.0.",))), "html")
    assert html.count("<bdi") == html.count('<bdi dir="ltr">') > 0
    assert "\u2068\u05d0\u05d1\u2069 asked" in html


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("urgency", Urgency)
def test_colours_can_be_told_apart(urgency: Urgency) -> None:
    """WCAG's enhanced contrast, in both modes."""
    look = LOOKS[urgency]
    for paper, ink in ((look.paper, look.ink), (look.dark_paper, look.dark_ink)):
        dark, light = sorted((_luminance(paper), _luminance(ink)))
        assert (light + 0.05) / (dark + 0.05) >= 7
