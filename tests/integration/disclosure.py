"""Which names a request gives away, in whatever spelling and in whatever part of it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from local.simulators.faults import FaultyApp, SeenRequest
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName

# Everything between two words counts as a separator: `-`, `_` and `.`, which registries take for one another, the
# slash of a path or of a scope, a comma of a list, a blank. Only the `@` of a scope stays, for `@a/b` is not `a-b`.
_WORD: Final = re.compile(r"@?[^\W_]+")
_ESCAPED: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
# What was written for one reader inside what was written for another: a query in JSON, in an address, in a log.
_DEEPEST: Final = 4

type Words = tuple[str, ...]


def words_of(text: str) -> Words:
    """Return the words of a text, decoded as often as it was encoded, in small letters."""
    for _ in range(_DEEPEST):
        plain = _ESCAPED.sub(lambda match: chr(int(match.group(1), 16)), html.unescape(unquote(text)))
        if plain == text:
            break
        text = plain
    return tuple(_WORD.findall(text.lower()))


def _told(request: SeenRequest) -> str:
    # Nothing that was sent is left out; the blanks keep words of different parts apart.
    return f"{request.path} {request.user_agent} {request.body}"


def _telling_parts(name: PackageName) -> tuple[str, ...]:
    if name.ecosystem is Ecosystem.MAVEN:
        return (name.maven_coordinates[1],)
    return () if name.npm_scope is None else (name.unscoped,)


@dataclass(slots=True)
class Names:
    """Internal names, of which some are public at one server: it may be told those, and no other.

    Compared is more coarsely than by any ecosystem's rule, so names that only differ by what separates their words
    count as one. A scoped name is given away by the part behind its scope too, a Maven name by its artifact.
    """

    whole: dict[Words, set[PackageName]] = field(default_factory=dict)
    bare: dict[Words, set[PackageName]] = field(default_factory=dict)
    public: set[PackageName] = field(default_factory=set)
    _public: set[Words] = field(default_factory=set)
    _longest: int = 0

    def add(self, names: Iterable[PackageName]) -> None:
        """Add internal names."""
        for name in names:
            whole = self._add(self.whole, name, name.spelling)
            for part in _telling_parts(name):
                self._add(self.bare, name, part)
            self._longest = max(self._longest, len(whole))

    def open(self, name: PackageName) -> None:
        """Let a name be public there, whether it is internal or only resembles one."""
        self.public.add(name)
        words = words_of(name.spelling)
        self._public.add(words)
        self._longest = max(self._longest, len(words))

    def named_in(self, text: str) -> set[PackageName]:
        """Return every internal name that stands in a text, public or not.

        What lies within a public name is that name: `contoso-part-8` does not tell of `@contoso/part-8`.
        """
        words = words_of(text)
        public = [(start, end) for start, end in self._spans(words) if words[start:end] in self._public]
        found: set[PackageName] = set()
        for start, end in self._spans(words):
            part = words[start:end]
            around = [other for other in public if other[0] <= start and end <= other[1]]
            if part in self.whole and all(other == (start, end) for other in around):
                found |= self.whole[part]
            if part in self.bare and not around:
                found |= self.bare[part]
        return found

    def _spans(self, words: Words) -> Iterator[tuple[int, int]]:
        for start in range(len(words)):
            for end in range(start + 1, min(start + self._longest, len(words)) + 1):
                yield start, end

    @staticmethod
    def _add(to: dict[Words, set[PackageName]], name: PackageName, text: str) -> Words:
        words = words_of(text)
        to.setdefault(words, set()).add(name)
        return words


@dataclass(slots=True)
class Listener:
    """Reads the log of one server. What became public in between is heard first, so that no name is told too early."""

    app: FaultyApp
    names: Names = field(default_factory=Names)
    told: set[PackageName] = field(default_factory=set)
    given_away: dict[PackageName, str] = field(default_factory=dict)
    heard: int = 0

    def open(self, name: PackageName) -> None:
        """Let a name be public there from now on."""
        self.hear()
        self.names.open(name)

    def hear(self) -> None:
        """Read what was asked since the last time."""
        faults = self.app.faults
        assert faults.forgotten == 0, "the log is not whole"
        for request in faults.requests[self.heard :]:
            named = self.names.named_in(_told(request))
            self.told |= named
            for name in named - self.names.public:
                self.given_away.setdefault(name, f"{request.method} {request.path} {request.body[:200]}")
        self.heard = len(faults.requests)
