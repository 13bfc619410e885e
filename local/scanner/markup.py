"""The links and forms of a page, and all the ways in which a form may be filled in. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final, Self
from urllib.parse import urldefrag, urljoin

type Pairs = tuple[tuple[str, str], ...]
type _Attributes = dict[str, str]

_SAMPLES: Final = {
    "number": "1",
    "email": "scanner@mail.example.test",
    "date": "2026-01-01",
    "url": "https://mail.example.test/",
}
_BUTTONS: Final = frozenset({"submit", "button", "image", "reset"})


@dataclass(slots=True)
class Form:
    """One form: where it goes, what its fields hold or may hold, and its buttons; `place` counts within the page."""

    place: int
    action: str
    method: str
    fixed: list[tuple[str, str]] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def fillings(self) -> Iterator[Pairs]:
        """Give every button with every option of every choice at least once; the other choices take their last one."""
        last = {name: options[-1] for name, options in self.choices.items()}
        picked = [last, *({**last, name: one} for name, options in self.choices.items() for one in options[:-1])]
        for button in self.buttons or [("", "")]:
            for choice in picked:
                yield tuple(pair for pair in (*self.fixed, *choice.items(), button) if pair[0])


@dataclass(frozen=True, slots=True)
class Markup:
    """What a page leads to; addresses are absolute and without fragments."""

    links: tuple[str, ...]
    forms: tuple[Form, ...]


def read_markup(page: str, address: str) -> Markup:
    """Read a page, whatever it is."""
    return _Reader.of(page, address).markup()


class _Reader(HTMLParser):
    """Collects links and forms as it goes along."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._base = address
        self._links: dict[str, None] = {}
        self._forms: list[Form] = []
        self._open: Form | None = None
        self._select = ""

    @classmethod
    def of(cls, page: str, address: str) -> Self:
        """Read a whole page."""
        reader = cls(address)
        reader.feed(page)
        reader.close()
        return reader

    def markup(self) -> Markup:
        """Return what was found."""
        return Markup(tuple(self._links), tuple(self._forms))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of an element."""
        attributes = {name: value or "" for name, value in attrs}
        if tag in {"a", "area"} and attributes.get("href"):
            self._links.setdefault(self._absolute(attributes["href"]))
        elif tag in {"iframe", "img", "script"} and attributes.get("src"):
            self._links.setdefault(self._absolute(attributes["src"]))
        elif tag == "form":
            action = self._absolute(attributes.get("action", ""))
            self._open = Form(len(self._forms), action, attributes.get("method", "get").lower())
            self._forms.append(self._open)
        elif self._open is not None:
            self._control(self._open, tag, attributes)

    def handle_endtag(self, tag: str) -> None:
        """Close a form or a list."""
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""

    def _control(self, form: Form, tag: str, attributes: _Attributes) -> None:
        """Take note of one control of a form."""
        name, value = attributes.get("name", ""), attributes.get("value", "")
        kind = attributes.get("type", "text" if tag == "input" else "submit").lower()
        match tag:
            case "button" if kind == "submit":
                form.buttons.append((name, value))
            case "input" if kind in _BUTTONS:
                form.buttons += [(name, value)] if kind in {"submit", "image"} else []
            case "input" if kind == "radio":
                form.choices.setdefault(name, []).append(value or "on")
            case "input" if kind == "checkbox":
                form.fixed.append((name, value or "on"))
            case "input":
                form.fixed.append((name, value or _SAMPLES.get(kind, "scanned")))
            case "textarea":
                form.fixed.append((name, "scanned"))
            case "select":
                self._select = name
            case "option" if self._select:
                form.choices.setdefault(self._select, []).append(value)

    def _absolute(self, reference: str) -> str:
        """Return an address as a browser would follow it; one that nobody can read leads nowhere."""
        try:
            return urldefrag(urljoin(self._base, reference)).url
        except ValueError:
            return self._base
