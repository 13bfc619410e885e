"""Public data in letters, made inert: no line of its own, no hidden or reordered letters, nothing that becomes a link.

Pure. Names, descriptions and maintainers come from whoever published a package. Links are broken as people who read
security mails know it: `https[:]//`, `name[.]example`, `someone[@]…`. Mark-up is each wire's own business.
"""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from shared.adapters.notices.link_endings import LINK_ENDINGS
from shared.domain.letters import Letter

REPLACEMENT: Final = "\ufffd"

# Letters by their class, and yet nothing is seen of them.
_BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_MARKS: Final = frozenset({"Mn", "Me"})
# More than any script needs; piled higher, they paint over the lines above and below.
_MOST_MARKS: Final = 3

# Browsers take each of these for the dot of a host name.
_DOTS: Final = ".\u3002\uff0e\uff61"
_SCHEME: Final = re.compile(r"(?<=[A-Za-z0-9+.-]):(?=//)")
_BARE_SCHEME: Final = re.compile(
    r"\b(mailto|tel|sms|callto|javascript|vbscript|data|file|news|magnet|skype|sip|msteams|xmpp):(?=\S)", re.IGNORECASE
)
# Outlook makes links of shares, and the computer signs in where such a link leads.
_SHARE: Final = re.compile(r"\\{2,}")
_MAILBOX: Final = re.compile(rf"(?<=[\w.!#$%&'*+/=?^`{{|}}~-])@(?=[\w-]+(?:[{_DOTS}][\w-]+)*[{_DOTS}][^\W\d_])")
# Begins where a word begins, so that a long word is read once and not again from each of its letters.
_HOST: Final = re.compile(rf"(?<![\w-])[\w-]+(?:[{_DOTS}][\w-]+)+")
_DOT: Final = re.compile(rf"[{_DOTS}]")
_WWW: Final = re.compile(rf"www\d{{0,3}}[{_DOTS}]", re.IGNORECASE)
_LAST_DOT: Final = re.compile(rf"[{_DOTS}](?=[\w-]+$)")
# Some programs take the longest beginning of a dotted word that is a host: the word for the label, as they see it.
_INNER_DOT: Final = re.compile(rf"[{_DOTS}](?=(xn--|\w+))")

ISOLATE: Final = "\u2068"
END_OF_ISOLATE: Final = "\u2069"
_RTL: Final = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]+"
_RIGHT_TO_LEFT: Final = re.compile(f"{_RTL}(?: {_RTL})*")

# A link of ours: no blanks, quotes or brackets, so that it ends where everybody thinks it does.
_LINK: Final = re.compile(r"https?://[A-Za-z0-9._~:/?#@!$&*+,;=%\[\]-]+")


@dataclass(frozen=True, slots=True)
class Lengths:
    """How many letters each kind of text keeps."""

    title: int = 200
    text: int = 2000
    name: int = 300


def inert(text: str, *, longest: int) -> str:
    """Return a text as one line of visible letters, without anything that a mail program makes a link of.

    What is longer ends in `…`; broken links, and isolated words that run from right to left, make the result a little
    longer than `longest`.
    """
    return _without_links(visible_line(text, longest=longest))


def visible_line(text: str, *, longest: int) -> str:
    """Return a text as one line of visible letters, of at most `longest`; enough where nothing becomes a link."""
    # Cut first: what follows costs time for each letter. Twice, since runs of blanks shrink.
    line = " ".join(_visible(text[: 4 * longest]).split())
    if len(line) > longest or len(text) > 4 * longest:
        line = line[: longest - 1].rstrip() + "…"
    return line


def inert_letter(letter: Letter, lengths: Lengths | None = None) -> Letter:
    """Return the letter with every text inert; a link that is no plain web address is left out.

    Names that become the same are all kept: their number is told.
    """
    keep = lengths or Lengths()
    return dataclasses.replace(
        letter,
        letter_id=inert(letter.letter_id, longest=keep.title),
        title=inert(letter.title, longest=keep.title),
        paragraphs=tuple(inert(text, longest=keep.text) for text in letter.paragraphs),
        facts=tuple((inert(label, longest=keep.title), inert(text, longest=keep.text)) for label, text in letter.facts),
        packages=tuple(inert(name, longest=keep.name) for name in letter.packages),
        link=letter.link if letter.link is not None and _LINK.fullmatch(letter.link) else None,
    )


def is_broken_up(letter: Letter) -> bool:
    """Say whether an inert letter holds broken links, which a reader is owed an explanation of."""
    texts = (letter.title, *letter.paragraphs, *letter.packages, *(text for fact in letter.facts for text in fact))
    return any(sign in text for text in texts for sign in ("[.]", "[:]", "[@]", "[\\]"))


def _visible(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    marks = 0
    for letter in text:
        marks = marks + 1 if unicodedata.category(letter) in _MARKS else 0
        if letter.isspace():
            shown.append(" ")
        elif not letter.isprintable() or letter in _BLANK or marks > _MOST_MARKS:
            shown.append(REPLACEMENT)
        else:
            shown.append(letter)
    return "".join(shown)


def _without_links(line: str) -> str:
    line = _SHARE.sub(lambda match: "[\\]" * len(match[0]), line)
    line = _SCHEME.sub("[:]", line)
    line = _BARE_SCHEME.sub(r"\1[:]", line)
    line = _MAILBOX.sub("[@]", line)
    line = _HOST.sub(lambda match: _host(match[0]), line)
    # Letters that run from right to left drag their neighbours along, digits first: "1.2 of X" could read "X of 1.2".
    return _RIGHT_TO_LEFT.sub(lambda match: f"{ISOLATE}{match[0]}{END_OF_ISOLATE}", line)


def _host(dotted: str) -> str:
    """Break a dotted word where it would become a link; names such as `Acme.Billing` and `1.2.0` stay as they are."""
    ending = _LAST_DOT.split(dotted)[-1].strip("-_").lower()
    if _WWW.match(dotted):
        return _DOT.sub("[.]", dotted)
    if ending in LINK_ENDINGS or ending.startswith("xn--") or (ending.isalpha() and not ending.isascii()):
        dotted = _LAST_DOT.sub("[.]", dotted)
    return _INNER_DOT.sub(lambda dot: "[.]" if _is_ending(dot[1]) else dot[0], dotted)


def _is_ending(label: str) -> bool:
    return label.lower() in LINK_ENDINGS or label.lower() == "xn--"
