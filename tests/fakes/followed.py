"""Registries whose names are known without asking: what the watches and lists achieve, in one step."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

from shared.application.standings import Change, Standing, Standings
from shared.domain.ecosystems import Ecosystem
from shared.domain.names import PackageName
from shared.domain.public_sources import PublicSource
from shared.domain.twins import Presence
from shared.ports import NamePage
from tests.fakes.registries import FakeRegistry


@dataclass(slots=True)
class FollowedNames:
    """Knows at once what fake registries hold, and what could be told of them only by asking."""

    registries: Mapping[Ecosystem, FakeRegistry]
    added: dict[PublicSource, set[PackageName]] = field(default_factory=dict)
    asked: list[PackageName] = field(default_factory=list)

    async def add(self, source: PublicSource, names: Iterable[PackageName]) -> int:
        """Add names."""
        known = self.added.setdefault(source, set())
        before = len(known)
        known.update(names)
        return len(known) - before

    async def known(self, source: PublicSource, names: Iterable[PackageName]) -> frozenset[PackageName]:
        """Return the names that the registry does not call absent."""
        wanted = tuple(names)
        self.asked += wanted
        registry = self.registries.get(source.ecosystem)
        held = self.added.get(source, set())
        return frozenset(n for n in wanted if n in held or (registry is not None and _is_known(registry, n)))


def _is_known(registry: FakeRegistry, name: PackageName) -> bool:
    twin = registry.twins.get(name)
    return twin is not None and twin.presence is not Presence.ABSENT


@dataclass(frozen=True, slots=True)
class FollowedStandings(Standings):
    """Every registry is followed, and its list is known, unless a test says otherwise."""

    override: Standing | None = None

    async def read(self, source: PublicSource) -> Standing:  # noqa: ARG002  # all registries alike
        """Return that all is known as of now."""
        return self.override or Standing(complete_at=self.clock(), followed_at=self.clock())

    async def change(self, source: PublicSource, change: Change) -> Standing:
        """Change nothing: what is followed stays followed."""
        return change(await self.read(source))


@dataclass(slots=True)
class ScriptedList:
    """A list of names in pages; the token is the number of the next page.

    `errors` are raised before the page of that number, once. `endless` = the list breaks off.
    """

    pages_of_names: list[list[str]] = field(default_factory=list)
    errors: dict[int, Exception] = field(default_factory=dict)
    endless: bool = False
    read: list[int] = field(default_factory=list)
    on_page: Callable[[], object] = field(default=lambda: None)
    before_page: dict[int, Callable[[], Awaitable[None]]] = field(default_factory=dict)
    last_token: str | None = None

    async def pages(self, *, token: str | None) -> AsyncGenerator[NamePage]:
        """Walk the pages from a token on."""
        last = len(self.pages_of_names) - 1
        for number in range(int(token or 0), last + 1):
            if number in self.errors:
                raise self.errors.pop(number)
            if number in self.before_page:
                await self.before_page.pop(number)()
            self.read.append(number)
            self.on_page()
            is_last = number == last and not self.endless
            token = self.last_token if is_last else str(number + 1)
            yield NamePage(tuple(self.pages_of_names[number]), token, last=is_last)
