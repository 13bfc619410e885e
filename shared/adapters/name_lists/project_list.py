"""Read a simple index's list of projects while it arrives: nothing of it is kept but the names of a page.

Every part is checked as it comes, those that are passed over too: they end, and do not nest without measure.

Source: https://packaging.python.org/en/latest/specifications/simple-repository-api/#project-list
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Final

from shared.adapters.name_lists.wire import read_name
from shared.errors import UnexpectedAnswer
from shared.ports import NamePage

_PAGE: Final = 10_000
_MAJOR: Final = "1"
_OPENING: Final = frozenset({"start_map", "start_array"})
_CLOSING: Final = frozenset({"end_map", "end_array"})
_DEEPEST: Final = 32
# The parser collects a text until it ends: one that goes on for longer than this is no part of such a list.
_LONGEST_PART: Final = 1024 * 1024

# What the parser tells: an event, and the key or the value that came with it.
type _Events = Generator[None, tuple[str, Any]]


class ProjectListReader:
    """Reads one list; `token` is told with the last page."""

    def __init__(self, *, token: str | None, service: str, page: int = _PAGE) -> None:
        """Begin a list; `page` = how many names make one."""
        # It costs cold start, so not before use; it publishes no types.
        from ijson import JSONError, basic_parse_coro  # type: ignore[import-untyped]  # noqa: PLC0415

        self._token = token
        self._service = service
        self._page = page
        self._names: list[str] = []
        self._seen: set[str] = set()
        # Grows with every part that has ended, so that a part that does not is noticed.
        self._parts = 0
        self._without_end = 0
        events = self._document()
        next(events)
        # Floats, though no number is looked at: its C code ends the process at an integer that Python does not take,
        # and refuses one that does not fit where it reads numbers itself.
        self._parser = basic_parse_coro(events, use_float=True)
        # Numbers that Python does not take are a ValueError or an ArithmeticError.
        self._unreadable = (JSONError, ValueError, ArithmeticError)

    def feed(self, piece: bytes) -> None:
        """Take one piece in.

        Raises:
            UnexpectedAnswer: no JSON, or no list of projects.
        """
        if not piece:
            # What decompression leaves of a piece can be nothing, which the parser would take for the end.
            return
        parts = self._parts
        self._parse(piece)
        self._without_end = self._without_end + len(piece) if self._parts == parts else 0
        if self._without_end > _LONGEST_PART:
            raise self._unexpected("a list with a part that does not end")

    def take(self) -> NamePage | None:
        """Return a page where one is full; the reading cannot be taken up behind it."""
        return NamePage(self._taken(), None) if len(self._names) >= self._page else None

    def finish(self) -> NamePage:
        """Return the last page.

        Raises:
            UnexpectedAnswer: the list is not whole.
        """
        self._parse(None)
        if self._seen != {"meta", "projects"}:
            raise self._unexpected("a list without its meta or projects")
        return NamePage(self._taken(), self._token, last=True)

    def _taken(self) -> tuple[str, ...]:
        names = tuple(self._names)
        self._names.clear()
        return names

    def _parse(self, piece: bytes | None) -> None:
        try:
            if piece is None:
                self._parser.close()
            else:
                self._parser.send(piece)
        except self._unreadable as error:
            raise self._unexpected("a list that is no readable JSON, or ends too early") from error

    def _document(self) -> _Events:
        self._expect("start_map", (yield)[0])
        while (step := (yield))[0] != "end_map":
            key = step[1]
            if key in self._seen:
                raise self._unexpected("a list that says the same twice")
            if key == "meta":
                yield from self._meta()
            elif key == "projects":
                yield from self._projects()
            else:
                yield from self._value()
                continue
            self._seen.add(key)
        while True:
            # The parser itself refuses what comes behind the end.
            yield

    def _meta(self) -> _Events:
        self._expect("start_map", (yield)[0])
        version = None
        while (step := (yield))[0] != "end_map":
            if step[1] == "api-version":
                event, version = yield
                self._expect("string", event)
            else:
                yield from self._value()
        if version is None or version.partition(".")[0] != _MAJOR:
            raise self._unexpected("a list in another version than we can read")

    def _projects(self) -> _Events:
        """Read the projects; spelled out, since it sees millions of events."""
        self._expect("start_array", (yield)[0])
        while (event := (yield)[0]) != "end_array":
            self._expect("start_map", event)
            name: object = None
            while (step := (yield))[0] != "end_map":
                event, value = yield
                if step[1] == "name":
                    name = value
                if event in _OPENING:
                    yield from self._rest()
            self._names.append(read_name(name, service=self._service))
            self._parts += 1

    def _value(self) -> _Events:
        """Pass over one value."""
        if (yield)[0] in _OPENING:
            yield from self._rest()
        self._parts += 1

    def _rest(self) -> _Events:
        """Pass over the rest of a list or an object that was opened."""
        depth = 1
        while depth:
            event = (yield)[0]
            depth += (event in _OPENING) - (event in _CLOSING)
            self._parts += 1
            if depth > _DEEPEST:
                raise self._unexpected("a list that nests without measure")

    def _expect(self, wanted: str, event: str) -> None:
        if event != wanted:
            raise self._unexpected("a document of another shape than a list of projects")

    def _unexpected(self, text: str) -> UnexpectedAnswer:
        return UnexpectedAnswer(text, service=self._service)
