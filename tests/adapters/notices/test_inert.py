"""Public data is inert: nothing hidden, nothing that becomes a link, no line of its own."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from hypothesis import given

from shared.adapters.notices.inert import (
    END_OF_ISOLATE,
    ISOLATE,
    REPLACEMENT,
    Lengths,
    inert,
    inert_letter,
    is_broken_up,
)
from shared.adapters.notices.link_endings import LINK_ENDINGS
from tests.adapters.notices.letters import HOSTILE, LINK, letter, texts

# Roughly what mail programs make links of.
LINKS = re.compile(
    r"[a-z][a-z0-9+.-]*://|\bwww\.|(?:mailto|javascript|file|data):\S|\\\\\S|[\w.+-]@[\w-]+\.[a-z]|\b[\w-]+\.(?:com|net|org|io)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("see https://evil.com/x?y=1", "see https[:]//evil[.]com/x?y=1"),
        ("ftp://a.b.c", "ftp[:]//a.b.c"),
        ("//evil.com", "//evil[.]com"),
        ("www.evil.zone2", "www[.]evil[.]zone2"),
        ("visit evil.com.", "visit evil[.]com."),
        ("a.b.evil.io:8080/x", "a.b.evil[.]io:8080/x"),
        ("evil\u3002com and evil\uff0ecom", "evil[.]com and evil[.]com"),
        ("\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444", "\u043f\u0440\u0438\u043c\u0435\u0440[.]\u0440\u0444"),
        ("x.xn--p1ai", "x[.]xn--p1ai"),
        ("me@evil.example", "me[@]evil.example"),
        ("mailto:me", "mailto[:]me"),
        (r"\\evil\share", r"[\][\]evil\share"),
        ("socket.io", "socket[.]io"),
        # Programs that look for a host from its beginning stop at the first ending that exists.
        ("evil.com.x1", "evil[.]com.x1"),
        ("evil.com-x", "evil[.]com-x"),
        ("login.evil.com.notes", "login.evil[.]com.notes"),
        ("x.xn--p1ai.y1", "x[.]xn--p1ai.y1"),
        ("pay.evil.agency", "pay.evil[.]agency"),
        ("my.bank-of.finance", "my[.]bank-of[.]finance"),
    ],
)
def test_links_are_broken(written: str, shown: str) -> None:
    """As people who read security mails know it."""
    assert inert(written, longest=100) == shown


@pytest.mark.parametrize(
    "name",
    [
        "@acme/billing",
        "Acme.Billing",
        "com.acme:billing",
        "acme_billing-core",
        "left-pad@1.3.0",
        "1.2.0-beta.1",
        "big.js",
        "Feed: Payments",
        "data: none",
        "08:00",
        "C:\\build",
        "Zürich Office",
        "日本語の説明",
        "evil.com_x",
        "org.acme-core",
    ],
)
def test_what_is_no_link_stays_as_it_was_written(name: str) -> None:
    """An owner must be able to compare and copy a name."""
    assert inert(name, longest=100) == name


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a\r\nb\tc\u2028d\x85e", "a b c d e"),
        ("abc\u202egnp", f"abc{REPLACEMENT}gnp"),
        ("a\u200bb\u2066c\ufeffd\u00ade", REPLACEMENT.join("abcde")),
        ("\x1b[31m\x00", f"{REPLACEMENT}[31m{REPLACEMENT}"),
        ("\ud800\ue000\u0378", REPLACEMENT * 3),
        ("a\u3164b\u2800c", REPLACEMENT.join("abc")),
        ("e" + "\u0301" * 5, "e" + "\u0301" * 3 + REPLACEMENT * 2),
        ("  a  ", "a"),
    ],
)
def test_nothing_is_hidden_and_nothing_begins_a_line(written: str, shown: str) -> None:
    """What is not seen is marked; blanks of all kinds are one blank."""
    assert inert(written, longest=100) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("\u05e9\u05dc\u05d5\u05dd", "\u2068\u05e9\u05dc\u05d5\u05dd\u2069"),
        ("\u05d0\u05d1 \u05d2 1.2 of x", "\u2068\u05d0\u05d1 \u05d2\u2069 1.2 of x"),
        ("9.9 \u0627\u0628: no", "9.9 \u2068\u0627\u0628\u2069: no"),
        ("\u2069\u05d0", f"{REPLACEMENT}\u2068\u05d0\u2069"),
    ],
)
def test_words_from_right_to_left_stay_among_themselves(written: str, shown: str) -> None:
    """They reorder nothing around them; marks that somebody else wrote for that are seen."""
    assert inert(written, longest=100) == shown


def printable(shown: str) -> bool:
    """Say whether every letter is seen, but for our own marks, which come in pairs."""
    inside = False
    for letter_ in shown:
        if letter_ in {ISOLATE, END_OF_ISOLATE}:
            if (letter_ == ISOLATE) is inside:
                return False
            inside = not inside
    return not inside and shown.replace(ISOLATE, "").replace(END_OF_ISOLATE, "").isprintable()


def test_a_link_that_hides_behind_invisible_letters_is_none() -> None:
    """The mark stands where the letter was."""
    assert inert("evil.\u200bcom", longest=100) == f"evil.{REPLACEMENT}com"


def test_long_texts_are_cut_before_they_cost_time() -> None:
    """With a sign that they were."""
    assert inert("a" * 10_000_000, longest=10) == "a" * 9 + "…"
    assert inert("a" * 10, longest=10) == "a" * 10
    assert inert(" " * 41 + "a", longest=10) == "…"


@pytest.mark.no_cover  # the smaller tests are measured
@pytest.mark.parametrize("piece", ["a", "a.", "@", "a@a", ":", "\\", "www.", "\u0301", "é", "-", "a@1."])
def test_no_text_takes_long(piece: str) -> None:
    """A million letters that make a careless search start over and over; the test's own limit is the measure."""
    for _ in range(20):
        assert inert(piece * 1_000_000, longest=20_000)


