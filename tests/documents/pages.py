"""The pages, and what a test asks of them: blocks of commands, links, anchors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
DOCS: Final = ROOT / "docs"
PAGES: Final = tuple(sorted((*ROOT.glob("*.md"), *DOCS.rglob("*.md"))))
IDS: Final = [str(page.relative_to(ROOT)) for page in PAGES]

# Right before a block, or anywhere on a page whose blocks are all such. Readers see the words in the text beside it.
NEEDS_AZURE: Final = "<!-- needs Azure -->"
PAGE_NEEDS_AZURE: Final = "<!-- every block of this page needs Azure -->"
SHELLS: Final = frozenset({"sh", "bash", "console", "shell", "powershell", "pwsh", "cmd", "bat"})

_FENCE: Final = re.compile(
    r"^(?P<indent> *)```(?P<language>[\w-]*)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL
)
_COMMENT: Final = re.compile(r"(?:^|\s{2,})#.*$")
_LINK: Final = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^()\s]+)\)")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block, without its indentation."""

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


def text_of(page: str) -> str:
    """Return a page by its path in the repository."""
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str) -> Iterator[Block]:
    """Yield every fenced block of a page."""
    text = text_of(page)
    for found in _FENCE.finditer(text):
        before = text[: found.start()].rstrip().rpartition("\n")[2].strip()
        indent = found["indent"]
        body = "".join(line.removeprefix(indent) for line in found["text"].splitlines(keepends=True))
        yield Block(page, found["language"], body, before == NEEDS_AZURE or PAGE_NEEDS_AZURE in text)


def shell_blocks() -> list[Block]:
    """Return every block of commands of every page."""
    return [block for page in IDS for block in blocks(page) if block.language in SHELLS]


def prose(page: str) -> str:
    """Return a page without its fenced blocks."""
    return _FENCE.sub("", text_of(page))


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
