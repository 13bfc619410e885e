"""The pages, and what a test asks of them: blocks, commands in the text, links, anchors.

They are read by CommonMark's own rules, with tables, so that no spelling of a fence hides what a reader sees as one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT: Final = Path(__file__).parents[2]
DOCS: Final = ROOT / "docs"
PAGES: Final = tuple(sorted((*ROOT.glob("*.md"), *DOCS.rglob("*.md"))))
IDS: Final = [str(page.relative_to(ROOT)) for page in PAGES]

# Right before a block, or anywhere on a page whose commands are all such. Readers see the words in the text beside it.
NEEDS_AZURE: Final = "<!-- needs Azure -->"
PAGE_NEEDS_AZURE: Final = "<!-- every block of this page needs Azure -->"
# What a block may be: commands for a shell on Linux, or data that nobody runs.
COMMANDS: Final = frozenset({"sh", "bash"})
DATA: Final = frozenset({"json", "yaml", "mermaid", "text", "kql"})

_MARKDOWN: Final = MarkdownIt("commonmark").enable("table")
_WORDS: Final = re.compile(r"\bneed(?:s|ing)?\s+Azure\b(?! DevOps)", re.IGNORECASE)
_COMMENT: Final = re.compile(r"(?:^|\s{2,})#.*$")
_LINK: Final = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^()\s]+)\)")


@dataclass(frozen=True, slots=True)
class Block:
    """One block of code, without its indentation; `language` is all that stands behind the fence."""

    page: str
    language: str
    text: str
    needs_azure: bool

    @property
    def commands(self) -> tuple[str, ...]:
        """The lines without comments; a line that ends with a backslash goes on."""
        joined = self.text.replace("\\\n", " ")
        lines = (re.sub(r"\s+", " ", _COMMENT.sub("", line)).strip() for line in joined.splitlines())
        return tuple(line for line in lines if line)


@dataclass(frozen=True, slots=True)
class Span:
    """Code within a text; it needs Azure where its paragraph, row or section's heading says so, or its whole page."""

    page: str
    text: str
    needs_azure: bool


def says_azure(text: str) -> bool:
    """Tell whether a reader is told that it needs Azure; Azure DevOps is another thing."""
    return _WORDS.search(re.sub(r"<!--.*?-->|\*", "", text, flags=re.DOTALL)) is not None


def text_of(page: str) -> str:
    """Return a page by its path in the repository."""
    return (ROOT / page).read_text(encoding="utf-8")


@cache
def _tokens(text: str) -> list[Token]:
    return _MARKDOWN.parse(text)


def blocks(page: str) -> list[Block]:
    """Return every block of code of a page."""
    return blocks_of(text_of(page), page)


def blocks_of(text: str, page: str = "") -> list[Block]:
    """Return every block of code of a text, fenced or indented."""
    marked, found = PAGE_NEEDS_AZURE in text, []
    tokens = _tokens(text)
    for at, token in enumerate(tokens):
        if token.type in {"fence", "code_block"}:
            mark = tokens[at - 1].content.strip() if at else ""
            found.append(Block(page, token.info.strip(), token.content, marked or mark == NEEDS_AZURE))
    return found


def spans(page: str) -> list[Span]:
    """Return all code within the text of a page."""
    return spans_of(text_of(page), page)


def spans_of(text: str, page: str = "") -> list[Span]:
    """Return all code within a text."""
    lines, marked, found = text.splitlines(), PAGE_NEEDS_AZURE in text, []
    tokens = _tokens(text)
    for at, token in enumerate(tokens):
        begin, end = token.map or (0, 0)
        if at and tokens[at - 1].type == "heading_open":
            end = next((one.map[0] for one in tokens[at:] if one.type == "heading_open" and one.map), len(lines))
        azure = marked or says_azure("\n".join(lines[begin:end]))
        codes = (child for child in token.children or () if child.type == "code_inline")
        found += [Span(page, code.content, azure) for code in codes]
    return found


def markup(page: str) -> list[str]:
    """Return what a page writes in HTML."""
    flat = [one for token in _tokens(text_of(page)) for one in (token, *(token.children or ()))]
    return [one.content for one in flat if one.type in {"html_block", "html_inline"}]


def prose(page: str) -> str:
    """Return a page without its blocks of code."""
    lines = text_of(page).splitlines(keepends=True)
    for token in _tokens(text_of(page)):
        if token.type in {"fence", "code_block"} and token.map:
            lines[slice(*token.map)] = [""] * (token.map[1] - token.map[0])
    return "".join(lines)


def links(page: str) -> list[str]:
    """Return the targets of a page's links."""
    return _LINK.findall(re.sub(r"`[^`\n]*`", "", prose(page)))


def anchors(page: str) -> set[str]:
    """Return the anchors that GitHub makes of a page's headings."""
    found: dict[str, int] = {}
    for heading in re.findall(r"^#{1,6} +(.+?) *$", prose(page), re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        found[slug] = found.get(slug, -1) + 1
    return {slug if number == 0 else f"{slug}-{number}" for slug, last in found.items() for number in range(last + 1)}


def sections(page: str, level: int = 2) -> dict[str, str]:
    """Return the texts below the headings of one level, by heading without backticks."""
    signs = "#" * level
    found = re.findall(rf"^{signs} +(.+?)\n(.*?)(?=^#{{1,{level}}} |\Z)", text_of(page), re.MULTILINE | re.DOTALL)
    return {heading.replace("`", "").strip(): text for heading, text in found}
