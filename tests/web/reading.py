"""A page as a browser without scripts reads it: its texts, its forms, its links."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset({"meta", "link", "input", "br", "path"})
_INLINE = frozenset({"a", "bdi", "code", "span", "strong", "time"})
_UNSEEN = frozenset({"style", "title"})


@dataclass(slots=True)
class Form:
    """One form: where it goes, and its fields with their values."""

    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """Reads a page, and insists on elements that are closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.ids: list[str] = []
        self._open: list[str] = []
        self._texts: list[str] = []
        self._area = ""
        self.feed(html)
        self.close()
        assert self._open == [], f"not closed: {self._open}"

    @property
    def text(self) -> str:
        """Return what is read, on one line."""
        return " ".join("".join(self._texts).split())

    @property
    def choices(self) -> list[str]:
        """Return what the forms offer, in their order."""
        return [form.fields["choice"] for form in self.forms]

    def form(self, choice: str) -> Form:
        """Return the form of one choice."""
        return next(form for form in self.forms if form.fields.get("choice") == choice)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take notes of an element."""
        known = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.attributes += attrs
        self.ids += [known["id"]] if "id" in known else []
        if tag == "a":
            self.links.append(known["href"])
        if tag == "form":
            self.forms.append(Form(known["method"], known["action"]))
        if tag == "input" and known.get("type") != "checkbox":
            self.forms[-1].fields[known["name"]] = known["value"]
        if tag == "textarea":
            self._area = known["name"]
            self.forms[-1].fields[self._area] = ""
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close an element."""
        if tag in _VOID:
            return
        assert self._open, f"</{tag}> closes nothing"
        assert self._open.pop() == tag
        self._texts += [] if tag in _INLINE else [" "]
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        """Keep what is seen."""
        if self._area:
            # A line break right behind the tag is none.
            self.forms[-1].fields[self._area] += data.removeprefix("\n")
        elif not _UNSEEN & set(self._open):
            self._texts.append(data)