@given(texts)
def test_whatever_is_written_is_inert(text: str) -> None:
    """One printable line without links, not much longer than it may be."""
    shown = inert(text, longest=120)
    assert printable(shown)
    assert not LINKS.search(shown)
    assert len(shown) <= 3 * 120


@pytest.mark.parametrize("text", HOSTILE)
def test_every_text_of_a_letter_is_made_inert(text: str) -> None:
    """Whichever place it stands at."""
    shown = inert_letter(
        letter(letter_id=text, title=text, paragraphs=(text,), facts=((text, text),), packages=(text,), link=text)
    )
    texts_shown = (shown.letter_id, shown.title, *shown.paragraphs, *shown.packages, *shown.facts[0])
    assert all(printable(one) and not LINKS.search(one) for one in texts_shown)
    assert shown.link is None or shown.link == text


@pytest.mark.parametrize(
    ("link", "is_kept"),
    [
        (LINK, True),
        ("http://127.0.0.1:7071/api/approvals/x", True),
        ("javascript:alert(1)", False),
        ("https://guard.example.test/\r\nBcc: x", False),
        ("https://guard.example.test/ x", False),
        ("https://guard.example.test/\"onclick='x'", False),
        ("https://guard.example.test/<b>", False),
        ("ftp://guard.example.test/", False),
        ("", False),
    ],
)
def test_only_a_plain_web_address_is_a_link(link: str, *, is_kept: bool) -> None:
    """The one thing that is meant to be followed."""
    assert (inert_letter(letter(link=link)).link == link) is is_kept


def test_lengths_are_kept_to() -> None:
    """Each kind of text has its own."""
    shown = inert_letter(
        letter(title="t" * 99, paragraphs=("p" * 99,), packages=("n" * 99,)), Lengths(title=10, text=20, name=30)
    )
    assert [len(one) for one in (shown.title, shown.paragraphs[0], shown.packages[0])] == [10, 20, 30]


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({}, False),
        ({"title": "evil.com"}, True),
        ({"paragraphs": ("https://x",)}, True),
        ({"facts": (("a", "b@c.de"),)}, True),
        ({"packages": (r"\\a\b",)}, True),
    ],
)
def test_broken_links_are_explained(changes: dict[str, object], *, broken: bool) -> None:
    """Only where there are any."""
    assert is_broken_up(inert_letter(letter(**changes))) is broken


def test_the_endings_are_endings() -> None:
    """All of ASCII that exist, as a tool of these tests knows them, and none that names of packages commonly have."""
    text = (files("hypothesis.vendor") / "tlds-alpha-by-domain.txt").read_text("ascii").lower()
    existing = {line for line in text.splitlines() if line.isalpha()}
    assert len(existing) > 1_000
    assert existing <= LINK_ENDINGS
    assert all(re.fullmatch("[a-z]{2,}", ending) for ending in LINK_ENDINGS)
    assert not LINK_ENDINGS & {"js", "ts", "core", "json", "billing"}
